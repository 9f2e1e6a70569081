"""How soon the History page shows 1,000 runs of 200 epochs and compares ten: a real server and browser."""

import json
import sqlite3
import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest
from playwright.sync_api import Locator, Page

from benchmarks.conftest import chromium
from core.bundles import find_bundle
from core.settings import settings
from tests.conftest import OPEN_STORE, ROOT, free_port
from tests.e2e.conftest import running_server
from training.history import open_history

RUNS = 1000
EPOCHS = 200
HEADER = ROW = 35
"""Pixels of the table."""

CURVES = ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A store as MLflow makes it, filled by SQL: MLflow itself would take an hour."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_HOME", str(home))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        settings.cache_clear()
        made = subprocess.run([sys.executable, "-c", OPEN_STORE], cwd=ROOT, check=True, capture_output=True)
        experiment = made.stdout.decode().split()[-1]
        with closing(sqlite3.connect(home / "runs.db")) as store:
            for number in range(RUNS):
                _insert(store, number, experiment)
            store.commit()
        yield home
    settings.cache_clear()


def _insert(store: sqlite3.Connection, number: int, experiment: str) -> None:
    run, start = f"{number:032x}", 1_700_000_000_000 + 3_600_000 * number
    store.execute(
        "insert into runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, experiment_id, "
        "artifact_uri) values (?, ?, 'FINISHED', ?, ?, 'active', ?, '')",
        (run, f"run {number}", start, start + 600_000, experiment),
    )
    values = np.random.default_rng(number).random((EPOCHS, len(CURVES)))
    rows = [
        (key, float(values[epoch, column]), start + 3000 * epoch, run, epoch + 1)
        for epoch in range(EPOCHS)
        for column, key in enumerate(CURVES)
    ]
    insert = "insert into {} (key, value, timestamp, run_uuid, step, is_nan) values (?, ?, ?, ?, ?, 0)"
    store.executemany(insert.format("metrics"), rows)
    scores = [("drawn/accuracy", 0.8, start, run, 0), ("drawn/macro_f1", 0.7, start, run, 0)]
    store.executemany(insert.format("latest_metrics"), [*rows[-len(CURVES) :], *scores])
    recipe = find_bundle().card.training.recipe
    parameters = {f"recipe.{name}": json.dumps(value) for name, value in recipe.items()}
    parameters |= {"recipe.name": "quick", "data": "drawn", "split": "subject", "seed": str(number)}
    store.executemany("insert into params values (?, ?, ?)", [(k, v, run) for k, v in parameters.items()])


def test_read(benchmark, home):
    assert len(benchmark.pedantic(open_history().runs, rounds=5)) == RUNS


@pytest.mark.parametrize("browser_knows_streamlit", [False, True])
@pytest.mark.parametrize("compared", [0, 10])
def test_page(benchmark, home, compared, browser_knows_streamlit):
    """From the address to what was asked for; in a browser that never saw Streamlit, and in one that did."""
    query = f"?compare={','.join(f'{n:032x}' for n in range(compared))}" if compared else ""
    with running_server(home, free_port()) as url, chromium() as browser:
        known = browser.new_context()

        def look() -> None:
            page = known.new_page() if browser_knows_streamlit else browser.new_page()
            page.goto(f"{url}/history{query}")
            page.get_by_test_id("stDataFrame").first.wait_for()
            if compared:
                page.get_by_role("heading", name="10 runs side by side").wait_for()
                page.locator(".js-plotly-plot .trace").nth(10).wait_for(state="attached")
            page.close()

        benchmark.pedantic(look, rounds=5, warmup_rounds=1)


def test_compare_ten_from_the_open_page(benchmark, home):
    """From the click that ticks the tenth run to ten runs side by side, where one was open."""
    with running_server(home, free_port()) as url, chromium() as browser:
        known = browser.new_context()

        def open_one() -> tuple[tuple[Page, Locator], dict[str, object]]:
            page = known.new_page()
            page.goto(f"{url}/history")
            table = page.get_by_test_id("stDataFrame").first
            table.click(position={"x": 15, "y": HEADER + ROW // 2})
            page.get_by_role("heading", name=f"run {RUNS - 1}").wait_for()
            page.wait_for_timeout(2000)
            table.hover(position={"x": 300, "y": 100})
            page.mouse.wheel(0, 6 * ROW)
            page.wait_for_timeout(500)
            return (page, table), {}

        def compare(page: Page, table: Locator) -> None:
            table.click(position={"x": 15, "y": HEADER + 3 * ROW + ROW // 2}, modifiers=["Shift"])
            page.get_by_role("heading", name="10 runs side by side").wait_for()
            page.locator(".js-plotly-plot .trace").nth(30).wait_for(state="attached")
            page.close()

        benchmark.pedantic(compare, setup=open_one, rounds=5)
