"""The newest and the best state of a training, always on disk, so that a killed one can go on."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import numpy.typing as npt

from core.durable import replace_text, sync
from training.run_folder import telling_damage
from training.unsaved import Unsaved

CHECKPOINTS: Final = "checkpoints"
STATE_FILE: Final = "state.json"
REMEMBERED: Final = ("wait", "best", "best_epoch", "stopped_epoch", "cooldown_counter")
"""What Keras' early stopping and plateau callbacks know between epochs."""
SHARE_OF_TIME: Final = 0.05
"""Saving takes no more of a training's time than this: where epochs are short, some are not saved."""


class Checkpoint(keras.callbacks.Callback):
    """Save weights, optimiser and the other callbacks' memory after an epoch.

    The first and the last epoch are always saved, those between as often as `SHARE_OF_TIME` allows: where
    epochs are long, that is each of them. It must stand last among the callbacks. State and weights are
    written to new files first; `state.json`, replaced in one step, says which files belong together.

    Args:
        run: the run's folder.
        member: which of the run's networks, from 0; each has a folder of its own.
        others: early stopping and plateau callbacks whose memory is kept.
        averaging: the EMA callback, where the recipe averages weights.

    Attributes:
        is_behind: whether an epoch has ended since the last that was saved.
    """

    def __init__(
        self,
        run: Path,
        member: int,
        others: Sequence[keras.callbacks.Callback],
        averaging: keras.callbacks.SwapEMAWeights | None = None,
    ) -> None:
        super().__init__()
        self.folder = run / (f"{CHECKPOINTS}-{member + 1}" if member else CHECKPOINTS)
        self.others = others
        self.averaging = averaging
        self.curves: list[dict[str, float]] = []
        self.best: dict[str, Any] = {"loss": float("inf"), "file": None}
        self.unsaved_best: list[npt.NDArray[np.generic]] | None = None
        self.state: dict[str, Any] | None = None
        self.due = float("-inf")
        self.is_behind = False

    def restore(self, trainer: keras.Model) -> int:
        """Load the newest state into a compiled trainer; returns the number of epochs that are done.

        Raises:
            DataError: it is damaged.
        """
        path = self.folder / STATE_FILE
        if not path.exists():
            return 0
        trainer.optimizer.build(trainer.trainable_variables)
        with telling_damage(self.folder.parent):
            self.state = json.loads(path.read_text())
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
        """Save everything where it is due; Keras calls it."""
        values = {name: float(value) for name, value in (logs or {}).items()}
        self.curves.append(values)
        if values["val_loss"] < self.best["loss"]:
            self.best = {"loss": values["val_loss"], "epoch": epoch, "file": self.best["file"]}
            self.unsaved_best = self._judged_weights()
        last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        start = time.perf_counter()
        self.is_behind = not last and start < self.due
        if not self.is_behind:
            self._save_all(epoch)
            end = time.perf_counter()
            self.due = end + (end - start) / SHARE_OF_TIME

    def save_next(self) -> None:
        """Save the epoch that runs when it ends, whatever time that takes."""
        self.due = float("-inf")

    def _save_all(self, epoch: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        newest = self._save(f"last-{epoch + 1:04d}")
        if self.unsaved_best is not None:
            self.best = {**self.best, "file": self._save_best(self.unsaved_best)}
            self.unsaved_best = None
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

    def _weights(self) -> list[npt.NDArray[np.generic]]:
        """A copy of all that training changes but for the optimiser's."""
        return [np.array(keras.ops.convert_to_numpy(variable)) for variable in _learned(self.model)]

    def _judged_weights(self) -> list[npt.NDArray[np.generic]]:
        """Those that gave the newest validation loss: averaged, where the recipe averages."""
        if self.averaging is None:
            return self._weights()
        self.averaging.on_test_begin()
        try:
            return self._weights()
        finally:
            self.averaging.on_test_end()

    def _save_best(self, weights: Sequence[npt.NDArray[np.generic]]) -> str:
        newest = self._weights()
        try:
            _assign(self.model, weights)
            return self._save(f"best-{self.best['epoch'] + 1:04d}")
        finally:
            _assign(self.model, newest)

    def _save(self, name: str) -> str:
        file = f"{name}.weights.h5"
        self.model.save_weights(self.folder / file, overwrite=True)
        sync(self.folder / file)
        return file


def _learned(trainer: keras.Model) -> list[keras.Variable]:
    layers = [layer for layer in trainer.layers if not isinstance(layer, Unsaved)]
    return [variable for layer in layers for variable in layer.variables]


def _assign(trainer: keras.Model, values: Sequence[npt.NDArray[np.generic]]) -> None:
    for variable, value in zip(_learned(trainer), values, strict=True):
        variable.assign(value)


def _plain(value: float | None) -> float | None:
    return value if value is None or isinstance(value, int) else float(value)
