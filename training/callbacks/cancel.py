"""Stop a training from outside, between two batches."""

from pathlib import Path
from typing import Any

import keras

from training.run_folder import CANCEL_FILE, TrainingCancelledError


class Cancel(keras.callbacks.Callback):
    """Stop as soon as a file called `cancel` lies in the run's folder."""

    def __init__(self, run: Path) -> None:
        super().__init__()
        self.flag = run / CANCEL_FILE

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Look for the file; Keras calls it before each batch: after it, it would wait for the losses."""
        if self.flag.exists():
            self.flag.unlink(missing_ok=True)  # it is obeyed
            raise TrainingCancelledError(
                "The training was cancelled; what its last checkpoint holds can be gone on with."
            )
