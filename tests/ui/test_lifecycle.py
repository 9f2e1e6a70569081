import asyncio
import gc
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.formparsers import MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from core.engagement import make_report
from core.engagement.journal import Journal, Opening, unfinished
from core.engagement.store import Engagement, UnknownEngagementError, get_engagement, keep_engagement
from core.settings import settings
from tests.training.conftest import make_recipe
from tests.training.jobs.conftest import no_worker
from training.jobs import JobSpec, JobState, table
from ui import lifecycle
from ui.lifecycle import warm_up


def run(what: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: the browser tests leave a running loop in this one."""
    with ThreadPoolExecutor(1) as threads:
        threads.submit(asyncio.run, what).result()


def test_server_is_warm_and_its_collector_spared_once_it_has_started():
    async def start() -> None:
        async with warm_up(st.App("ui/main.py")):
            pass

    gc.unfreeze()  # the tests spare it too
    run(start())
    assert gc.get_freeze_count() > 10_000


def start_and_stop() -> None:
    async def start() -> None:
        async with warm_up(st.App("ui/main.py")):
            pass

    try:
        run(start())
    finally:
        gc.unfreeze()


def test_jobs_are_seen_to_although_the_champion_cannot_be_read(home, monkeypatch, caplog):
    no_worker(monkeypatch)
    (home / "models").mkdir(parents=True)
    (home / "models" / "champion").write_text("nowhere")
    job = table.add(JobSpec(recipe=make_recipe(), data=("drawn",), name="tiny"), "ada")
    table.claim("cpu")
    table.change(job.id, heartbeat=None)

    start_and_stop()
    assert "no model called 'nowhere'" in caplog.text
    assert table.get(job.id).state is JobState.LOST


def test_running_server_forgets_what_is_too_old(home, monkeypatch):
    long_ago = datetime.now(UTC) - timedelta(days=91)
    known = {"model": "mien-8", "digest": "abc", "consent": "agreed"}
    old, young = (
        Engagement(name="x", source="live", report=make_report([]), created=when, **known)
        for when in (long_ago, datetime.now(UTC))
    )
    keep_engagement(old, "ada")
    keep_engagement(young, "ada")
    Journal.begin(Opening(begun=long_ago, **known))
    monkeypatch.setattr(lifecycle, "SECONDS_BEFORE_FORGETTING", 0.0)

    async def serve() -> None:
        async with warm_up(st.App("ui/main.py")):
            while unfinished():
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.5)

    try:
        run(asyncio.wait_for(serve(), 60))
    finally:
        gc.unfreeze()
    assert get_engagement(young.id).id == young.id
    with pytest.raises(UnknownEngagementError):
        get_engagement(old.id)


def test_failure_nobody_foresaw_does_not_end_forgetting(home, monkeypatch, caplog):
    opening = Opening(
        begun=datetime.now(UTC) - timedelta(days=91), model="mien-8", digest="abc", consent="agreed"
    )
    Journal.begin(opening)
    monkeypatch.setattr(lifecycle, "SECONDS_BEFORE_FORGETTING", 0.0)
    monkeypatch.setattr(lifecycle, "SECONDS_BETWEEN_FORGETTING", 0.01)

    async def serve() -> None:
        forgetting = asyncio.create_task(lifecycle._keep_forgetting())
        with monkeypatch.context() as wrong:
            wrong.setenv("MIEN_RETENTION_DAYS", "as long as you like")
            settings.cache_clear()
            while "could not be deleted" not in caplog.text:
                await asyncio.sleep(0.01)
        settings.cache_clear()
        while unfinished():
            await asyncio.sleep(0.01)
        forgetting.cancel()

    run(asyncio.wait_for(serve(), 60))


def test_uploads_are_never_written_to_a_temporary_file(monkeypatch):
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1)

    start_and_stop()
    rolled = []

    async def take(request: Request) -> Response:
        async with request.form() as form:
            rolled.append(form["picture"].file._rolled)
        return Response()

    with TestClient(Starlette(routes=[Route("/", take, methods=["POST"])])) as client:
        client.post("/", files={"picture": b"x" * 3 * 2**20})
    assert rolled == [False]


def test_setting_that_cannot_be_used_is_said_on_every_page(monkeypatch):
    def page() -> None:
        from core.settings import settings
        from ui.lifecycle import report_script_error

        try:
            settings()
        except Exception as error:
            assert report_script_error(error)

    monkeypatch.setenv("MIEN_ANALYST_CODE", "short")
    settings.cache_clear()
    app = AppTest.from_function(page, default_timeout=30).run()
    monkeypatch.undo()
    settings.cache_clear()
    assert not app.exception
    assert "MIEN_ANALYST_CODE cannot be used: the code needs 8 characters" in app.error[0].value
