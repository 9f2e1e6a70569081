"""Tasks in processes of their own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.conftest import ROOT
from training.devices import Device
from training.executors import EndedError, default_workers, run_all


def die(task: int) -> int:
    """As a process does whose memory the system takes back."""
    if task == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def test_process_that_is_killed_is_one_sentence(home):
    with pytest.raises(EndedError, match="use fewer --workers and call again"):
        list(run_all(die, [1], 1))


def test_results_come_with_the_number_of_their_task(home):
    assert sorted(run_all(die, [5, 7], 2)) == [(0, 5), (1, 7)]


def test_one_training_at_a_time_has_a_card(monkeypatch):
    monkeypatch.setattr("os.sched_getaffinity", lambda pid: set(range(16)), raising=False)
    assert default_workers() == 4
    monkeypatch.setattr("training.executors.find_devices", lambda: (Device("gpu:0", "a card", 80 * 2**30),))
    assert default_workers() == 1


def end(task: int) -> int:
    if task > 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def test_process_that_is_killed_while_nobody_listens_is_one_sentence_too(home):
    results = run_all(end, [0, 1, 2, 3, 4], 2)
    with pytest.raises(EndedError, match="use fewer --workers and call again"):
        for _ in results:
            time.sleep(3)


def refuse(task: Path) -> None:
    if task.name == "0":
        raise ValueError("refused")
    task.touch()


def test_nothing_more_is_begun_once_a_task_is_refused(home, tmp_path):
    with pytest.raises(ValueError, match="refused"):
        list(run_all(refuse, [tmp_path / str(number) for number in range(4)], 1))
    assert not list(tmp_path.glob("[123]"))


def stay(file: Path) -> None:
    file.write_text(str(os.getpid()))
    time.sleep(600)


def test_process_ends_with_the_one_that_it_works_for(home, tmp_path):
    code = (
        "from pathlib import Path; from tests.training.test_executors import stay; "
        f"from training.executors import run_all; list(run_all(stay, [Path({str(tmp_path / 'pid')!r})], 1))"
    )
    parent = subprocess.Popen([sys.executable, "-c", f"if __name__ == '__main__': {code}"], cwd=ROOT)
    until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    worker = psutil.Process(int((tmp_path / "pid").read_text()))
    parent.kill()
    parent.wait()
    worker.wait(30)


def until(condition: Callable[[], object], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
