"""How far a job is."""

from dataclasses import dataclass

from training.jobs.job import Job, JobState
from training.jobs.stage import read_stage
from training.run_folder import read_events


@dataclass(frozen=True)
class Progress:
    """What a person who waits wants to know.

    Attributes:
        share: of the training, 0 to 1.
        seconds_left: until the training ends; None where nothing is known yet.
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
    epoch, batch_share, left, rate, memory = 0, 0.0, None, None, None
    steps = 1
    for event in read_events(job.run):
        if event["event"] == "start":
            steps = max(1, event["steps"] or 1)
        elif event["event"] == "batch":
            batch_share, rate = event["batch"] / steps, event["crops_per_second"]
        elif event["event"] == "epoch":
            epoch, batch_share = event["epoch"], 0.0
            left, rate, memory = event["seconds_left"], event["crops_per_second"], event["device_memory"]
    epochs = job.spec.recipe.epochs
    return Progress(
        sentence=_sentence(job, epoch, epochs),
        share=min(1.0, (epoch + batch_share) / epochs),
        seconds_left=left,
        epoch=epoch,
        epochs=epochs,
        crops_per_second=rate,
        device_memory=memory,
    )


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
