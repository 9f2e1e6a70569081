"""What every test may stand on: a real portrait, and the data sets where they are at hand."""

import io
import os
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.bundles import Bundle, bundle_names, find_bundle
from core.classifier import Classifier, load_classifier
from core.settings import settings


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of data sets that may not be shipped: CK+48, FER+, photos."""
    folder = Path(os.environ.get("MIEN_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the data sets are not here: set MIEN_TEST_DATA to their folder")
    return folder


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """An empty MIEN_HOME."""
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"
    settings.cache_clear()


@pytest.fixture(scope="session")
def portrait_file() -> Path:
    """NASA's portrait of Eileen Collins: one smiling face of about 90 px in 512×512."""
    return Path(str(files("skimage.data").joinpath("astronaut.png")))


@pytest.fixture(scope="session")
def portrait(portrait_file) -> np.ndarray:
    picture = np.array(Image.open(portrait_file).convert("RGB"))
    picture.flags.writeable = False
    return picture


@pytest.fixture(scope="session")
def face(portrait) -> np.ndarray:
    """The portrait's face with some room around it, uint8 (256, 256, 3)."""
    return portrait[:256, 96:352]


@pytest.fixture(scope="session", params=bundle_names())
def bundle(request) -> Bundle:
    """Each shipped bundle in turn."""
    return find_bundle(request.param)


@pytest.fixture(scope="session")
def champion() -> Classifier:
    return load_classifier()


def encode(picture: np.ndarray | Image.Image, format: str = "PNG", **options) -> bytes:
    """A picture as the bytes of a file."""
    stream = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(stream, format, **options)
    return stream.getvalue()
