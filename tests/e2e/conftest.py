"""A real server, a real browser, and a fake camera that shows a real face."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright
from playwright.sync_api import TimeoutError as TookTooLongError

from tests.conftest import free_port
from tests.e2e.browser import find_browser
from tests.training.jobs.conftest import line

ROOT = Path(__file__).parents[2]
START_SECONDS = 60

expect.set_options(timeout=20_000)  # what is checked is that it comes, also on a machine that is busy


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs all browser tests: they share one server."""
    for item in items:
        if "e2e" in item.path.parts:
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def server_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the shared server writes."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def server(server_home: Path) -> Iterator[str]:
    with running_server(server_home, free_port()) as url:
        yield url


@contextmanager
def running_server(home: Path, port: int, app: Path = ROOT / "app.py") -> Iterator[str]:
    """A server that writes in `home`; afterwards its log must hold no traceback."""
    home.mkdir(exist_ok=True)
    log = home / "server.log"
    command = [sys.executable, "-m", "streamlit", "run", str(app), "--server.headless=true"]
    with log.open("w") as stream:
        process = subprocess.Popen(
            [*command, f"--server.port={port}"],  # on every address, as users start it
            cwd=ROOT,
            env=_as_users_have_it() | {"MIEN_HOME": str(home)},
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(f"http://127.0.0.1:{port}/_stcore/health", process, log)
        yield f"http://127.0.0.1:{port}"
        assert "Traceback" not in log.read_text(), log.read_text()
    finally:
        process.terminate()
        process.wait(20)


def server_process(port: int) -> psutil.Process:
    """The server that listens on a port."""
    (found,) = [p for p in psutil.process_iter() if f"--server.port={port}" in line(p)]
    return found


def _as_users_have_it() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "TF_NUM_INTRAOP_THREADS"}


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    executable = find_browser()
    if executable is None:
        reason = "no Chromium or Chrome was found, and none could be installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    camera = tmp_path_factory.mktemp("camera") / "face.y4m"
    write_camera_file(camera)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"),
                *("--disable-component-update", "--disable-sync", "--no-first-run"),
                *("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"),
                f"--use-file-for-fake-video-capture={camera}",
            ],
        )
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(20_000)
    page = context.new_page()
    yield page
    context.close()


def click_until(target: Locator, seen: Locator, patience: int = 5000) -> None:
    """Click as a person does: again where nothing came of it.

    A button that the page's script looks at, instead of a callback, is lost where another run comes between
    the click and the line that looks; a page that is drawn anew closes what was opened before.

    Args:
        patience: milliseconds to wait for what should be seen.
    """
    for _ in range(5):
        if seen.is_visible():
            return
        target.click()
        try:
            seen.wait_for(timeout=patience)
        except TookTooLongError:
            continue
    expect(seen).to_be_visible()


def download(page: Page, button: str) -> Path:
    """Where a file lies that the first button of that name gave; clicked again where nothing came."""
    for _ in range(3):
        with suppress(TookTooLongError), page.expect_download(timeout=30_000) as told:
            page.get_by_role("button", name=button).first.click()
            return told.value.path()
    pytest.fail(f"{button}: nothing was downloaded")


def wait_for_the_end(page: Page) -> None:
    """Wait until the script of a page, of which something is to be seen already, has run to its end."""
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_visible()


@pytest.fixture
def portrait() -> Path:
    return Path(str(files("skimage.data").joinpath("astronaut.png")))


def write_camera_file(path: Path, rate: int = 10) -> None:
    """One second of a still face, 640×480, as Chromium's fake camera reads it (YUV4MPEG2, 4:2:0).

    Args:
        rate: frames a second.
    """
    picture = np.asarray(Image.open(str(files("skimage.data").joinpath("astronaut.png"))).convert("RGB"))
    frame = cv2.resize(picture[:384], (640, 480), interpolation=cv2.INTER_AREA)
    planes = cv2.cvtColor(frame, cv2.COLOR_RGB2YUV_I420).tobytes()
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W640 H480 F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for _ in range(rate):
            file.write(b"FRAME\n" + planes)


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:
                if answer.read() == b"ok":
                    return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"The server did not start:\n{log.read_text()}")
