"""What every runner does alike: the table says how jobs stand, their folders what they told."""

import shutil
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from filelock import FileLock, Timeout

from training.jobs import table
from training.jobs.job import (
    LOG_FILE,
    OUTCOME_FILE,
    SPEC_FILE,
    Job,
    JobError,
    JobSpec,
    JobState,
    jobs_folder,
)
from training.jobs.naming import free_name
from training.jobs.processes import PROCESS_FILE
from training.jobs.stage import STAGE_FILE
from training.jobs.unreadable import OTHER_VERSION
from training.run_folder import CANCEL_FILE, read_events
from training.starting import require_start

OF_AN_ATTEMPT: Final = (OUTCOME_FILE, PROCESS_FILE, STAGE_FILE)
"""What a job's folder says of one attempt alone."""

RESUMED: Final = "\nResumed.\n"
"""Stands in a job's log between what its attempts printed."""


class TableRunner:
    """The part of a `JobRunner` that does not depend on where jobs run."""

    def get(self, name: str) -> Job:
        """One job as it stands now."""
        self.reconcile()
        return table.get(name)

    def list(self) -> tuple[Job, ...]:
        """All jobs as they stand now, newest first."""
        self.reconcile()
        return table.everything()

    def events(self, name: str) -> Sequence[dict[str, Any]]:
        """What the training has told so far, oldest first."""
        return read_events(table.get(name).run)

    def logs(self, name: str, lines: int = 50) -> str:
        """The end of what the job's process printed."""
        return end_of_log(table.get(name), lines)

    def delete(self, name: str) -> None:
        """Forget a job that ended, with its log, checkpoints and verdict; its model stays."""
        job = self.get(name)
        if not table.remove(job):
            raise JobError(f"The job {name} has not ended: cancel it first.")
        shutil.rmtree(job.folder, ignore_errors=True)

    def reconcile(self) -> None:
        """See what became of jobs whose process is gone."""
        raise NotImplementedError

    def _device_of(self, name: str) -> str | None:
        """Where a job will run, as far as that is known while it waits."""
        return None

    def _add(self, spec: JobSpec, by: str) -> Job:
        """Queue a job under a name that no other has; its folder is there before a worker can see it."""
        require_start(spec.recipe, spec.initial)
        try:
            jobs_folder().mkdir(parents=True, exist_ok=True)
            with FileLock(jobs_folder() / ".submit.lock", timeout=30):
                spec = spec.model_copy(update={"name": free_name(spec.name)})
                name = table.new_id()
                folder = jobs_folder() / name
                folder.mkdir()
                (folder / SPEC_FILE).write_text(spec.model_dump_json(indent=2), encoding="utf-8")
                return table.add(spec, by, name, self._device_of(name))
        except Timeout:
            raise JobError("Other jobs are being submitted: try again in a moment.") from None
        except OSError as error:
            raise JobError(f"The job cannot be queued in {jobs_folder()}: {error.strerror}.") from None

    def _requeue(self, name: str) -> Job:
        job = self.get(name)
        if not job.readable:
            raise JobError(OTHER_VERSION)
        if not job.resumable:
            raise JobError(f"The job {name} is {job.state}: only one that was stopped can be resumed.")
        for file in (job.run / CANCEL_FILE, *(job.folder / name for name in OF_AN_ATTEMPT)):
            file.unlink(missing_ok=True)
        if not table.requeue(job, self._device_of(name)):
            raise JobError(f"The job {name} was resumed by somebody else just now.")
        with suppress(OSError), (job.folder / LOG_FILE).open("a") as log:
            log.write(RESUMED)
        return table.get(name)

    def _cancel_waiting(self, name: str) -> bool:
        """Take a job out of the queue; False where it is in none."""
        return table.change(
            name,
            JobState.QUEUED,
            state=JobState.CANCELLED,
            message="Cancelled before it began.",
            ended=table.now(),
        )


def end_of_log(job: Job, lines: int) -> str:
    """The last lines of what a job's process printed on this machine; empty where it printed nothing."""
    try:
        with (job.folder / LOG_FILE).open(encoding="utf-8", errors="replace") as stream:
            return "".join(deque(stream, maxlen=lines))
    except FileNotFoundError:
        return ""
