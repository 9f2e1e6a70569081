"""How soon a photo is read while a training runs beside the server, and without one."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from core.readings import read_bytes
from tests.training.jobs.conftest import of_home

ROOT = Path(__file__).parents[1]
PATIENCE = 300


@pytest.fixture
def training(tmp_path):
    """A training of the drawn faces that is past its first epoch."""
    environment = {**os.environ, "MIEN_HOME": str(tmp_path)}
    command = [sys.executable, "-m", "training", "jobs", "submit", "--recipe", "drawn"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    end = time.monotonic() + PATIENCE
    while not any('"epoch", ' in events.read_text() for events in tmp_path.glob("jobs/*/run/events.jsonl")):
        assert time.monotonic() < end
        time.sleep(0.5)
    yield
    for process in psutil.process_iter():
        if of_home(process, tmp_path):
            process.kill()


def test_photo_without_a_training(benchmark, photo, classifier):
    benchmark.pedantic(read_bytes, (photo, classifier), rounds=100, warmup_rounds=5)


def test_photo_beside_a_training(benchmark, photo, classifier, training):
    benchmark.pedantic(read_bytes, (photo, classifier), rounds=100, warmup_rounds=5)
