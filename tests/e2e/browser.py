"""Find Chromium or Chrome for the browser tests, or install one: `python -m tests.e2e.browser`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path(os.environ.get("PROGRAMFILES", "C:/")) / "Google/Chrome/Application/chrome.exe",
)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
INSTALL_SECONDS = 600


def find_browser() -> Path | None:
    """The browser named by MIEN_BROWSER, else the first that starts: installed, or fetched by Playwright."""
    named = os.environ.get("MIEN_BROWSER")
    if named:
        return Path(named)
    return next((path for path in _candidates() if starts(path)), None)


@cache
def starts(path: Path) -> bool:
    """Whether a browser shows a page: one without its libraries, or a mere pointer to a store, does not."""
    command = [path, *FLAGS, "--dump-dom", "data:text/html,<p>ready"]
    with suppress(OSError, subprocess.TimeoutExpired):
        return b"ready" in subprocess.run(command, capture_output=True, timeout=60, check=False).stdout
    return False


def install_browser() -> Path | None:
    """Install Playwright's Chromium, else the system's where that is allowed."""
    may_install = shutil.which("apt-get") is not None and os.geteuid() == 0
    libraries = ["--with-deps"] if may_install else []
    _attempt([sys.executable, "-m", "playwright", "install", *libraries, "chromium"])
    if find_browser() is None and may_install:
        _attempt(["apt-get", "update", "-qq"])
        _attempt(["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"])
    return find_browser()


def _candidates() -> Iterator[Path]:
    yield from (Path(found) for name in NAMES if (found := shutil.which(name)))
    yield from (path for path in APPLICATIONS if path.exists())
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    if path.exists():
        yield path


def _attempt(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    with suppress(subprocess.TimeoutExpired):
        subprocess.run(command, capture_output=True, timeout=INSTALL_SECONDS, check=False, env=environment)


if __name__ == "__main__":
    browser = find_browser()
    if browser is None:
        print("None found: installing one …")
        browser = install_browser()
    print(f"Browser: {browser}" if browser else "No browser can be had: the browser tests will be skipped.")
    sys.exit(1 if browser is None and os.environ.get("CI") == "true" else 0)
