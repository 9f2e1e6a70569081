"""`python -m training.worker`: starts queued jobs, one a device at a time, and sees to their end."""

import logging
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from types import FrameType
from typing import Annotated, Final

import typer
from filelock import FileLock, Timeout

from core.settings import PROJECT_ROOT, environment, settings
from training.commands.console import failing_plainly
from training.devices import Device, find_devices
from training.jobs import table
from training.jobs.failures import DISK_FULL, NO_MEMORY
from training.jobs.job import LOG_FILE, Job, JobError, JobState, jobs_folder
from training.jobs.local_runner import LOST, WORKER_LOCK, is_gone, process_of, read_outcome, settle
from training.jobs.process import NO_SPACE_STATUS
from training.jobs.processes import Process, end_all

PAUSE: Final = 0.25
SECONDS_TO_OBEY: Final = 1.5
"""After a cancel, until the process is told by signal; a batch takes less."""

SECONDS_TO_CLEAN_UP: Final = 3.5
"""After a cancel, until the process is killed."""

ENDED_FROM_OUTSIDE: Final = (-6, -9, -11)
"""Status of a child that SIGABRT, SIGKILL or SIGSEGV ended, as happens where memory runs out."""

log = logging.getLogger("training.worker")


class Worker:
    """Drains the queue of this machine.

    Jobs are processes of their own: they outlive a worker, and the next one takes them over.
    """

    def __init__(self, devices: tuple[Device, ...]) -> None:
        self.devices = devices
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.stopping = False

    def drain(self, until_idle: float | None) -> None:
        """Work until told to stop, or until nothing was there to do for so many seconds."""
        last_work = time.monotonic()
        while not self.stopping:
            try:
                busy = self.step()
            except JobError as error:  # a full disk, most likely: it may have room again soon
                log.warning("%s", error)
                busy = True
            if busy:
                last_work = time.monotonic()
            elif until_idle is not None and time.monotonic() - last_work > until_idle:
                return
            time.sleep(PAUSE)

    def step(self) -> bool:
        """Look once at everything; whether there is anything to do."""
        for name, child in list(self.children.items()):
            if child.poll() is not None:
                self._bury(table.get(name), child.returncode)
                del self.children[name]
        jobs = _of_this_machine()
        for job in jobs:
            if job.state is JobState.RUNNING:
                own = self.children.get(job.id)
                if own is None and is_gone(job):
                    settle(job)
                else:
                    _attend(job, Process.of(own.pid) if own else process_of(job))
        taken = {job.device for job in jobs if job.state is JobState.RUNNING}
        for device in self.devices:
            if device.name not in taken and (claimed := table.claim(device.name)):
                self._start(claimed, device)
        return any(not job.state.ended for job in jobs)

    def stop(self, number: int, frame: FrameType | None) -> None:
        """Leave after this step; jobs that run go on."""
        self.stopping = True

    def _start(self, job: Job, device: Device) -> None:
        log.info("Starting the job %s on %s.", job.id, device.name)
        try:
            with (job.folder / LOG_FILE).open("ab") as output:
                child = subprocess.Popen(  # noqa: S603 - our own module
                    [sys.executable, "-m", "training.jobs.process", job.id],
                    cwd=PROJECT_ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    env={**environment(), **device.environment, "PYTHONUNBUFFERED": "1"},
                )
        except OSError as error:
            table.end(job.id, JobState.FAILED, f"The job could not be started ({error.strerror}).")
            return
        self.children[job.id] = child
        _note(job, Process.of(child.pid))

    def _bury(self, job: Job, status: int) -> None:
        """Close the job of a child that ended."""
        log.info("The job %s ended with status %d.", job.id, status)
        if status == NO_SPACE_STATUS and not read_outcome(job):
            table.end(job.id, JobState.FAILED, DISK_FULL)
        elif status in ENDED_FROM_OUTSIDE and not job.cancel_asked:
            settle(job, f"{LOST} If it was for want of memory: {NO_MEMORY.lower()}")
        else:
            settle(job)


def _of_this_machine() -> list[Job]:
    return [job for job in table.everything() if not job.on_cluster]


def _attend(job: Job, process: Process | None) -> None:
    """Show that a job is alive; end its process where it was cancelled and does not obey.

    Where nobody knows its process it may have none: nothing shows that it is alive, until it counts as gone.
    """
    if process is None:
        return
    if job.pid != process.pid:  # it could not be noted when the process began
        _note(job, process)
    elif job.cancel_asked is None:
        table.beat(job.id)
    if job.cancel_asked is not None:
        waited = (datetime.now(UTC) - job.cancel_asked).total_seconds()
        if waited > SECONDS_TO_OBEY:
            end_all(process.pid, by_force=waited > SECONDS_TO_CLEAN_UP)


def _note(job: Job, process: Process) -> None:
    table.beat(job.id, pid=process.pid, pid_started=process.started)


def main(
    until_idle: Annotated[
        float | None, typer.Option(help="Leave when there was nothing to do for so many seconds.")
    ] = None,
) -> None:
    """Run queued jobs on this machine; a second worker leaves at once."""
    logging.basicConfig(level="INFO", format="%(asctime)s %(message)s")
    with failing_plainly():
        settings()
    jobs_folder().mkdir(parents=True, exist_ok=True)
    worker = Worker(find_devices())
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    while True:
        try:
            with FileLock(jobs_folder() / WORKER_LOCK, timeout=2):  # a look whether one is there holds it too
                worker.drain(until_idle)
        except Timeout:
            log.info("Another worker is there already.")
            return
        # A job that came between the last look and letting go of the lock found a worker, so look again.
        if worker.stopping or all(job.state.ended for job in _of_this_machine()):
            return


if __name__ == "__main__":
    typer.run(main)
