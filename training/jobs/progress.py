"""How far a job is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from training.jobs.job import Job, JobState
from training.jobs.stage import AFTER_TRAINING, read_stage
from training.run_folder import read_events

Event: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Progress:
    """What a person who waits wants to know.

    Attributes:
        share: of the training, 0 to 1.
        seconds_left: until the training ends; None where nothing is known yet, or it is over.
    """

    sentence: str
    share: float
    seconds_left: float | None
    epoch: int
    epochs: int
    crops_per_second: float | None
    device_memory: int | None


def read_progress(job: Job) -> Progress:
    """Read where a job stands from what its training told."""
    epoch, rate, left, memory, steps = 0, None, None, None, 1
    batches: list[Event] = []  # of the epoch that is not done
    for event in read_events(job.run):
        if event["event"] == "start":
            steps, batches, left = max(1, event["steps"] or 1), [], None
        elif event["event"] == "batch":
            batches.append(event)
            epoch = event["epoch"] - 1  # a resumed training does some again that were not saved
            rate = event["crops_per_second"]
        elif event["event"] == "epoch":
            epoch, batches = event["epoch"], []
            left, rate, memory = event["seconds_left"], event["crops_per_second"], event["device_memory"]
    epochs = job.spec.recipe.all_epochs
    batch_share = batches[-1]["batch"] / steps if batches else 0.0
    if left is None:
        left = _seconds_left(batches, steps * (epochs - epoch))
    waits = job.state is JobState.QUEUED
    is_over = not waits and read_stage(job.folder) in AFTER_TRAINING  # early stopping leaves epochs out
    return Progress(
        sentence=_sentence(job, epoch, epochs),
        share=1.0 if is_over else min(1.0, (epoch + batch_share) / epochs),
        seconds_left=None if waits or is_over or job.cancel_asked or job.state.ended else left,
        epoch=epoch,
        epochs=epochs,
        crops_per_second=rate,
        device_memory=memory,
    )


def _seconds_left(batches: Sequence[Event], steps: int) -> float | None:
    """From the pace since the first batch that was told of: what came before it was compiling.

    Args:
        batches: events of one epoch.
        steps: from the beginning of that epoch to the end of the training.
    """
    if len(batches) < 2:
        return None
    first, last = batches[0], batches[-1]
    pace = (last["time"] - first["time"]) / (last["batch"] - first["batch"])
    return float(pace * (steps - last["batch"]))


def _sentence(job: Job, epoch: int, epochs: int) -> str:
    if job.state is JobState.QUEUED:
        before = f"{job.place} job{'s' if job.place != 1 else ''} before it" if job.place else "next in line"
        return f"Waiting for a device: {before}"
    if job.cancel_asked and not job.state.ended:
        return "Stopping"
    stage = read_stage(job.folder)
    if stage != "Training":
        return stage
    return f"Training: {epoch} of {epochs} epochs done" if epoch else "Training: the first epoch"
