"""Jobs on a Ray cluster: Ray queues and places them, the table and folders are the same as here.

The cluster's machines must see `MIEN_HOME` and the data under the same paths.
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from core.settings import settings
from training.executors import ClusterError, knock
from training.jobs import table
from training.jobs.job import RAY, Job, JobError, JobSpec, JobState
from training.jobs.local_runner import LocalRunner, settle
from training.jobs.shared import TableRunner, end_of_log
from training.ray_environment import ray_environment
from training.run_folder import ask_to_cancel

HANDING_OVER: Final = timedelta(minutes=5)
"""How long a cluster may take to know a job."""

WAITED_TOO_LONG: Final = "JOB_SUPERVISOR_ACTOR_START_TIMEOUT"


class RayRunner(TableRunner):
    """Hands jobs to the Ray cluster at an address; see `JobRunner`.

    Args:
        address: of the head node's dashboard, or as `ray.init` takes it.
    """

    def __init__(self, address: str) -> None:
        self.client = _connect(address)

    def submit(self, spec: JobSpec, by: str) -> Job:
        """Queue a job on the cluster."""
        job = self._add(spec, by)
        self._hand_over_or_end(job)
        return self.get(job.id)

    def cancel(self, name: str) -> Job:
        """Stop a job, wherever it stands."""
        job = self.get(name)
        if not job.on_cluster:
            return LocalRunner().cancel(name)
        if job.state.ended:
            raise JobError(f"The job {name} is {job.state} already: there is nothing to cancel.")
        ask_to_cancel(job.run)  # also where the cluster cannot be told: the job itself looks for it
        table.change(name, cancel_asked=table.now())
        waited = self._cancel_waiting(name)
        try:
            self.client.stop_job(_submission(job))  # asks by SIGTERM, and kills three seconds later
        except (OSError, RuntimeError) as error:
            if not waited and not _is_unknown(error):
                raise ClusterError(
                    "The Ray cluster does not answer: the job stops by itself if it runs; look again soon."
                ) from error
        return self.get(name)

    def resume(self, name: str) -> Job:
        """Queue a job again that was lost, cancelled or failed."""
        job = self._requeue(name)
        self._hand_over_or_end(job)
        return self.get(name)

    def reconcile(self) -> None:
        """Take over what the cluster says about jobs that have not ended; others go on here."""
        LocalRunner().reconcile()
        for job in table.everything():
            if not job.state.ended and job.on_cluster:
                self._follow(job)

    def logs(self, name: str, lines: int = 50) -> str:
        """The end of what the job's process printed."""
        job = table.get(name)
        if not job.on_cluster:
            return end_of_log(job, lines)
        try:
            printed = str(self.client.get_job_logs(_submission(job)))
        except (OSError, RuntimeError):
            return ""
        return "\n".join(printed.splitlines()[-lines:])

    def _device_of(self, name: str) -> str:
        """One a job: Ray itself sees to it that no device is given out twice."""
        return f"{RAY}{name}"

    def _hand_over_or_end(self, job: Job) -> None:
        try:
            self._hand_over(job)
        except (OSError, RuntimeError) as error:
            failed = "The Ray cluster did not take the job: see that it answers, then resume it."
            table.change(job.id, JobState.QUEUED, state=JobState.FAILED, message=failed, ended=table.now())
            raise ClusterError(failed) from error

    def _hand_over(self, job: Job) -> None:
        self.client.submit_job(
            entrypoint=f"{settings().ray_python} -m training.jobs.process {job.id}",
            submission_id=_submission(job),
            **self._share(),
            runtime_env=ray_environment(),
        )

    def _share(self) -> dict[str, float]:
        """What a job asks for, so that one trains at a time: a GPU, else over half of the largest machine."""
        from ray.util.state import list_nodes
        from ray.util.state.exception import RayStateApiException

        try:
            nodes = list_nodes(address=self.client.get_address())
        except RayStateApiException as error:  # of no kind that everybody here knows
            raise RuntimeError(str(error)) from error
        has = [node.resources_total or {} for node in nodes if node.state == "ALIVE"]
        if any(one.get("GPU") for one in has):
            return {"entrypoint_num_gpus": 1}
        largest = max((one.get("CPU", 0.0) for one in has), default=0.0)
        return {"entrypoint_num_cpus": largest // 2 + 1 if largest else 0}

    def _follow(self, job: Job) -> None:
        try:
            status = str(self.client.get_job_status(_submission(job)))
        except OSError:  # the cluster does not answer just now
            return
        except RuntimeError as error:
            if not _is_unknown(error):
                return
            if job.state is JobState.QUEUED and datetime.now(UTC) - job.queued < HANDING_OVER:
                return  # its code is still being sent
            status = "FAILED"  # the cluster was started anew
        if status == "PENDING":
            return
        if job.state is JobState.QUEUED and status == "FAILED" and self._waited_too_long(job):
            self._hand_over_again(job)
            return
        table.change(job.id, JobState.QUEUED, state=JobState.RUNNING, started=table.now())
        table.beat(job.id)
        if status != "RUNNING":
            settle(table.get(job.id))

    def _waited_too_long(self, job: Job) -> bool:
        """Whether Ray gave a job up that found no free device: it does so after a quarter of an hour."""
        try:
            return str(self.client.get_job_info(_submission(job)).error_type) == WAITED_TOO_LONG
        except (OSError, RuntimeError):
            return False

    def _hand_over_again(self, job: Job) -> None:
        table.change(job.id, JobState.QUEUED, attempt=job.attempt + 1, queued=table.now())
        try:
            self._hand_over(table.get(job.id))
        except (OSError, RuntimeError) as error:
            if not _is_known(error):  # the cluster does not answer just now: the next look tries again
                table.change(job.id, JobState.QUEUED, attempt=job.attempt, queued=job.queued)


def _is_unknown(error: OSError | RuntimeError) -> bool:
    """Whether the cluster answered that it knows no such job; Ray has no type for it."""
    return "404" in str(error) or "does not exist" in str(error)


def _is_known(error: OSError | RuntimeError) -> bool:
    """Whether another process handed the job over at the same moment; Ray has no type for it either."""
    return "already exists" in str(error)


def _submission(job: Job) -> str:
    """Ray's name for one attempt: it takes each name once."""
    return f"mien-{job.id}-{job.attempt}"


@lru_cache(maxsize=4)
def _connect(address: str) -> Any:  # noqa: ANN401 - Ray is not always installed
    try:
        from ray.dashboard.utils import get_address_for_submission_client
        from ray.job_submission import JobSubmissionClient
    except ImportError:
        raise ClusterError("MIEN_RAY_ADDRESS is set but Ray is missing: install the ray extra.") from None
    try:
        knock(address)
        return JobSubmissionClient(get_address_for_submission_client(address))
    except (OSError, RuntimeError, ValueError) as error:
        raise ClusterError(
            f"The Ray cluster at {address} does not answer: start it, or unset MIEN_RAY_ADDRESS."
        ) from error
