"""Stop a training whose loss is no number any more."""

from typing import Any

import keras
import numpy as np


class StopWhereDiverged(keras.callbacks.Callback):
    """Stop after the epoch in which the loss was no number.

    Keras' `TerminateOnNaN` looks after each batch, so no step begins before the last one's loss is known.
    """

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at the loss; Keras calls it."""
        if not np.isfinite((logs or {}).get("loss", 0.0)):
            self.model.stop_training = True
