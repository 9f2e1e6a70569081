import os

import psutil

from training.jobs.processes import Process, is_alive


def test_process_lives_though_the_clock_was_set(monkeypatch):
    own = Process.of(os.getpid())
    booted = psutil.boot_time()
    monkeypatch.setattr("psutil._pslinux.boot_time", lambda: booted + 3600)
    monkeypatch.setattr("psutil.boot_time", lambda: booted + 3600)
    assert psutil.Process(own.pid).create_time() > own.started + booted + 3000
    assert is_alive(own)
    assert not is_alive(Process(own.pid, own.started + 5))
