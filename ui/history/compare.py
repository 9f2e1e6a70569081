"""Several runs side by side: curves over one another, and only what differs."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from training.history import History, Run
from ui.history.curves import curves_card

FIGURES: Final = {"Held-out accuracy": "accuracy", "Macro-F1": "macro_f1"}


def compare_card(history: History, runs: Sequence[Run]) -> None:
    """Compare runs."""
    st.subheader(f"{len(runs)} runs side by side", anchor=False)
    names = list(curves_card(history, runs))
    st.markdown("**What differs**")
    rows = [_row(name, [run.parameters.get(name, "–") for run in runs], names) for name in _differing(runs)]
    if rows:
        st.dataframe(rows, hide_index=True, alt="Settings that differ between the runs")
    else:
        st.caption("Nothing: they had the same settings, seed and data.")
    st.markdown("**What came out**")
    st.dataframe(
        [_row(title, [_figure(run, name) for run in runs], names) for title, name in FIGURES.items()]
        + [_row("Inner accuracy", [_percent(run.inner_accuracy) for run in runs], names)]
        + [_row("Minutes", [f"{run.seconds / 60:.1f}" if run.seconds else "–" for run in runs], names)],
        hide_index=True,
        alt="Figures of the runs",
    )


def _differing(runs: Sequence[Run]) -> list[str]:
    known = sorted({name for run in runs for name in run.parameters})
    return [name for name in known if len({run.parameters.get(name) for run in runs}) > 1]


def _row(what: str, values: Sequence[str], names: Sequence[str]) -> dict[str, str]:
    return {"": what, **dict(zip(names, values, strict=True))}


def _figure(run: Run, figure: str) -> str:
    """A held-out figure with its interval, where the run has one."""
    found = run.score_name(figure)
    if found is None:
        return "–"
    value, low, high = (run.metrics.get(f"{found}{end}") for end in ("", "/low", "/high"))
    interval = f" ({low:.1%} to {high:.1%})" if low is not None and high is not None else ""
    data = found.partition("/")[0]
    leaks = ", leaks" if data.endswith("-leaking") else ""
    return f"{value:.1%}{interval} on {data.removesuffix('-leaking')}{leaks}"


def _percent(value: float | None) -> str:
    return f"{value:.1%}" if value is not None else "–"
