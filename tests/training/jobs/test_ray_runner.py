"""Jobs on a real local Ray cluster."""

import sys

import pytest

from core.settings import settings
from tests.training.jobs.conftest import epochs_told, spec, until
from training.executors import ClusterError
from training.jobs import JobState, get_runner, table


@pytest.mark.xdist_group("ray")
def test_jobs_run_and_stop_on_a_ray_cluster(data, home, monkeypatch, ray_cluster):
    monkeypatch.setenv("MIEN_RAY_ADDRESS", ray_cluster)
    monkeypatch.setenv("MIEN_RAY_PYTHON", sys.executable)
    settings.cache_clear()
    runner = get_runner()
    job = runner.submit(spec(data, epochs=1), by="ada")
    done = until(runner, job.id, lambda job: job.state.ended)
    assert done.state is JobState.DONE, runner.logs(job.id)
    assert epochs_told(runner, job.id) == [1]
    assert "held-out faces" in runner.logs(job.id)
    endless = runner.submit(spec(data, epochs=400), by="ada")
    until(runner, endless.id, lambda job: len(epochs_told(runner, job.id)) >= 1)
    runner.cancel(endless.id)
    assert until(runner, endless.id, lambda job: job.state.ended).state is JobState.CANCELLED
    handed_over_later = table.add(spec(data), "ada")
    assert runner.get(handed_over_later.id).state is JobState.QUEUED, (
        "a page that looks meanwhile ends nothing"
    )
    assert runner.cancel(handed_over_later.id).state is JobState.CANCELLED, "though the cluster knows no such"


def test_cluster_that_is_not_there_is_one_sentence(home, monkeypatch):
    monkeypatch.setenv("MIEN_RAY_ADDRESS", "127.0.0.1:9")
    settings.cache_clear()
    with pytest.raises(ClusterError, match="does not answer"):
        get_runner()
