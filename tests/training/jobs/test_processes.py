import os
import subprocess
import sys
import time

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


def test_process_that_ended_and_that_nobody_has_asked_about_yet_is_not_alive():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        process = Process.of(child.pid)
        assert is_alive(process)
        child.stdin.close()
        while psutil.Process(child.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        assert not is_alive(process)
