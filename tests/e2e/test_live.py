"""A fake camera that shows a real face: consent, live, record, finish, and the list of engagements."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import free_port
from tests.e2e.conftest import click_until, running_server, server_process
from tests.e2e.test_retrain import shot


@pytest.fixture
def server(tmp_path):
    with running_server(tmp_path / "home", free_port()) as url:
        yield url


def start(page: Page, url: str) -> None:
    page.goto(f"{url}/live")
    expect(page.get_by_text("No frame is stored")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)
    page.get_by_text("knows and agrees").click()
    button = page.frame_locator("iframe").get_by_role("button", name="Start", exact=True)
    click_until(button, page.get_by_role("heading", name="Happiness"), patience=30_000)


def begin_recording(page: Page) -> None:
    """Consent and begin; again where Streamlit hides the button that it has just enabled (decision 19)."""
    record = page.get_by_role("button", name="Record the engagement")
    consent = page.get_by_text("was told that their expressions are read")
    expect(consent).to_have_css("white-space", "normal")  # else all but its beginning is cut off
    click_until(consent, record.and_(page.locator(":enabled")))
    record.click()
    expect(page.get_by_text("are being recorded")).to_be_visible()


def go(page: Page, link: str, title: str) -> None:
    """Follow a link to another page."""
    page.get_by_role("link", name=link).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()


def test_live_face_is_read_recorded_and_listed(page, server):
    start(page, server)
    expect(page.get_by_text("frames a second")).to_be_visible()
    expect(page.get_by_role("button", name="Record the engagement")).to_be_disabled()
    begin_recording(page)
    page.wait_for_timeout(8000)
    shot(page, "live")
    page.get_by_role("button", name="Finish").click()
    expect(page.get_by_text("Kept. Exit emotion: happiness")).to_be_visible()
    go(page, "See it among the engagements", "How did the customer leave?")
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    table.click(position={"x": 15, "y": 50})
    expect(page.get_by_text("Exit emotion: what the face showed at the end")).to_be_visible()
    expect(page.get_by_role("heading", name="Happiness")).to_be_visible()


def readings(home: Path) -> int:
    """How many readings of the recording lie on the disk."""
    return sum(len(file.read_text().splitlines()) - 1 for file in (home / "engagements").glob("*.jsonl"))


def wait_until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def test_killed_server_loses_at_most_the_last_second_of_a_recording(page, tmp_path):
    home, port = tmp_path / "home", free_port()
    with running_server(home, port) as url:
        start(page, url)
        begin_recording(page)
        wait_until(lambda: readings(home) > 8)
        server = server_process(port)
        killed = time.time()
        server.kill()
    (left,) = (home / "engagements").glob("*.jsonl")
    _, *found = map(json.loads, left.read_text().splitlines())
    assert left.stat().st_mtime > killed - 5, "readings are on the disk as they come"
    assert len(found) > 8
    os.utime(left, (0, 0))  # as if a while had passed
    with running_server(home, port) as url:
        page.goto(f"{url}/live")
        page.get_by_text("knows and agrees").click()
        keep = page.get_by_role("button", name="Keep")
        click_until(page.get_by_text("Engagements that were cut off (1)"), keep)
        keep.click()
        expect(page.get_by_text("Kept. Exit emotion: happiness")).to_be_visible()


def test_leaving_the_page_ends_the_stream(page, tmp_path):
    port = free_port()
    with running_server(tmp_path / "home", port) as url:
        start(page, url)
        server = server_process(port)
        playing = busy_seconds(page, server)
        go(page, "About Mien", "About Mien")
        page.wait_for_timeout(2000)
        looks = (busy_seconds(page, server) for _ in range(4))  # drawing the other page may still go on
        assert any(busy < playing / 4 for busy in looks), "nothing is decoded or read any more"
        page.get_by_role("link", name="Live").click()
        expect(page.get_by_text("No frame is stored")).to_be_visible()
        expect(page.get_by_role("heading", name="Happiness")).to_have_count(0)


def busy_seconds(page: Page, server: psutil.Process) -> float:
    """Processor time that a server takes in three seconds."""
    before = server.cpu_times()
    page.wait_for_timeout(3000)
    after = server.cpu_times()
    return after.user + after.system - before.user - before.system
