"""All runs in one table: find some, choose one to open or several to compare."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from training.history import Run

MOST_COMPARED: Final = 10
STATES: Final = {
    "finished": "Done",
    "running": "Learning",
    "killed": "Stopped",
    "failed": "Failed",
    "scheduled": "Waiting",
}


def find_runs(runs: Sequence[Run]) -> list[Run]:
    """Offer search and filters; returns what is left, newest first."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = st.text_input(
            "Search", type="search", placeholder="Name, data, recipe, note or label", key="q"
        )
        recipes = sorted({run.recipe for run in runs if run.recipe})
        recipe = st.selectbox("Recipe", recipes, index=None, placeholder="All", key="recipe_filter")
        archived = st.toggle("Archived too", key="archived")
    return [
        run
        for run in runs
        if (archived or not run.archived)
        and (recipe is None or run.recipe == recipe)
        and all(word in _text(run) for word in wanted.lower().split())
    ]


def choose_runs(runs: Sequence[Run], compact: bool) -> list[Run]:
    """Show runs; returns those that were ticked, ten at most."""
    event = st.dataframe(
        [_row(run) for run in runs],
        column_config={
            "When": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
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
        "When": run.started,
        "State": STATES.get(run.state, run.state),
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
    return " ".join((run.name, run.data, run.recipe, run.split, run.note, *run.labels)).lower()
