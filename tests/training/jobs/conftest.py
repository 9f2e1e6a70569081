import time
from collections.abc import Callable

import psutil
import pytest

from tests.training.conftest import make_recipe
from tests.training.datasets.test_ckplus import write_learnable
from training.jobs import Job, JobSpec, get_runner
from training.jobs.job import jobs_folder
from training.jobs.local_runner import LocalRunner

PATIENCE = 150
"""Seconds; what is checked is that it comes, also on a machine that is busy."""


@pytest.fixture(scope="session")
def data(tmp_path_factory) -> str:
    """A made CK+48 of ten people."""
    return str(write_learnable(tmp_path_factory.mktemp("ck"), subjects=10, frames=2))


@pytest.fixture
def runner(home, monkeypatch):
    """The runner of an empty home, whose processes are all ended afterwards."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    jobs_folder().mkdir(parents=True)
    yield get_runner()
    for process in [*worker_processes(home), *(p for p in psutil.process_iter() if of_home(p, home))]:
        process.kill()


def spec(data: str, name: str = "tiny", **changes) -> JobSpec:
    return JobSpec(recipe=make_recipe(network="reference", **changes), data=(data,), name=name)


def no_worker(monkeypatch) -> None:
    """Let nobody start a worker: one was started just now, as far as the runner knows."""
    monkeypatch.setattr(LocalRunner, "_last_start", time.monotonic() + 600)


def until(runner, name: str, wanted: Callable[[Job], bool]) -> Job:
    """Wait for a job to be as wanted."""
    end = time.monotonic() + PATIENCE
    while not wanted(job := runner.get(name)):
        assert time.monotonic() < end, f"{job.state}: {job.message}\n{runner.logs(name)}"
        time.sleep(0.1)
    return job


def epochs_told(runner, name: str) -> list[int]:
    return [event["epoch"] for event in runner.events(name) if event["event"] == "epoch"]


def worker_processes(home) -> list[psutil.Process]:
    return [p for p in psutil.process_iter(["cmdline"]) if of_home(p, home) and "training.worker" in line(p)]


def of_home(process: psutil.Process, home) -> bool:
    try:
        return process.environ().get("MIEN_HOME") == str(home) and "training." in line(process)
    except psutil.Error:
        return False


def line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
