"""Find Chromium or Chrome for the browser tests, or install one: `python -m tests.e2e.browser`."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path(os.environ.get("PROGRAMFILES", "C:/")) / "Google/Chrome/Application/chrome.exe",
)


def find_browser() -> Path | None:
    """The browser named by MIEN_BROWSER, one that is installed, or the one that Playwright fetched."""
    named = os.environ.get("MIEN_BROWSER")
    if named:
        return Path(named)
    on_path = next((found for name in NAMES if (found := shutil.which(name))), None)
    if on_path:
        return Path(on_path)
    installed = next((path for path in APPLICATIONS if path.exists()), None)
    return installed or _playwrights_own()


def install_browser() -> Path | None:
    """Install Playwright's Chromium, else the system's where that is allowed."""
    _attempt([sys.executable, "-m", "playwright", "install", "chromium"])
    if find_browser() is None and shutil.which("apt-get") and os.geteuid() == 0:
        _attempt(["apt-get", "update", "-qq"])
        _attempt(["apt-get", "install", "-qq", "-y", "--no-install-recommends", "chromium"])
    return find_browser()


def _playwrights_own() -> Path | None:
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.exists() else None


def _attempt(command: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(command, capture_output=True, timeout=600, check=False, env=environment)


if __name__ == "__main__":
    browser = find_browser()
    if browser is None:
        print("None found: installing one …")
        browser = install_browser()
    print(f"Browser: {browser}" if browser else "No browser can be had: the browser tests will be skipped.")
    sys.exit(1 if browser is None and os.environ.get("CI") == "true" else 0)
