"""Frames a second on the Live page, how far it lags, and whether it grows: a real browser, a fake camera.

MIEN_BENCH_MINUTES=30 watches for that long instead of half a minute, MIEN_BENCH_VIEWERS=3 in as many windows.
"""

import os
import re
from collections.abc import Iterator

import numpy as np
import pytest
from playwright.sync_api import Page

from benchmarks.conftest import chromium
from tests.conftest import free_port
from tests.e2e.conftest import running_server, server_process, write_camera_file

SECONDS = 60 * float(os.environ.get("MIEN_BENCH_MINUTES", "0.5"))
VIEWERS = int(os.environ.get("MIEN_BENCH_VIEWERS", "1"))
LOOK_EVERY = 5


@pytest.fixture
def pages(tmp_path) -> Iterator[list[Page]]:
    """Windows of a browser whose camera shows a face, 640×480 at 30 frames a second."""
    write_camera_file(tmp_path / "face.y4m", rate=30)
    camera = f"--use-file-for-fake-video-capture={tmp_path / 'face.y4m'}"
    with chromium("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", camera) as browser:
        yield [browser.new_page() for _ in range(VIEWERS)]


def test_live(benchmark, pages, tmp_path):
    port = free_port()
    with running_server(tmp_path / "home", port) as url:
        server = server_process(port)
        for page in pages:
            _start(page, url)
        pages[0].wait_for_timeout(5000)
        looks: list[tuple[int, int]] = []
        megabytes: list[float] = []

        def watch() -> None:
            for _ in range(round(SECONDS / LOOK_EVERY)):
                pages[0].wait_for_timeout(1000 * LOOK_EVERY)
                looks.extend(map(_told, pages))
                megabytes.append(server.memory_info().rss / 2**20)

        server.cpu_percent()
        benchmark.pedantic(watch, rounds=1)
        rates, lags = zip(*looks, strict=True)
        print(
            f"\n{VIEWERS} at once: {sorted(rates)[len(rates) // 2]} frames a second (least {min(rates)}), "
            f"{sorted(lags)[len(lags) // 2]} ms behind (most {max(lags)}), server "
            f"{server.cpu_percent():.0f}% of one core; MiB in {SECONDS:.0f} s: {_course(megabytes)}"
        )


def _course(megabytes: list[float]) -> str:
    """Eleven values, the first and the last among them: a leak climbs to the end, what fills up flattens."""
    places = np.linspace(0, len(megabytes) - 1, 11).round().astype(int)
    return " ".join(f"{megabytes[place]:.0f}" for place in places)


def _start(page: Page, url: str) -> None:
    page.goto(f"{url}/live")
    page.get_by_text("knows and agrees").click()
    page.frame_locator("iframe").get_by_role("button", name="Start").click()
    page.get_by_role("heading", name="Happiness").wait_for(timeout=60_000)


def _told(page: Page) -> tuple[int, int]:
    """Frames a second and milliseconds behind, as the page says them."""
    text = page.get_by_text("frames a second").inner_text()
    rate, behind = re.search(r"(\d+) frames a second, (\d+) ms", text).groups()
    return int(rate), int(behind)
