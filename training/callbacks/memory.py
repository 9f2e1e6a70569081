"""Let a training use the memory of one step again in the next."""

from typing import Any

import keras

from core.allocator import keep_freed_memory


class KeepMemory(keras.callbacks.Callback):
    """Keep what a step frees, once TensorFlow has told the C library to give all of it back.

    It does so when it first iterates over batches of Python's, so this has to come after that. Without it,
    each step of the recommended recipe touches 5,000 fresh pages, and takes a tenth longer.
    """

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Set it right before an epoch's first step, when there is an iterator; Keras calls it."""
        if batch == 0:
            keep_freed_memory()
