"""A recording uploaded in a real browser, to its report."""

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import free_port
from tests.e2e.conftest import running_server

PATIENCE = 60_000


@pytest.fixture
def server(tmp_path):
    with running_server(tmp_path / "home", free_port()) as url:
        yield url


def upload(page: Page, url: str, file) -> None:
    page.goto(f"{url}/engagements")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("The customer in this recording was told").click()


def test_real_clip_is_read_to_its_end(page, server, shared_data):
    upload(page, server, shared_data / "photos" / "real" / "thanks.mkv")
    expect(page.get_by_text("Exit emotion: what the face showed at the end")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("A face was read at")).to_be_visible()
    expect(page.get_by_text("Stopped after")).to_have_count(0)
