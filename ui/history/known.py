"""All runs, read once until one of them changes."""

import time
from typing import Final

import streamlit as st

from core.settings import settings
from training.history import History, Run, open_history
from training.history.run import RUNNING

FRESH_SECONDS: Final = 30
"""What a server told is taken as still so: it cannot say what changed without telling all."""


def known_runs(history: History) -> tuple[Run, ...]:
    """All runs, newest first.

    Raises:
        HistoryError: they cannot be read.
    """
    version = history.version() or f"{time.time() // FRESH_SECONDS}"
    runs = _read(str(settings().home), version)
    if all(run.state != RUNNING for run in runs):
        return runs
    from training.history.alive import settle_states  # half a second to load, for what is seldom

    return settle_states(runs)


def forget_runs() -> None:
    """Read them anew: one was changed here."""
    _read.clear()


@st.cache_resource(max_entries=2, show_spinner=False)
def _read(home: str, version: str) -> tuple[Run, ...]:
    return open_history().runs()
