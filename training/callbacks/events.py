"""One JSON line an event: what a page shows while a model learns."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import keras

from core.durable import end_last_line
from training.accelerator import has_gpu
from training.run_folder import EVENTS_FILE, read_epochs

SECONDS_BETWEEN_BATCH_EVENTS: Final = 1.0


def seconds_of_epochs(run: Path) -> float:
    """How long the epochs of a run took, those before it was killed and resumed included."""
    return float(sum(event["seconds"] for event in read_epochs(run).values()))


class Events(keras.callbacks.Callback):
    """Append `start`, `batch` (about one a second), `epoch` and `end` events to `events.jsonl`.

    An epoch event holds epoch, epochs, losses and accuracies, learning rate, crops a second, device memory in
    bytes (None where the device does not say) and the seconds left.

    Args:
        epochs: of all networks that learn one after another.
    """

    def __init__(self, run: Path, crops_an_epoch: int, epochs: int) -> None:
        super().__init__()
        self.epochs = epochs
        self.path = run / EVENTS_FILE
        self.crops = crops_an_epoch
        self.first_epoch: int | None = None
        self.last_batch_event = 0.0

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Note the start; Keras calls it."""
        self.start = time.perf_counter()
        end_last_line(self.path)
        self.write("start", epochs=self.epochs, steps=self.params["steps"])

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Start the clock of an epoch; Keras calls it."""
        self.epoch = epoch
        self.epoch_start = time.perf_counter()
        if self.first_epoch is None:
            self.first_epoch = epoch

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Note the batches before this one; Keras calls it. After a batch, it would wait for the losses."""
        now = time.perf_counter()
        if batch and now - self.last_batch_event >= SECONDS_BETWEEN_BATCH_EVENTS:
            self.last_batch_event = now
            seconds = max(now - self.epoch_start, 1e-9)
            rate = batch / self.params["steps"] * self.crops / seconds
            self.write("batch", epoch=self.epoch + 1, batch=batch, crops_per_second=round(rate, 1))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Note an epoch's figures; Keras calls it."""
        now = time.perf_counter()
        done = epoch + 1 - (self.first_epoch or 0)
        left = (now - self.start) / done * (self.epochs - epoch - 1)
        rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))
        self.write(
            "epoch",
            epoch=epoch + 1,
            epochs=self.epochs,
            **{name: float(value) for name, value in (logs or {}).items() if name != "learning_rate"},
            learning_rate=rate,
            seconds=round(now - self.epoch_start, 3),
            crops_per_second=round(self.crops / (now - self.epoch_start), 1),
            device_memory=device_memory(),
            seconds_left=round(left, 1),
        )

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Note the end; Keras calls it."""
        self.write("end", seconds=round(time.perf_counter() - self.start, 3))

    def write(self, event: str, **values: float | int | None) -> None:
        """Append one event; each line is complete once it is there."""
        line: Mapping[str, Any] = {"event": event, "time": round(time.time(), 3), **values}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def device_memory() -> int | None:
    """Bytes in use on the first GPU, where the backend says."""
    if not has_gpu():
        return None
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        return int(tensorflow.config.experimental.get_memory_info("GPU:0")["current"])
    if keras.backend.backend() == "torch":
        import torch

        return int(torch.cuda.memory_allocated())
    import jax

    return int((jax.local_devices()[0].memory_stats() or {}).get("bytes_in_use", 0)) or None
