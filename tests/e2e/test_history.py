"""History, Models and Retrain as people see them, on runs that MLflow wrote."""

import io
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from core.bundles import find_bundle
from training.history.run import experiment_name

NAMES = ("first", "second", "third")
HEADER = ROW = 35
"""Pixels of the table."""

PHONE = {"width": 390, "height": 844}
SHOTS = os.environ.get("MIEN_SHOTS")
PAGES = {
    "history": "Tick a run to open it",
    "history?run=": "Curves as CSV",
    "models": "Two models on one picture",
    "retrain": "Upload a zip",
}
"""What each shows last; but for Retrain, which goes on to look at its data for longer than a test should."""


@pytest.fixture(scope="module")
def recorded(server_home: Path, made_store: tuple[Path, list[str]]) -> dict[str, str]:
    """Three runs in the home of the shared server that ended early, ids by name; the last left `mien-8`."""
    file = server_home / "runs.db"
    with closing(sqlite3.connect(made_store[0] / "runs.db")) as made, closing(sqlite3.connect(file)) as store:
        made.backup(store)
        store.execute("update runs set lifecycle_stage = 'deleted'")  # those of tests that share the store
        store.commit()
    client = MlflowClient(f"sqlite:///{file}")
    experiment = client.get_experiment_by_name(experiment_name()).experiment_id
    return {name: _record(client, experiment, name, place) for place, name in enumerate(NAMES)}


def _record(client: MlflowClient, experiment: str, name: str, place: int) -> str:
    run = client.create_run(experiment, run_name=name, start_time=1_700_000_000_000 + 86_400_000 * place)
    curves = {
        "loss": [1.8 * 0.9**epoch for epoch in range(1, 31)],
        "val_loss": [0.6 + 0.004 * (epoch - 20) ** 2 / (1 + place) for epoch in range(1, 31)],
        "accuracy": [1 - 0.8 * 0.92**epoch for epoch in range(1, 31)],
        "val_accuracy": [0.8 - 0.6 * 0.85**epoch for epoch in range(1, 31)],
        "learning_rate": [1e-3 * 0.2 ** (epoch > 24) for epoch in range(1, 31)],
        "seconds": [20.0] * 30,
    }
    recipe = {"name": "reference", "epochs": "100", "early_stopping": "10", "schedule": "plateau"}
    parameters = {f"recipe.{key}": value for key, value in recipe.items()} | {"seed": str(place)}
    parameters |= {"data": '["ckplus48.zip"]', "split": "subject"}
    tags = {"device": "GPU", "epochs": "30", "kept.val_accuracy": "0.77"}
    if name == "third":
        tags |= {"bundle": "mien-8", "digest": find_bundle("mien-8").digest}
    client.log_batch(
        run.info.run_id,
        metrics=[
            Metric(key, value, run.info.start_time + 20_000 * epoch, epoch)
            for key, values in curves.items()
            for epoch, value in enumerate(values, 1)
        ],
        params=[Param(key, value) for key, value in parameters.items()],
        tags=[RunTag(key, value) for key, value in tags.items()],
    )
    client.set_terminated(run.info.run_id, end_time=run.info.start_time + 600_000)
    return str(run.info.run_id)


def tick(page: Page, row: int) -> None:
    page.get_by_test_id("stDataFrame").first.click(position={"x": 15, "y": HEADER + ROW * row + ROW // 2})


def colors(page: Page) -> dict[str, str]:
    """The colour of each compared run in the chart of the losses."""
    drawn = page.locator(".js-plotly-plot").first.evaluate(
        "plot => plot.data.map(t => [t.name, t.line.color])"
    )
    return {name.removesuffix(", held apart"): color for name, color in drawn if name.endswith("held apart")}


def test_run_keeps_its_colour_when_a_newer_one_is_ticked_too(
    page: Page, server: str, recorded: dict[str, str]
):
    page.goto(f"{server}/history")
    for row in (1, 2):
        expect(page.get_by_test_id("stDataFrame").first).to_be_visible()
        tick(page, row)
        page.wait_for_url("**run=**" if row == 1 else "**compare=**")
    expect(page.get_by_role("heading", name="2 runs side by side")).to_be_visible()
    page.wait_for_function("document.querySelector('.js-plotly-plot')?.data?.length === 4")
    two = colors(page)
    tick(page, 0)
    expect(page.get_by_role("heading", name="3 runs side by side")).to_be_visible()
    page.wait_for_function("document.querySelector('.js-plotly-plot')?.data?.length === 6")
    three = colors(page)
    assert {name: three[name] for name in two} == two
    assert len(set(three.values())) == 3


def test_run_is_archived_once_that_is_confirmed(page: Page, server: str, recorded: dict[str, str]):
    page.goto(f"{server}/history?run={recorded['first']}")
    expect(page.get_by_role("heading", name="first", exact=True)).to_be_visible()
    page.get_by_text("Note, labels, archive").click()
    page.get_by_role("button", name="Archive …").click()
    page.get_by_role("dialog").get_by_role("button", name="Archive").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("button", name="Take out of the archive").click()
    expect(page.get_by_role("button", name="Archive …")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_of_an_analyst_fit_a_phone_in_light_and_dark(
    browser: Browser, server: str, recorded: dict[str, str], scheme: str
):
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    for address, last in PAGES.items():
        page.goto(f"{server}/{address}{recorded['third'] if address.endswith('=') else ''}")
        expect(page.get_by_text(last).last).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
        top = Image.open(io.BytesIO(page.screenshot())).convert("L").crop((0, 0, PHONE["width"], 60))
        brightness = sum(top.get_flattened_data()) / (top.width * top.height)
        assert brightness > 200 if scheme == "light" else brightness < 60
        keep_shot(page, f"{address.strip('?=')}-{scheme}-phone")
    context.close()


def keep_shot(page: Page, name: str) -> None:
    """Keep what a person would see, where MIEN_SHOTS names a folder."""
    if SHOTS:
        page.wait_for_timeout(1500)
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
