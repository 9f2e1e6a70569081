"""Stop a training whose loss or weights are no numbers any more."""

from typing import Any

import keras
import numpy as np


class StopWhereDiverged(keras.callbacks.Callback):
    """Stop after the epoch in which the loss or a weight ceased to be a number.

    The loss alone would not tell: a rectifier makes nothing of what is no number. Keras' `TerminateOnNaN`
    looks after each batch, so no step begins before the last one's loss is known.
    """

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Look at both; Keras calls it."""
        weights = self.model.trainable_variables
        if not np.isfinite((logs or {}).get("loss", 0.0)) or not all(
            np.isfinite(keras.ops.convert_to_numpy(weight)).all() for weight in weights
        ):
            self.model.stop_training = True
