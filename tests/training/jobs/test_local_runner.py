"""Real workers and real trainings: waited for, killed, cancelled, and out of disk."""

import os
import shutil
import subprocess
import time

import psutil
import pytest
from typer.testing import CliRunner

from core.bundles import find_bundle
from tests.training.commands.test_fit import RECIPE
from tests.training.conftest import make_recipe
from tests.training.jobs.conftest import epochs_told, of_home, spec, until, worker_processes
from training.commands import app
from training.jobs import JobError, JobState
from training.jobs.failures import DISK_FULL, NO_MEMORY
from training.verdict import DISAGREEMENTS_FILE, Verdict

LONG = 400


def command(*arguments: object, status: int = 0) -> str:
    """What `python -m training jobs` says."""
    result = CliRunner().invoke(app, ["jobs", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


def test_killed_worker_and_killed_job_lose_nothing(runner, data, home):
    job = runner.submit(spec(data, epochs=8), by="ada")
    assert (job.state, job.by, job.attempt) == (JobState.QUEUED, "ada", 1)
    until(runner, job.id, lambda job: len(epochs_told(runner, job.id)) >= 2)
    training = runner.get(job.id).pid
    for worker in worker_processes(home):
        worker.kill()
        worker.wait(10)
    assert psutil.pid_exists(training), "a job outlives its worker"
    psutil.Process(training).kill()
    lost = until(runner, job.id, lambda job: job.state.ended)
    assert lost.state is JobState.LOST
    assert "Resume" in lost.message
    assert runner.resume(job.id).attempt == 2
    done = until(runner, job.id, lambda job: job.state.ended)
    assert done.state is JobState.DONE, runner.logs(job.id)
    assert sorted(set(epochs_told(runner, job.id))) == list(range(1, 9))
    assert find_bundle("tiny").card.training.epochs == 8
    verdict = Verdict.model_validate_json((done.folder / "verdict.json").read_bytes())
    assert verdict.challenger.name == "tiny"
    assert verdict.champion.name == "mien-8"
    assert verdict.challenger.score.n == verdict.champion.score.n > 0
    assert (done.folder / DISAGREEMENTS_FILE).exists()
    with pytest.raises(JobError, match="done"):
        runner.resume(job.id)


def test_second_job_waits_and_a_cancelled_one_is_gone_within_five_seconds(runner, data, home):
    first = runner.submit(spec(data, "first", epochs=LONG), by="ada")
    second = runner.submit(spec(data, "second", epochs=LONG), by="ben")
    until(runner, first.id, lambda job: len(epochs_told(runner, job.id)) >= 1)
    assert runner.get(second.id).place == 0
    assert f"{second.id} is cancelled" in command("cancel", second.id)
    assert f"{second.id} is queued again" in command("resume", second.id)
    cancelled = runner.cancel(second.id)
    assert cancelled.state is JobState.CANCELLED and cancelled.ended
    pid = runner.get(first.id).pid
    assert psutil.Process(pid).nice() > 0
    if (cores := len(os.sched_getaffinity(0))) > 1:
        assert len(os.sched_getaffinity(pid)) == cores - 1, "one is left to the pages"
    start = time.monotonic()
    assert f"{first.id} is stopping" in command("cancel", first.id)
    cancelled = until(runner, first.id, lambda job: job.state.ended)
    assert time.monotonic() - start < 5
    assert cancelled.state is JobState.CANCELLED
    assert not psutil.pid_exists(pid)
    assert not [p for p in psutil.process_iter() if of_home(p, home) and p not in worker_processes(home)]
    assert list((cancelled.run / "checkpoints").glob("best-*.weights.h5"))
    with pytest.raises(JobError, match="nothing to cancel"):
        runner.cancel(first.id)


def test_full_disk_fails_a_job_with_advice_and_the_next_one_runs(runner, data, home):
    disk = home / "jobs"
    mounted = shutil.which("mount") and os.geteuid() == 0
    made = mounted and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(disk)], check=False
    )
    if not made or made.returncode:
        pytest.skip("a small disk can be mounted by root only")
    try:
        full = runner.submit(spec(data, "full", epochs=LONG), by="ada")
        ended = until(runner, full.id, lambda job: job.state.ended)
        assert (ended.state, ended.message) == (JobState.FAILED, DISK_FULL)
        shutil.rmtree(ended.run)
        gone = runner.submit(spec(str(home / "nowhere")), by="ada")
        ended = until(runner, gone.id, lambda job: job.state.ended)
        assert ended.state is JobState.FAILED
        assert "There is no data at" in ended.message
    finally:
        for process in psutil.process_iter():
            if of_home(process, home):
                process.kill()
                process.wait(10)
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def test_job_that_needs_too_much_memory_fails_with_advice_and_the_next_one_runs(runner, data, home):
    wide = make_recipe(epochs=1, batch_size=4096, draws=4096, stem=2048)  # its first features take 72 GiB
    greedy = runner.submit(spec(data, "greedy").model_copy(update={"recipe": wide}), by="ada")
    (home / "tiny.toml").write_text(RECIPE)
    said = command(
        "submit", "--recipe", home / "tiny.toml", "--epochs", 1, "--data", data, "--name", "modest", "--wait"
    )
    assert "Waiting for a device" in said
    assert "Done: modest is right on" in said
    assert "Macro-F1" in said
    ended = runner.get(greedy.id)
    assert (ended.state, ended.message) == (JobState.FAILED, NO_MEMORY), runner.logs(greedy.id)
    assert f"Failed: {NO_MEMORY}" in command("watch", greedy.id, status=1)
