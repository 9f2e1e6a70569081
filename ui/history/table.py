"""All runs in one table: find some, choose one to open or several to compare."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import streamlit as st

from training.history import Run
from training.history.run import LOST, RUNNING

MOST_COMPARED: Final = 10
STATES: Final = {
    "finished": "Done",
    RUNNING: "Learning",
    "killed": "Stopped",
    "failed": "Failed",
    "scheduled": "Waiting",
    LOST: "Lost",
}


def state_of(run: Run) -> str:
    """How a run stands, in a word."""
    return STATES.get(run.state, run.state.capitalize())


FILTERS: Final[Mapping[str, Callable[[Run], str]]] = {
    "Data": lambda run: run.data,
    "Split": lambda run: run.split,
    "Recipe": lambda run: run.recipe,
    "State": state_of,
    "Device": lambda run: run.device,
}
"""What runs can be filtered by."""


def find_runs(runs: Sequence[Run]) -> list[Run]:
    """Offer search and filters; returns what is left, newest first."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(
            "Search", type="search", placeholder="Name, data, device, note, label …", key="q"
        )
        asked = [name for name in FILTERS if st.session_state.get(_key(name)) is not None]
        with st.popover(f"Filter ({len(asked)})" if asked else "Filter", icon=":material/filter_list:"):
            chosen = {name: _choose(name, runs) for name in FILTERS}
            archived = st.toggle("Archived too", key="archived")
    words = wanted.lower().split()
    found = [
        run
        for run in runs
        if (archived or not run.archived)
        and all(value is None or FILTERS[name](run) == value for name, value in chosen.items())
        and all(word in _text(run) for word in words)
    ]
    if not found:
        st.caption("No run is like that: search for less, or take a filter away.")
    return found


def _key(name: str) -> str:
    return f"{name.lower()}_filter"


def _choose(name: str, runs: Sequence[Run]) -> str | None:
    values = sorted({value for run in runs if (value := FILTERS[name](run))})
    return st.selectbox(name, values, index=None, placeholder="All", key=_key(name))


def choose_runs(runs: Sequence[Run], compact: bool) -> list[Run]:
    """Show runs; returns those that were ticked, ten at most."""
    event = st.dataframe(
        [_row(run) for run in runs],
        column_config={
            "When (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
            "Held-out accuracy": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
            "Macro-F1": st.column_config.NumberColumn(format="%.3f"),
            "Inner accuracy": st.column_config.NumberColumn(format="percent"),
            "Loss": st.column_config.LineChartColumn(width="small"),
            "Minutes": st.column_config.NumberColumn(format="%.1f"),
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key=table_key(runs),
        placeholder="",
        height=min(250 if compact else 560, 80 + 35 * len(runs)),
        alt="Trainings, the newest first",
    )
    chosen = [runs[row] for row in event["selection"]["rows"] if row < len(runs)]
    if len(chosen) > MOST_COMPARED:
        st.caption(f"Only the first {MOST_COMPARED} of the {len(chosen)} ticked runs are compared.")
    return chosen[:MOST_COMPARED]


def table_key(runs: Sequence[Run]) -> str:
    """Another one for other runs: a tick stays on its run, not on its row."""
    return f"runs-{hash(tuple(run.id for run in runs))}"


def _row(run: Run) -> dict[str, object]:
    return {
        "Name": run.name,
        "When (UTC)": run.started,
        "State": state_of(run),
        "Data": run.data,
        "Split": f"{run.split}, leaks" if run.leaks else run.split,
        "Recipe": run.recipe,
        "Epochs": run.epochs,
        "Loss": list(run.sparkline),
        "Inner accuracy": run.inner_accuracy,
        "Held-out accuracy": run.accuracy,
        "Macro-F1": run.macro_f1,
        "Minutes": run.seconds / 60 if run.seconds is not None else None,
        "Device": run.device,
        "Labels": list(run.labels),
        "Note": run.note,
    }


def _text(run: Run) -> str:
    said = (value(run) for value in FILTERS.values())
    return " ".join((run.name, *said, run.note, *run.labels)).lower()
