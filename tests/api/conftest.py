import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from fastapi.testclient import TestClient
from starlette.applications import Starlette

from api import mount
from core.settings import settings
from tests.api.calling import HERE
from tests.conftest import free_port


@pytest.fixture
def generous(home, monkeypatch) -> None:
    """So many calls a second that no limit is met."""
    monkeypatch.setenv("MIEN_API_CALLS_PER_SECOND", "10000")
    monkeypatch.setenv("MIEN_API_BURST", "10000")
    settings.cache_clear()


@pytest.fixture
def address(home) -> Iterator[str]:
    """A real server on this machine."""
    port = free_port()
    config = uvicorn.Config(Starlette(routes=[mount()]), port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def client(generous) -> TestClient:
    return TestClient(Starlette(routes=[mount()]), "http://localhost/api/v1/", client=HERE)


@pytest.fixture
def picture(portrait_file) -> bytes:
    return portrait_file.read_bytes()
