"""The newest and the best state of a training, always on disk, so that a killed one can go on."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import keras

from training.durable import replace_text

CHECKPOINTS: Final = "checkpoints"
STATE_FILE: Final = "state.json"
REMEMBERED: Final = ("wait", "best", "best_epoch", "stopped_epoch", "cooldown_counter")
"""What Keras' early stopping and plateau callbacks know between epochs."""


class Checkpoint(keras.callbacks.Callback):
    """Save weights, optimiser and the other callbacks' memory after each epoch.

    It must stand last among the callbacks. State and weights are written to new files first; `state.json`,
    replaced in one step, says which files belong together.

    Args:
        run: the run's folder.
        others: early stopping and plateau callbacks whose memory is kept.
        averaging: the EMA callback, where the recipe averages weights.
    """

    def __init__(
        self,
        run: Path,
        others: Sequence[keras.callbacks.Callback],
        averaging: keras.callbacks.SwapEMAWeights | None = None,
    ) -> None:
        super().__init__()
        self.folder = run / CHECKPOINTS
        self.others = others
        self.averaging = averaging
        self.curves: list[dict[str, float]] = []
        self.best: dict[str, Any] = {"loss": float("inf"), "file": None}
        self.state: dict[str, Any] | None = None

    def restore(self, trainer: keras.Model) -> int:
        """Load the newest state into a compiled trainer; returns the number of epochs that are done."""
        path = self.folder / STATE_FILE
        if not path.exists():
            return 0
        self.state = json.loads(path.read_text())
        trainer.optimizer.build(trainer.trainable_variables)
        trainer.load_weights(self.folder / self.state["file"])
        self.curves, self.best = self.state["curves"], self.state["best"]
        return int(self.state["epochs_done"])

    @property
    def finished(self) -> bool:
        """Whether early stopping had already ended the restored training."""
        return self.state is not None and any(m.get("stopped_epoch") for m in self.state["memories"])

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Hand the other callbacks back what they knew; Keras has just made them forget."""
        if self.state is None:
            return
        for callback, memory in zip(self.others, self.state["memories"], strict=True):
            for name, value in memory.items():
                setattr(callback, name, value)
            if getattr(callback, "restore_best_weights", False) and self.best["file"]:
                self.model.load_weights(self.folder / self.best["file"])
                callback.best_weights = self.model.get_weights()
                self.model.load_weights(self.folder / self.state["file"])

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Save everything; Keras calls it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        values = {name: float(value) for name, value in (logs or {}).items()}
        self.curves.append(values)
        newest = self._save(f"last-{epoch + 1:04d}")
        if values["val_loss"] < self.best["loss"]:
            self.best = {"loss": values["val_loss"], "epoch": epoch, "file": self._save_averaged(epoch)}
        self.state = {
            "epochs_done": epoch + 1,
            "file": newest,
            "best": self.best,
            "curves": self.curves,
            "memories": [
                {name: _plain(getattr(c, name)) for name in REMEMBERED if hasattr(c, name)}
                for c in self.others
            ],
        }
        replace_text(self.folder / STATE_FILE, json.dumps(self.state))
        for file in self.folder.glob("*.weights.h5"):
            if file.name not in {newest, self.best["file"]}:
                file.unlink()

    def _save_averaged(self, epoch: int) -> str:
        """The best state is that of the averaged weights, since those were judged."""
        if self.averaging is None:
            return self._save(f"best-{epoch + 1:04d}")
        self.averaging.on_test_begin()
        try:
            return self._save(f"best-{epoch + 1:04d}")
        finally:
            self.averaging.on_test_end()

    def _save(self, name: str) -> str:
        file = f"{name}.weights.h5"
        self.model.save_weights(self.folder / file, overwrite=True)
        return file


def _plain(value: float | None) -> float | None:
    return value if value is None or isinstance(value, int) else float(value)
