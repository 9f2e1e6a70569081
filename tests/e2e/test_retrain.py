"""From the button to a model that serves, in a real browser, while the server is restarted."""

import os
import shutil
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Page, expect

from tests.conftest import free_port
from tests.e2e.conftest import click_until, download, running_server, wait_for_the_end
from tests.training.jobs.conftest import of_home

PATIENCE = 400_000
"""Milliseconds for a training on a machine that is busy with other tests."""

SHOTS = os.environ.get("MIEN_SHOTS")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "home"
    for process in psutil.process_iter():
        if of_home(process, tmp_path / "home"):
            process.kill()


def shot(page: Page, name: str) -> None:
    """Keep what a person would see, where MIEN_SHOTS names a folder."""
    if SHOTS:
        page.wait_for_timeout(1500)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def heading(page: Page, text: str):
    return page.get_by_role("heading", name=text)


def test_drawn_faces_from_the_button_to_a_promoted_model_and_back(page, home):
    port = free_port()
    start = time.monotonic()
    with running_server(home, port) as url:
        page.goto(f"{url}/retrain")
        expect(page.get_by_text("1,440 faces")).to_be_visible(timeout=PATIENCE)
        shot(page, "1-new")
        page.get_by_role("button", name="Start training").click()
        expect(page.get_by_text("Training:")).to_be_visible(timeout=PATIENCE)
        shot(page, "2-live")
        address = page.url
    assert "job=" in address
    with running_server(home, port) as url:
        page.goto(address)
        expect(page.get_by_text("epochs done").or_(heading(page, "Better"))).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".js-plotly-plot").first).to_be_visible()
        shot(page, "3-restarted")
        expect(heading(page, "Better than mien-8")).to_be_visible(timeout=PATIENCE)
        shot(page, "4-verdict")
        expect(page.get_by_text("Drawn faces say nothing about photos")).to_be_visible()
        elsewhere = page.context.new_page()
        elsewhere.goto(url)
        sidebar = elsewhere.get_by_test_id("stSidebar")
        expect(sidebar.get_by_text("mien-8: ")).to_be_visible()
        promote(page, "drawn", "to see that it works")
        print(f"from the button to a promoted model: {time.monotonic() - start:.0f} s")
        elsewhere.get_by_text("Drawn surprise").click()
        expect(sidebar.get_by_text("drawn: A first retraining")).to_be_visible()
        page.get_by_role("link", name="Photo").click()
        expect(
            page.get_by_test_id("stSidebar").get_by_text("A first retraining, on drawn faces")
        ).to_be_visible()
        shot(page, "6-photo")
        page.get_by_role("link", name="Retrain").click()
        record = look_at_the_record(page)
        page.goto(record)
        delete_run(page)
        expect(page.get_by_text("drawn serves: promote another one first")).to_be_visible()
        page.get_by_role("dialog").get_by_label("Close").click()
        page.get_by_role("link", name="Retrain").click()
        go_back(page)
        page.goto(record)
        delete_run(page)
        expect(heading(page, "drawn")).to_have_count(0)
        expect(page.get_by_text("Nothing was trained yet")).to_be_visible()
        page.goto(address)
        page.get_by_role("button", name="Throw away …").click()
        page.get_by_role("dialog").get_by_role("button", name="Throw away").click()
        expect(page.get_by_text("drawn was thrown away")).to_be_visible()
        page.get_by_role("button", name="Delete …").click()
        page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        expect(page.get_by_role("button", name="Start training")).to_be_visible()
    assert not any((home / "jobs").glob("*/spec.json"))


def promote(page: Page, name: str, why: str) -> None:
    """Let a model serve, with a reason."""
    dialog = page.get_by_role("dialog")
    click_until(page.get_by_role("button", name="Promote …"), dialog)
    dialog.get_by_role("button", name="Promote").click()
    expect(dialog.get_by_text("Say why")).to_be_visible()
    dialog.get_by_label("Why?").fill(why)
    dialog.get_by_label("Why?").blur()
    shot(page, f"5-promote-{name}")
    dialog.get_by_role("button", name="Promote").click()
    expect(page.get_by_text(f"{name} serves now, in every open browser")).to_be_visible()


def go_back(page: Page) -> None:
    """Undo the promotion in one click."""
    expect(page.get_by_role("button", name="Start training")).to_be_visible()
    wait_for_the_end(page)
    page.get_by_text("Promotions").click()
    expect(page.get_by_label("Why go back?")).to_be_visible()
    shot(page, "7-promotions")
    page.get_by_role("button", name="Go back to mien-8").click()
    expect(page.get_by_text("mien-8 serves now.")).to_be_visible()
    expect(page.get_by_role("button", name="Serve drawn again")).to_be_visible()
    shot(page, "7-went-back")


def delete_run(page: Page) -> None:
    """Ask for the deletion of the run that is open, and confirm it."""
    expect(page.get_by_text("Note, labels, archive")).to_be_visible()
    wait_for_the_end(page)
    page.get_by_text("Note, labels, archive").click()
    dialog = page.get_by_role("dialog")
    click_until(page.get_by_role("button", name="Delete …"), dialog)
    dialog.get_by_role("button", name="Delete").click()


def look_at_the_record(page: Page) -> str:
    """What History and Models say about the run that was just trained; returns the run's address."""
    page.get_by_role("link", name="History").click()
    table = page.get_by_test_id("stDataFrame").first
    expect(table).to_be_visible()
    table.click(position={"x": 15, "y": 50})  # the box of the first row
    expect(heading(page, "drawn")).to_be_visible()
    assert "run=" in page.url
    expect(page.get_by_text("nobody in the test part was seen in training")).to_be_visible()
    expect(page.get_by_text("faces of anger, whatever they were called")).to_be_visible()
    shot(page, "10-history")
    matrix = page.locator(".js-plotly-plot").nth(2)
    matrix.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = matrix.bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.17, box["y"] + 25)  # anger called anger, top left
    expect(page.get_by_text("faces of anger, called anger")).to_be_visible()
    wait_for_the_end(page)
    assert download(page, "Plots as HTML").stat().st_size > 1_000_000
    page.get_by_text("The network", exact=True).click()
    expect(page.get_by_text("parameters in 58 layers")).to_be_visible()
    expect(page.locator("[data-testid=stGraphVizChart] svg")).to_be_visible()
    shot(page, "11-network")
    address = page.url
    page.goto(address)  # the link alone opens the same run
    expect(heading(page, "drawn")).to_be_visible()
    page.get_by_role("link", name="Models").click()
    expect(heading(page, "mien-8")).to_be_visible()
    expect(page.get_by_text("The score that leaks").first).to_be_visible()
    expect(page.locator(".stMarkdownBadge", has_text="Serves now")).to_be_visible()
    page.get_by_text("Details").first.click()
    expect(page.get_by_role("button", name="Model card").first).to_be_visible()
    wait_for_the_end(page)
    assert "to see that it works" in download(page, "Model card").read_text()
    shot(page, "12-models")
    return address


def _large(file, folder):
    """The same zip with notes beside the pictures that make it 60 MB."""
    copy = shutil.copy(file, folder)
    with zipfile.ZipFile(copy, "a") as archive:
        for number in range(2):
            archive.writestr(f"notes-{number}.txt", b"n" * 30_000_000)
    return copy


def test_uploaded_ckplus_is_checked_and_trained_with_the_reference_recipe(page, home, shared_data, tmp_path):
    with running_server(home, free_port()) as url:
        page.goto(f"{url}/retrain")
        click_until(page.get_by_role("button", name="Upload a zip"), page.get_by_test_id("stFileUploader"))
        page.locator("input[type=file]").set_input_files(_large(shared_data / "ckplus48.zip", tmp_path))
        expect(page.get_by_text("981 faces", exact=True)).to_be_visible(timeout=PATIENCE)
        wait_for_the_end(page)
        page.keyboard.press("Escape")
        page.get_by_text("Reference", exact=True).click()
        page.get_by_text("Adjust", exact=True).first.click()  # for a moment also that of the other recipe
        wait_for_the_end(page)
        expect(page.get_by_label("Epochs at most")).to_have_value("100")
        page.get_by_label("Epochs at most").fill("3")
        page.get_by_label("Epochs at most").press("Enter")
        wait_for_the_end(page)
        shot(page, "8-ckplus")
        page.get_by_role("button", name="Start training").click()
        expect(heading(page, "mien-8").first).to_be_visible(timeout=PATIENCE)
        shot(page, "9-ckplus-verdict")
        promote(page, "reference", "to see the slides' network serve")
        page.get_by_role("link", name="Photo").click()
        expect(
            page.get_by_test_id("stSidebar").get_by_text("reference: The CNN of the slides")
        ).to_be_visible()
        shot(page, "10-reference-serves")
