"""Curves of one or several runs, with the ways to look at them."""

from collections.abc import Sequence

import streamlit as st

from training.history import Curves, History, Run
from ui.charts import SAVABLE
from ui.history.charts import curves_chart


def curves_card(history: History, runs: Sequence[Run]) -> dict[str, Curves]:
    """Loss and accuracy; returns the curves by the name of the run."""
    names = _distinct(runs)
    curves = {name: history.curves(run.id) for name, run in zip(names, runs, strict=True)}
    if not any(curves.values()):
        st.info("No epoch has ended yet.", icon=":material/hourglass_empty:")
        return curves
    with st.container(horizontal=True, vertical_alignment="center"):
        axis = st.segmented_control(
            "Over", ["Epochs", "Minutes"], default="Epochs", required=True, key="axis"
        )
        log = st.toggle("Log loss", key="log")
        smoothing = st.slider("Smoothing", 0.0, 0.95, 0.0, 0.05, key="smoothing", width=220)
    for place, figure in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        chart = curves_chart(
            curves,
            figure,
            by_time=axis == "Minutes",
            log=log and figure == "loss",
            smoothing=smoothing,
            steps=runs[0].parameters.get("recipe.schedule") == "plateau",
        )
        place.plotly_chart(
            chart,
            config=SAVABLE,
            alt=f"{figure.capitalize()} of {', '.join(curves)}",
            key=f"history-{figure}",
        )
    return curves


def _distinct(runs: Sequence[Run]) -> list[str]:
    """Names that no two runs share."""
    names = [run.name for run in runs]
    return [
        name if names.count(name) == 1 else f"{name} ({run.id[:12]})"
        for name, run in zip(names, runs, strict=True)
    ]
