"""What happens around the pages: warming up, and failures nobody foresaw."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import streamlit as st
from starlette.formparsers import MultiPartParser

from ui._compat import keep_order

log = logging.getLogger(__name__)

IN_MEMORY_BYTES: Final = 512 * 2**20
"""Uploads up to this size, which is all that the pages take, are never written to a temporary file."""

SECONDS_BEFORE_FORGETTING: Final = 60.0
SECONDS_BETWEEN_FORGETTING: Final = 3600.0


@asynccontextmanager
async def warm_up(app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Load the reading side while the first browser still fetches the page; then forget what is too old."""
    MultiPartParser.spool_max_size = IN_MEMORY_BYTES
    keep_order()
    warming = asyncio.create_task(asyncio.to_thread(_warm))
    forgetting = asyncio.create_task(_keep_forgetting())
    yield {}
    forgetting.cancel()
    await warming


def _warm() -> None:
    """Do what the first visitor would else wait for; jobs go on even where no model can be read.

    The imports stand here because the server listens 0.6 s sooner without them: that long they take.
    """
    from core.errors import MienError

    for step in (_read_nothing, _wake_worker):
        try:
            step()
        except MienError as error:  # the page that needs it says the same
            log.warning("%s", error)
    _spare_collector()


def _read_nothing() -> None:
    """Read an empty picture, so that the champion and the detector are loaded."""
    import numpy as np

    from core.classifier import load_classifier
    from core.readings import read_picture

    read_picture(np.zeros((720, 1280, 3), np.uint8), load_classifier())


def _spare_collector() -> None:
    """Let the garbage collector pass over what was loaded by now and stays for good.

    Streamlit has it look at everything after each run of a page: 90 ms in which no other page moves.
    """
    gc.collect()
    gc.freeze()


def _wake_worker() -> None:
    """Let jobs that were queued when the server last stopped go on."""
    from core.settings import settings

    if (settings().home / "jobs").exists():
        from training.jobs import get_runner  # loads SQLAlchemy

        get_runner().reconcile()


async def _keep_forgetting() -> None:
    """Delete what is older than the retention period, a minute after the start and then every hour.

    Whatever goes wrong is logged and tried again: nobody would notice that nothing is deleted any more.
    """
    await asyncio.sleep(SECONDS_BEFORE_FORGETTING)
    while True:
        for forget in (forget_old_journals, forget_old_results):
            try:
                await asyncio.to_thread(forget)
            except Exception:
                log.exception("What is older than the retention period could not be deleted.")
        await asyncio.sleep(SECONDS_BETWEEN_FORGETTING)


def forget_old_journals() -> None:
    """Delete engagements that were begun before the retention period and never ended."""
    from core.engagement.journal import delete_old_journals

    delete_old_journals()


def forget_old_results() -> None:
    """Delete results of engagements that are older than the retention period."""
    from core.engagement.database import is_there
    from core.engagement.store import delete_old
    from core.errors import EngagementError

    try:
        if is_there():
            delete_old()
    except EngagementError as error:  # in an hour again
        log.warning("%s", error)


def report_script_error(error: Exception) -> bool:
    """Log an unforeseen failure and show one sentence instead of a traceback."""
    from core.errors import MienError

    log.error("A page failed.", exc_info=error)
    unforeseen = (
        "Something went wrong on this page. Reload it; if that does not help, the server's log has details."
    )
    # One that was foreseen comes here too, as where the server was started with what cannot be used.
    st.error(str(error) if isinstance(error, MienError) else unforeseen, icon=":material/error:")
    return True
