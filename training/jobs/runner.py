"""One way to run jobs, here or on a cluster."""

from collections.abc import Sequence
from typing import Any, Protocol

from core.settings import settings
from training.jobs.job import Job, JobSpec


class JobRunner(Protocol):
    """Takes jobs and sees to it that they run, one a device at a time."""

    def submit(self, spec: JobSpec, by: str) -> Job:
        """Queue a job.

        Raises:
            JobError: it cannot be queued.
            RecipeError: it starts from a model of another network than its recipe's.
        """

    def get(self, name: str) -> Job:
        """One job as it stands now.

        Raises:
            JobError: there is none of that name.
        """

    def list(self) -> tuple[Job, ...]:
        """All jobs as they stand now, newest first."""

    def reconcile(self) -> None:
        """See what became of jobs whose process is gone, and see to it that waiting ones are started."""

    def events(self, name: str) -> Sequence[dict[str, Any]]:
        """What the training has told so far, oldest first."""

    def logs(self, name: str, lines: int = 50) -> str:
        """The end of what the job's process printed."""

    def cancel(self, name: str) -> Job:
        """Take a job out of the queue, or stop it: within five seconds no process of it is left.

        Raises:
            JobError: it has ended already.
        """

    def resume(self, name: str) -> Job:
        """Queue a job again that was lost, cancelled or failed; it goes on from its last checkpoint.

        Raises:
            JobError: it waits, runs or is done.
        """

    def delete(self, name: str) -> None:
        """Forget a job that ended, with its log, checkpoints and verdict; its model stays.

        Raises:
            JobError: it waits or runs.
        """


def get_runner() -> JobRunner:
    """Ray Jobs where `MIEN_RAY_ADDRESS` is set, else processes on this machine."""
    if settings().ray_address:
        from training.jobs.ray_runner import RayRunner

        return RayRunner(settings().ray_address or "")
    from training.jobs.local_runner import LocalRunner

    return LocalRunner()
