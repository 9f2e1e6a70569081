"""What a job is asked to do, and how it stands."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from core.bundles.card import NAME_PATTERN
from core.errors import MienError
from core.settings import settings
from training.recipe import Recipe
from training.splits import SplitKind

RUN_FOLDER: Final = "run"
LOG_FILE: Final = "log.txt"
SPEC_FILE: Final = "spec.json"
OUTCOME_FILE: Final = "outcome.json"
VERDICT_FILE: Final = "verdict.json"
RAY: Final = "ray:"
"""Begins the device of a job on a cluster, where Ray says which one it is."""


class JobError(MienError):
    """A job is unknown, or cannot do what is asked in the state it is in."""


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def ended(self) -> bool:
        """Whether nothing more happens by itself."""
        return self not in {JobState.QUEUED, JobState.RUNNING}

    @property
    def resumable(self) -> bool:
        """Whether it can go on from its last checkpoint."""
        return self.ended and self is not JobState.DONE


class JobSpec(BaseModel):
    """One training: everything that decides what comes out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    recipe: Recipe
    data: tuple[str, ...] = Field(min_length=1, description="as `read` takes them")
    split: SplitKind = "subject"
    seed: int = Field(42, ge=0)
    initial: str | None = Field(None, description="bundle to start from; None: from scratch")
    name: str = Field(pattern=f"^{NAME_PATTERN}$", description="of the bundle to write")
    title: str = ""
    anyway: bool = Field(False, description="train although a class is missing or shown by one person")


class Outcome(BaseModel):
    """How a job's process ended; it writes this as its last act."""

    model_config = ConfigDict(frozen=True)

    state: JobState
    message: str = Field(description="one sentence for the person who watches")


class Job(BaseModel):
    """One row of the job table.

    Attributes:
        queued: when it was last put into the queue.
        place: how many jobs stand before it in the queue; None once it runs.
        attempt: 1 at first, one more each time it is resumed.
        pid: process that trains; `pid_started` tells it from a later one of the same number.
        device: where it runs; of a job for a cluster known before it begins.
        readable: False where another version of Mien wrote it, of which `spec` is only what this one knows.
    """

    model_config = ConfigDict(frozen=True, from_attributes=True)

    id: str
    spec: JobSpec
    state: JobState
    by: str
    created: datetime
    queued: datetime
    started: datetime | None = None
    ended: datetime | None = None
    device: str | None = None
    attempt: int = 1
    pid: int | None = None
    pid_started: float | None = None
    heartbeat: datetime | None = None
    cancel_asked: datetime | None = None
    message: str = ""
    place: int | None = None
    readable: bool = True

    @property
    def resumable(self) -> bool:
        """Whether it can go on from its last checkpoint."""
        return self.state.resumable and self.readable

    @property
    def on_cluster(self) -> bool:
        """Whether it was handed to a Ray cluster, where no worker of this machine may touch it."""
        return self.device is not None and self.device.startswith(RAY)

    @property
    def folder(self) -> Path:
        """Everything the job writes, but for its bundle."""
        return jobs_folder() / self.id

    @property
    def run(self) -> Path:
        """The folder of its training."""
        return self.folder / RUN_FOLDER


def jobs_folder() -> Path:
    """Where jobs lie, a folder each, beside their table."""
    return settings().home / "jobs"
