"""What happens around the pages: warming up, and failures nobody foresaw."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
import streamlit as st

from core.classifier import load_classifier
from core.errors import MienError
from core.readings import read_picture

log = logging.getLogger(__name__)


@asynccontextmanager
async def warm_up(app: st.App) -> AsyncIterator[dict[str, Any]]:
    """Load the champion and the face detector while the first browser still opens the page."""
    task = asyncio.create_task(asyncio.to_thread(_read_nothing))
    yield {}
    await task


def _read_nothing() -> None:
    try:
        read_picture(np.zeros((720, 1280, 3), np.uint8), load_classifier())
    except MienError as error:  # the page that needs the model says the same
        log.warning("%s", error)


def report_script_error(error: Exception) -> bool:
    """Log an unforeseen failure and show one sentence instead of a traceback."""
    log.error("A page failed.", exc_info=error)
    st.error(
        "Something went wrong on this page. Reload it; if that does not help, the server's log has details.",
        icon=":material/error:",
    )
    return True
