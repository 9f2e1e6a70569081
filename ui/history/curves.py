"""Curves of one or several runs, with the ways to look at them."""

from collections.abc import Sequence

import streamlit as st

from training.history import Course, History, Run
from training.history.course import GOES_ON
from ui.history.colors import color_of, symbol_of
from ui.history.curves_chart import Line, curves_chart
from ui.show_chart import show_chart


def curves_card(history: History, runs: Sequence[Run]) -> dict[str, Course]:
    """Loss and accuracy; returns how the runs went by their names."""
    lines = {
        name: Line(_course(history, run), color_of(run), symbol_of(run))
        for name, run in zip(_distinct(runs), runs, strict=True)
    }
    courses = {name: line.course for name, line in lines.items()}
    if not any(course.curves for course in courses.values()):
        going = any(run.state in GOES_ON for run in runs)
        st.info("No epoch has ended yet." if going else "No epoch was trained.", icon=":material/timeline:")
        return courses
    with st.container(horizontal=True, vertical_alignment="center"):
        axis = st.segmented_control(
            "Over", ["Epochs", "Minutes"], default="Epochs", required=True, key="axis"
        )
        log = st.toggle("Log loss", key="log")
        smoothing = st.slider("Smoothing", 0.0, 0.95, 0.0, 0.05, key="smoothing", width=220)
    for place, figure in zip(st.columns(2), ("loss", "accuracy"), strict=True):
        chart = curves_chart(
            lines,
            figure,
            by_time=axis == "Minutes",
            log=log and figure == "loss",
            smoothing=smoothing,
        )
        with place:
            alt = f"{figure.capitalize()} of {', '.join(lines)}"
            show_chart(chart, alt=alt, key=f"history-{figure}", savable=True)
    if len(runs) == 1 and any(not mark.text for mark in courses[next(iter(courses))].marks):
        st.caption("Dotted lines stand where the learning rate fell.")
    return courses


def _course(history: History, run: Run) -> Course:
    return Course(history.curves(run.id), run.started.timestamp(), run.plan, run.state)


def _distinct(runs: Sequence[Run]) -> list[str]:
    """Names that no two runs share."""
    names = [run.name for run in runs]
    return [
        name if names.count(name) == 1 else f"{name} ({run.id[:12]})"
        for name, run in zip(names, runs, strict=True)
    ]
