"""Several runs side by side: curves over one another, and only what differs."""

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from training.history import History, Run
from ui.history.curves import curves_card
from ui.history.facts import settings_of

FIGURES: Final = {"Held-out accuracy": "accuracy", "Macro-F1": "macro_f1"}


def compare_card(history: History, runs: Sequence[Run]) -> None:
    """Compare runs."""
    st.subheader(f"{len(runs)} runs side by side", anchor=False)
    names = list(curves_card(history, runs))
    st.markdown("**What differs**")
    settings = [settings_of(run) for run in runs]
    rows = [_row(name, [one.get(name, "–") for one in settings], names) for name in _differing(settings)]
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


def _differing(settings: Sequence[Mapping[str, str]]) -> list[str]:
    known = sorted({name for one in settings for name in one})
    return [name for name in known if len({one.get(name) for one in settings}) > 1]


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
