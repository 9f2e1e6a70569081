"""Stop a training from outside, between two batches."""

from pathlib import Path
from typing import Any

import keras

from training.callbacks.checkpoint import Checkpoint
from training.run_folder import CANCEL_FILE, CANCELLED, TrainingCancelledError


class Cancel(keras.callbacks.Callback):
    """Stop as soon as a file called `cancel` lies in the run's folder.

    Where the epochs are so short that some were not saved, the one that runs is waited for, and saved.
    """

    def __init__(self, run: Path, checkpoint: Checkpoint) -> None:
        super().__init__()
        self.flag = run / CANCEL_FILE
        self.checkpoint = checkpoint

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Look for the file; Keras calls it before each batch: after it, it would wait for the losses."""
        if self.flag.exists():
            if self.checkpoint.is_behind:
                self.checkpoint.save_next()
                return
            self.flag.unlink(missing_ok=True)  # it is obeyed
            raise TrainingCancelledError(CANCELLED)
