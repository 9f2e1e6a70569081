"""What a worker makes of jobs whose own worker was killed at an unlucky moment."""

import shutil
import subprocess
import sys
import time
from datetime import timedelta

import psutil
import pytest

from core.settings import PROJECT_ROOT
from tests.training.datasets.test_ckplus import write_learnable
from tests.training.jobs.conftest import no_worker, spec
from training.devices import Device
from training.jobs import Job, JobState, table
from training.jobs.failures import NO_MEMORY
from training.jobs.job import LOG_FILE, RAY, SPEC_FILE
from training.jobs.local_runner import SILENCE, settle
from training.jobs.process import main
from training.jobs.processes import PROCESS_FILE, note_process
from training.jobs.stage import COMPARING, enter_stage, read_stage
from training.run_folder import CANCEL_FILE
from training.worker import Worker


@pytest.fixture
def claimed(runner, monkeypatch) -> Job:
    """A job that a worker had taken when it was killed: the table knows no process of it."""
    no_worker(monkeypatch)
    runner.submit(spec("drawn"), by="ada")
    return table.claim("cpu")


def test_job_without_a_process_is_not_called_alive_and_is_lost_after_a_while(claimed):
    Worker(()).step()
    assert table.get(claimed.id).heartbeat == claimed.heartbeat
    table.change(claimed.id, heartbeat=table.now() - SILENCE - timedelta(seconds=1))
    Worker(()).step()
    assert table.get(claimed.id).state is JobState.LOST


def test_job_of_a_cluster_is_neither_taken_nor_called_lost(runner, monkeypatch):
    no_worker(monkeypatch)
    waits, runs = (table.add(spec("drawn"), "ada", device=f"{RAY}{name}") for name in "ab")
    table.change(runs.id, state=JobState.RUNNING)
    runs.folder.mkdir()
    note_process(runs.folder)
    Worker((Device("cpu", "EPYC", 1),)).step()
    assert table.get(runs.id).pid is None, "the number is of another machine"
    assert (runner.get(waits.id).state, runner.get(runs.id).state) == (JobState.QUEUED, JobState.RUNNING)


def test_job_that_ended_unseen_is_closed_with_what_it_said(claimed):
    (claimed.folder / "spec.json").write_text("{}")
    main(claimed.id)
    Worker(()).step()
    ended = table.get(claimed.id)
    assert ended.state is JobState.FAILED
    assert "failed unexpectedly" in ended.message


def test_process_that_only_its_job_folder_knows_is_taken_over_and_cancelled(claimed, runner):
    command = [sys.executable, "-m", "training.jobs.process", claimed.id]
    with subprocess.Popen(command, cwd=PROJECT_ROOT, start_new_session=True) as child:
        try:
            while not (claimed.folder / PROCESS_FILE).exists():
                assert child.poll() is None
                time.sleep(0.05)
            Worker(()).step()
            assert table.get(claimed.id).pid == child.pid
            runner.cancel(claimed.id)
            asked = time.monotonic()
            while not table.get(claimed.id).state.ended:
                Worker(()).step()
                time.sleep(0.1)
            assert time.monotonic() - asked < 5
            assert table.get(claimed.id).state is JobState.CANCELLED
            assert child.wait(5) is not None
        finally:
            child.kill()
    assert not psutil.pid_exists(child.pid)


def test_data_that_vanish_while_a_job_waits_fail_it_with_a_sentence(runner, tmp_path):
    folder = write_learnable(tmp_path / "ours", subjects=2, frames=1)
    job = table.add(spec(str(folder)), "ada")
    job.folder.mkdir()
    (job.folder / SPEC_FILE).write_text(job.spec.model_dump_json())
    shutil.rmtree(folder)
    table.claim("cpu")
    main(job.id)
    Worker(()).step()
    ended = table.get(job.id)
    assert (ended.state, ended.message) == (
        JobState.FAILED,
        f"There is no data at {folder}: check the path.",
    )


def test_job_that_was_cancelled_before_its_process_began_does_not_begin(claimed, runner):
    runner.cancel(claimed.id)
    main(claimed.id)
    Worker(()).step()
    ended = table.get(claimed.id)
    assert (ended.state, ended.message) == (JobState.CANCELLED, "Cancelled before it began.")


def test_job_of_a_cluster_that_is_no_longer_named_can_be_ended_and_keeps_no_worker(runner, monkeypatch):
    no_worker(monkeypatch)
    stray = table.add(spec("drawn"), "ada", device=f"{RAY}a")
    table.change(stray.id, state=JobState.RUNNING)
    stray.folder.mkdir()
    assert not Worker(()).step(), "nothing to do here"
    ended = runner.cancel(stray.id)
    assert ended.state is JobState.LOST
    assert "no setting names one any more" in ended.message
    runner.delete(stray.id)


def test_resumed_job_that_is_killed_is_not_blamed_for_its_earlier_attempt(claimed, runner):
    (claimed.folder / LOG_FILE).write_text(f"Reading …\n{NO_MEMORY}\n")
    settle(claimed)
    assert table.get(claimed.id).state is JobState.FAILED
    enter_stage(claimed.folder, COMPARING)
    runner.resume(claimed.id)
    assert read_stage(claimed.folder) == "Starting", "what it was at when it was killed is over"
    again = table.claim("cpu")
    with (again.folder / LOG_FILE).open("a") as log:
        log.write("Reading …\n")
    settle(again)
    assert table.get(claimed.id).state is JobState.LOST


def test_resumed_job_remembers_no_wish_to_stop(claimed, runner):
    runner.cancel(claimed.id)
    settle(table.get(claimed.id))
    assert table.get(claimed.id).state is JobState.CANCELLED
    assert (claimed.run / CANCEL_FILE).exists()
    again = runner.resume(claimed.id)
    assert (again.state, again.cancel_asked) == (JobState.QUEUED, None)
    assert not (claimed.run / CANCEL_FILE).exists()
