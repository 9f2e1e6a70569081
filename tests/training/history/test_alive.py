import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.training.conftest import make_recipe
from training.history import Run
from training.history.alive import SILENCE, settle_states
from training.jobs import JobSpec, JobState, table
from training.jobs.job import OUTCOME_FILE, Outcome
from training.run_folder import EVENTS_FILE

SPEC = JobSpec(recipe=make_recipe(), data=("drawn",), name="tiny")
GONE = {"pid": 1, "pid_started": -100.0}
"""No process began before the machine did."""


def state_of(folder: Path | str, told: str = "running") -> str:
    """The state of a run in a folder, which MLflow takes for running."""
    tags = {"folder": str(folder)}
    run = Run("1", "tiny", told, datetime.now(UTC), seconds=None, parameters={}, tags=tags, metrics={})
    return settle_states([run])[0].state


@pytest.fixture
def job(home):
    """A job that was claimed just now."""
    table.add(SPEC, "ada")
    return table.claim("cpu")


def test_run_of_a_job_that_is_alive_goes_on(job):
    assert state_of(job.run) == "running"


def test_run_of_a_job_whose_process_is_gone_is_lost_though_no_worker_has_seen_it(job):
    table.beat(job.id, **GONE)
    assert state_of(job.run) == "lost"
    table.ask_cancel(job.id)
    assert state_of(job.run) == "killed"


def test_run_of_a_job_that_left_its_outcome_stands_as_that_says(job):
    table.beat(job.id, **GONE)
    job.folder.mkdir(parents=True)
    outcome = Outcome(state=JobState.FAILED, message="The disk is full.")
    (job.folder / OUTCOME_FILE).write_text(outcome.model_dump_json())
    assert state_of(job.run) == "failed"


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (JobState.DONE, "finished"),
        (JobState.FAILED, "failed"),
        (JobState.CANCELLED, "killed"),
        (JobState.LOST, "lost"),
    ],
)
def test_run_stands_as_its_job_does(job, state, shown):
    table.end(job.id, state, "")
    assert state_of(job.run) == shown


def test_run_of_a_job_that_was_deleted_is_lost(job):
    table.end(job.id, JobState.LOST, "")
    table.remove(job)
    assert state_of(job.run) == "lost"


def test_run_of_a_command_is_lost_once_it_fell_silent(home, tmp_path):
    (tmp_path / EVENTS_FILE).touch()
    assert state_of(tmp_path) == "running"
    silent = time.time() - SILENCE.total_seconds() - 1
    os.utime(tmp_path / EVENTS_FILE, (silent, silent))
    assert state_of(tmp_path) == "lost"
    assert state_of(tmp_path, "finished") == "finished"


def test_run_above_folds_is_lost_once_all_of_them_fell_silent(home, tmp_path):
    silent = time.time() - SILENCE.total_seconds() - 1
    for number in range(2):
        assert state_of(tmp_path) == "running"
        (tmp_path / f"fold-{number}").mkdir()
        (tmp_path / f"fold-{number}" / EVENTS_FILE).touch()
    os.utime(tmp_path / "fold-0" / EVENTS_FILE, (silent, silent))
    assert state_of(tmp_path) == "running"
    os.utime(tmp_path / "fold-1" / EVENTS_FILE, (silent, silent))
    assert state_of(tmp_path) == "lost"


@pytest.mark.parametrize("folder", ["", "/of/another/machine"])
def test_run_elsewhere_is_believed(home, folder):
    assert state_of(folder) == "running"
