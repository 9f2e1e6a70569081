"""Jobs as processes of this machine; a worker apart from the pages starts them one after another."""

import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Final

from filelock import FileLock, Timeout

from core.settings import PROJECT_ROOT, environment
from training.jobs import table
from training.jobs.failures import NO_MEMORY, tells_of_no_memory
from training.jobs.job import OUTCOME_FILE, Job, JobError, JobSpec, JobState, Outcome, jobs_folder
from training.jobs.processes import Process, is_alive, noted_process
from training.jobs.shared import RESUMED, TableRunner, end_of_log
from training.run_folder import ask_to_cancel, read_epochs

WORKER_LOCK: Final = "worker.lock"
WORKER_LOG: Final = "worker.log"
IDLE_SECONDS: Final = 60
"""How long a worker that was started by a job waits for another."""

SILENCE: Final = timedelta(seconds=30)
"""A running job without a process, and without a word from its worker for that long, is lost."""

SECONDS_BETWEEN_STARTS: Final = 10.0
"""A worker that ends at once is not started again and again."""

NO_CLUSTER: Final = (
    "It ran on a Ray cluster, and no setting names one any more: look there what became of it."
)
LOST: Final = "Its process ended without a word. Resume it: it goes on from the last saved epoch."


class LocalRunner(TableRunner):
    """Runs jobs on this machine's devices; see `JobRunner`."""

    _last_start = -SECONDS_BETWEEN_STARTS

    def submit(self, spec: JobSpec, by: str) -> Job:
        """Queue a job and see to it that a worker is there."""
        job = self._add(spec, by)
        self._start_worker()
        return self.get(job.id)

    def cancel(self, name: str) -> Job:
        """Take a job out of the queue, or stop it."""
        if not self._cancel_waiting(name):
            job = self.get(name)
            if job.state.ended:
                raise JobError(f"The job {name} is {job.state} already: there is nothing to cancel.")
            table.ask_cancel(name)
            ask_to_cancel(job.run)
            if job.on_cluster:
                table.end(name, JobState.LOST, NO_CLUSTER)
            self._start_worker()  # it sees to it that the job's process ends
        return self.get(name)

    def resume(self, name: str) -> Job:
        """Queue a job again that was lost, cancelled or failed."""
        job = self._requeue(name)
        self._start_worker()
        return self.get(job.id)

    def reconcile(self) -> None:
        """Settle jobs whose process is gone, and start a worker where it is missing.

        Where a worker is there it does so itself: it knows how its processes ended.
        """
        jobs = [job for job in table.everything() if not job.state.ended and not job.on_cluster]
        if not jobs or worker_lock_is_held():
            return
        for job in jobs:
            if job.state is JobState.RUNNING and is_gone(job):
                settle(job)
        self._start_worker()

    def _start_worker(self) -> None:
        now = time.monotonic()
        if worker_lock_is_held() or now - LocalRunner._last_start < SECONDS_BETWEEN_STARTS:
            return
        LocalRunner._last_start = now
        with (jobs_folder() / WORKER_LOG).open("a") as log:
            subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "training.worker", "--until-idle", str(IDLE_SECONDS)],
                cwd=PROJECT_ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment(),
            )


def settle(job: Job, message: str = LOST) -> None:
    """Close a running job whose process is gone: with what it said last, else as cancelled or lost.

    One that crashed where memory ran out, as TensorFlow's convolutions do, says so in its log only.
    """
    outcome = read_outcome(job)
    if outcome:
        table.end(job.id, outcome.state, outcome.message, job.attempt)
    elif job.cancel_asked:
        learned = read_epochs(job.run)
        kept = "What was learned up to the last epoch is kept." if learned else "Nothing was learned yet."
        table.end(job.id, JobState.CANCELLED, f"Stopped. {kept}", job.attempt)
    elif tells_of_no_memory(end_of_log(job, lines=5).rpartition(RESUMED)[2]):
        table.end(job.id, JobState.FAILED, NO_MEMORY, job.attempt)
    else:
        table.end(job.id, JobState.LOST, message, job.attempt)


def read_outcome(job: Job) -> Outcome | None:
    """What a job's process wrote as its last act; None where it did not come to that."""
    try:
        return Outcome.model_validate_json((job.folder / OUTCOME_FILE).read_bytes())
    except (OSError, ValueError):
        return None


def worker_lock_is_held() -> bool:
    """Whether a worker is there."""
    try:
        with FileLock(jobs_folder() / WORKER_LOCK, timeout=0):
            return False
    except Timeout:
        return True


def process_of(job: Job) -> Process | None:
    """The process of a running job: as the table has it, else as it said itself.

    None where neither knows, and of a cluster's job: its number belongs to another machine.
    """
    if job.on_cluster:
        return None
    if job.pid is not None and job.pid_started is not None:
        return Process(job.pid, job.pid_started)
    return noted_process(job.folder)


def is_gone(job: Job) -> bool:
    """Whether the process of a running job has ended, or never began; a cluster tells of its own jobs."""
    if job.on_cluster:
        return False
    if read_outcome(job) is not None:
        return True
    process = process_of(job)
    if process is not None:
        return not is_alive(process)
    return job.heartbeat is None or datetime.now(UTC) - job.heartbeat > SILENCE
