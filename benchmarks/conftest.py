"""What the measurements share: a real photo of 1280×720 with one face."""

import io
from importlib.resources import files

import cv2
import numpy as np
import pytest
from PIL import Image

from core.classifier import Classifier, load_classifier


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


@pytest.fixture(scope="session")
def classifier() -> Classifier:
    return load_classifier()
