"""What the measurements share: a real photo of 1280×720 with one face."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from core.classifier import Classifier, load_classifier
from tests.e2e.browser import find_browser


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


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return load_classifier()
