"""What the measurements share: a real photo of 1280×720 with one face."""

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from core.classifier import Classifier, load_classifier
from tests.conftest import ROOT
from tests.e2e.browser import find_browser
from tests.training.jobs.conftest import of_home

PATIENCE = 300


@pytest.fixture(scope="session")
def photo() -> bytes:
    """The astronaut before a wide background, as a camera would save it."""
    picture = np.asarray(Image.open(str(files("skimage.data").joinpath("astronaut.png"))).convert("RGB"))
    portrait = cv2.resize(picture, (720, 720), interpolation=cv2.INTER_CUBIC)
    wide = cv2.copyMakeBorder(portrait, 0, 0, 280, 280, cv2.BORDER_REFLECT)
    wide = cv2.GaussianBlur(wide, (0, 0), 6)
    wide[:, 280:1000] = portrait
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(wide)).save(stream, "JPEG", quality=90)
    return stream.getvalue()


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A browser without a window; where there is none, the measurement is skipped."""
    executable = find_browser()
    if executable is None:
        pytest.skip("no browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu", *arguments]
        )
        yield browser
        browser.close()


@pytest.fixture
def drawn_job(tmp_path: Path) -> Iterator[Path]:
    """The folder of a training of the drawn faces that is past its first epoch."""
    home = tmp_path / "home"
    command = [sys.executable, "-m", "training", "jobs", "submit", "--recipe", "drawn"]
    environment = {**os.environ, "MIEN_HOME": str(home)}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    end = time.monotonic() + PATIENCE
    while not any(epochs_done(events) for events in home.glob("jobs/*/run/events.jsonl")):
        assert time.monotonic() < end
        time.sleep(0.5)
    yield next(home.glob("jobs/*/run")).parent
    for process in psutil.process_iter():
        if of_home(process, home):
            process.kill()


def epochs_done(events: Path) -> int:
    """How many epochs a training's events tell of."""
    return events.read_text().count('"epoch", ')


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return load_classifier()
