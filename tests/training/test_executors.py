"""Tasks in processes of their own."""

import os
import signal

import pytest

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
    monkeypatch.setattr("os.cpu_count", lambda: 16)
    assert default_workers() == 4
    monkeypatch.setattr("training.executors.find_devices", lambda: (Device("gpu:0", "a card", 80 * 2**30),))
    assert default_workers() == 1
