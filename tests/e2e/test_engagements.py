"""A recording uploaded in a real browser, to a report that is kept, found again and deleted."""

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import free_port
from tests.core.test_recording import clip, portraits
from tests.e2e.conftest import running_server
from tests.e2e.test_retrain import shot

PATIENCE = 60_000


@pytest.fixture
def server(tmp_path):
    with running_server(tmp_path / "home", free_port()) as url:
        yield url


def upload(page: Page, url: str, file) -> None:
    page.goto(f"{url}/engagements")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_text("The customer in this recording was told").click()


def test_clip_of_a_known_course_is_reported_kept_found_and_deleted(page, server):
    faces = portraits()
    data = clip([faces["drawn-sadness"]] * 80 + [faces["astronaut"]] * 100)
    upload(page, server, {"name": "call.mp4", "mimeType": "video/mp4", "buffer": data})
    customer = page.get_by_label("Who is the customer?")
    happy = page.get_by_role("heading", name="Happiness")
    expect(customer.or_(happy).first).to_be_visible(timeout=PATIENCE)
    if customer.is_visible():  # the cut looked like another person: both are the customer
        for _ in range(2):
            customer.click()
            page.get_by_role("option").first.click()
        page.keyboard.press("Escape")
    expect(happy).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(2)
    shot(page, "report")
    with page.expect_download() as download:
        page.get_by_role("button", name="Report to print").click()
    assert "Happiness, " in download.value.path().read_text()
    page.get_by_label("Name").fill("call 17")
    page.get_by_role("button", name="Keep the result").click()
    expect(page.get_by_text("call 17 was kept: readings only, no frame.")).to_be_visible()
    page.get_by_role("radio", name="Kept").click()
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    table.click(position={"x": 15, "y": 50})
    expect(page.get_by_role("heading", name="call 17")).to_be_visible()
    expect(happy).to_be_visible()
    shot(page, "kept")
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("Nothing was kept yet")).to_be_visible()


def test_real_clip_is_read_to_its_end(page, server, shared_data):
    upload(page, server, shared_data / "photos" / "real" / "thanks.mkv")
    expect(page.get_by_text("Exit emotion: what the face showed at the end")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("A face was read at")).to_be_visible()
    expect(page.get_by_text("Stopped after")).to_have_count(0)
