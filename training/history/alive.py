"""What became of runs that MLflow takes for running: one that was killed could not say so there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from training.history.run import LOST, RUNNING, Run
from training.jobs import table
from training.jobs.job import RAY, Job, JobError, JobState, jobs_folder
from training.jobs.local_runner import is_gone, read_outcome
from training.run_folder import EVENTS_FILE

KILLED: Final = "killed"

SILENCE: Final = timedelta(minutes=10)
"""A training tells something each second, but while it traces its graph, judges or exports."""

STATES: Final = {
    JobState.QUEUED: "scheduled",
    JobState.DONE: "finished",
    JobState.FAILED: "failed",
    JobState.CANCELLED: KILLED,
    JobState.LOST: LOST,
}


def settle_states(runs: Sequence[Run], now: datetime | None = None) -> tuple[Run, ...]:
    """Say how those runs stand that MLflow takes for running, by the job table and the runs' folders.

    One whose folder is not on this machine stays as it is: it may well run elsewhere.
    """
    now = now or datetime.now(UTC)
    home, jobs = jobs_folder().resolve(), _jobs()
    return tuple(replace(run, state=_state(run, home, jobs, now)) for run in runs)


def _jobs() -> Mapping[str, Job] | None:
    """All jobs by name; None where the table cannot be read."""
    try:
        return {job.id: job for job in table.everything()}
    except JobError:
        return None


def _state(run: Run, home: Path, jobs: Mapping[str, Job] | None, now: datetime) -> str:
    folder = Path(run.tags.get("folder", ""))
    if run.state != RUNNING or not folder.is_absolute():
        return run.state
    of_a_job = folder.parent.parent == home
    if of_a_job and jobs is not None:
        job = jobs.get(folder.parent.name)
        if job is None:
            return LOST
        if job.state is not JobState.RUNNING:
            return STATES[job.state]
        if not (job.device or "").startswith(RAY):  # only Ray knows the processes of its machines
            return _state_of_a_running(job)
    return LOST if _is_silent(folder, now) else RUNNING


def _state_of_a_running(job: Job) -> str:
    """How a job stands that the table takes for running: nobody may have looked since its process ended."""
    if not is_gone(job):
        return RUNNING
    if outcome := read_outcome(job):
        return STATES[outcome.state]
    return KILLED if job.cancel_asked else LOST


def _is_silent(folder: Path, now: datetime) -> bool:
    """Whether no training in a folder, nor in those in it (folds), has told anything of late."""
    files = (*folder.glob(EVENTS_FILE), *folder.glob(f"*/{EVENTS_FILE}"))
    try:
        told = [file.stat().st_mtime for file in files]
    except OSError:  # deleted meanwhile
        return False
    return bool(told) and now - datetime.fromtimestamp(max(told), UTC) > SILENCE
