"""What every test may stand on: a real portrait, and the data sets where they are at hand."""

import gc
import io
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import time
import urllib.request
import zlib
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from core.bundles import Bundle, bundle_names, find_bundle
from core.classifier import Classifier, load_classifier
from core.settings import settings

ROOT = Path(__file__).parents[1]
OPEN_STORE = "from training.tracking.store import open_store; print(open_store()[1])"

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")  # each core has a worker of its own: 14% faster


def pytest_configure() -> None:
    """Load libsrtp before TensorFlow: after it, libsrtp finds TensorFlow's SSL and crashes."""
    import pylibsrtp  # noqa: F401


WRONG_EXIF = b"Exif\x00\x00" + b"II*\x00" + b"\xff" * 60
"""A header that promises metadata and then only nonsense."""


@pytest.fixture(autouse=True, scope="module")
def spared_collector() -> None:
    """Spare the collector what is there already: Streamlit collects all garbage after every run of a page."""
    gc.freeze()


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


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run_core(*arguments: object, code: int = 0) -> subprocess.CompletedProcess[str]:
    """`python -m core` as a person types it, ending with a status and never with a traceback."""
    command = [sys.executable, "-m", "core", *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    return result


def encode(picture: np.ndarray | Image.Image, format: str = "PNG", **options) -> bytes:
    """A picture as the bytes of a file."""
    stream = io.BytesIO()
    image = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    image.save(stream, format, **options)
    return stream.getvalue()


def pixel_bomb(side: int = 60_000) -> bytes:
    """A PNG of a few bytes that claims to be `side` pixels high and wide."""
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


@pytest.fixture(scope="session")
def made_store(tmp_path_factory) -> tuple[Path, list[str]]:
    """A home whose store two processes made at the same moment, after a third was killed at it.

    All workers share it, since making it takes seconds.
    """
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "tracked-home"
    with FileLock(home.with_suffix(".lock")):
        if not home.exists():
            home.mkdir()
            (home / "experiments.json").write_text(json.dumps(_make_at_once(home)))
    return home, json.loads((home / "experiments.json").read_text())


def _make_at_once(home: Path) -> list[str]:
    (home / "runs.new").write_bytes(b"half a store")
    environment = {**os.environ, "MIEN_HOME": str(home), "MLFLOW_TRACKING_URI": ""}
    command = [sys.executable, "-c", OPEN_STORE]
    both = [
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    return [process.communicate(timeout=180)[0].strip() for process in both]


@pytest.fixture
def store(made_store, monkeypatch) -> Path:
    """MIEN_HOME with the default store."""
    monkeypatch.setenv("MIEN_HOME", str(made_store[0]))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    settings.cache_clear()
    yield made_store[0]
    settings.cache_clear()


@pytest.fixture(scope="session")
def tracking_server(made_store) -> Iterator[str]:
    """Address of MLflow's real server over the store; its tests stand in the xdist group `mlflow`."""
    address = f"http://127.0.0.1:{free_port()}"
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "server",
        "--workers",
        "1",
        "--port",
        address.rpartition(":")[2],
    ]
    server = subprocess.Popen(
        [*command, "--backend-store-uri", f"sqlite:///{made_store[0] / 'runs.db'}"],
        cwd=made_store[0],
        env={**os.environ, "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        _await_answer(f"{address}/health")
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)


def _await_answer(address: str, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"{address} does not answer")
