"""Jobs on a real local Ray cluster."""

import sys

import pytest

from core.settings import settings
from tests.conftest import free_port
from tests.training.conftest import started_cluster
from tests.training.jobs.conftest import epochs_told, spec, until
from training.executors import ClusterError
from training.jobs import JobState, get_runner, table
from training.jobs.job import RAY


def runner_on(address, monkeypatch):
    monkeypatch.setenv("MIEN_RAY_ADDRESS", address)
    monkeypatch.setenv("MIEN_RAY_PYTHON", sys.executable)
    settings.cache_clear()
    return get_runner()


@pytest.mark.xdist_group("ray")
def test_jobs_run_and_stop_on_a_ray_cluster(data, home, monkeypatch, ray_cluster):
    runner = runner_on(ray_cluster, monkeypatch)
    job = runner.submit(spec(data, epochs=1), by="ada")
    done = until(runner, job.id, lambda job: job.state.ended)
    assert done.state is JobState.DONE, runner.logs(job.id)
    assert epochs_told(runner, job.id) == [1]
    assert "held-out faces" in runner.logs(job.id)
    endless = runner.submit(spec(data, epochs=400), by="ada")
    until(runner, endless.id, lambda job: len(epochs_told(runner, job.id)) >= 1)
    runner.cancel(endless.id)
    assert until(runner, endless.id, lambda job: job.state.ended).state is JobState.CANCELLED
    handed_over_later = table.add(spec(data), "ada", device=RAY)
    assert runner.get(handed_over_later.id).state is JobState.QUEUED, (
        "a page that looks meanwhile ends nothing"
    )
    assert runner.cancel(handed_over_later.id).state is JobState.CANCELLED, "though the cluster knows no such"
    of_this_machine = table.add(spec(data), "ada")
    table.claim("cpu")
    assert runner.get(of_this_machine.id).state is JobState.RUNNING, "it was never the cluster's"


@pytest.fixture
def impatient_cluster(monkeypatch):
    """A cluster of one machine that gives a job up where it has waited for a quarter of a minute."""
    monkeypatch.setenv("RAY_JOB_START_TIMEOUT_SECONDS", "15")
    with started_cluster(dashboard_agent_listen_port=free_port()) as address:
        yield address


def unreachable(*_, **__):
    raise ConnectionError("the dashboard is starting again")


@pytest.mark.xdist_group("ray")
def test_second_job_on_a_machine_waits_as_long_as_it_takes(data, home, monkeypatch, impatient_cluster):
    runner = runner_on(impatient_cluster, monkeypatch)
    first = runner.submit(spec(data, "first", epochs=400), by="ada")
    until(runner, first.id, lambda job: len(epochs_told(runner, job.id)) >= 1)
    second = runner.submit(spec(data, "second", epochs=1), by="ben")
    waiting = until(runner, second.id, lambda job: job.attempt >= 2)
    assert (waiting.state, runner.get(first.id).state) == (JobState.QUEUED, JobState.RUNNING)
    with monkeypatch.context() as away:
        away.setattr(runner.client, "submit_job", unreachable)
        runner._hand_over_again(waiting)
    assert runner.get(second.id).attempt == waiting.attempt, "an attempt that never was does not count"
    runner.cancel(first.id)
    done = until(runner, second.id, lambda job: job.state.ended)
    assert done.state is JobState.DONE, runner.logs(second.id)


def test_cluster_that_is_not_there_is_one_sentence(home, monkeypatch):
    monkeypatch.setenv("MIEN_RAY_ADDRESS", "127.0.0.1:9")
    settings.cache_clear()
    with pytest.raises(ClusterError, match="does not answer"):
        get_runner()
