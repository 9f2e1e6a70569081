"""The pictures behind a cell of the confusion matrix: faces of a data set, for whoever holds it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import streamlit as st

from core.bundles import Score
from core.expressions import Expression
from core.percent import percent
from training.history import Run
from training.judged import pictures_behind
from ui.palette import display_name
from ui.pictures import enlarge_crop
from ui.roles import analyst

SHOWN: Final = 24
SIDE: Final = 96
"""Pixels."""


def choose_cell(score: Score) -> tuple[Expression, Expression | None]:
    """Offer the cells by name; a click on the matrix chooses the same."""
    if st.session_state.get("cell_truth") not in score.labels:
        st.session_state.pop("cell_truth", None)  # chosen on a score that has other expressions
    if st.session_state.get("cell_guess") not in score.labels:
        st.session_state.pop("cell_guess", None)
    with st.container(horizontal=True):
        truth = st.selectbox("Faces of", score.labels, format_func=display_name, key="cell_truth", width=180)
        guess = st.selectbox(
            "called",
            score.labels,
            index=None,
            placeholder="anything",
            format_func=display_name,
            key="cell_guess",
            width=180,
        )
    return truth, guess


def take_click(score: Score) -> None:
    """Let a click on the matrix choose the cell; called before the page runs again."""
    points = st.session_state["confusion"]["selection"]["points"]
    if points:
        names = {display_name(label): label for label in score.labels}
        st.session_state["cell_truth"] = names[points[0]["y"]]
        st.session_state["cell_guess"] = names[points[0]["x"]]


def pictures_card(run: Run, score: Score, scores: Sequence[Score]) -> None:
    """Show the pictures of a cell, where the run itself judged them and this machine has them.

    Args:
        scores: all of the run's model: its own first, then those of other trainings of the recipe.
    """
    if analyst() is None:
        return  # faces of a data set are for those who hold it
    folder = Path(run.tags.get("folder", ""))
    kept = _keeps(folder, score, scores)
    if kept is None:
        st.caption("These pictures are not on this machine: they stay where the run was made.")
    elif kept:
        _cell_card(folder, score)
    else:
        st.caption(
            "This run keeps none of the pictures behind this score: another training judged them, or they "
            "are corrected faces."
        )


def _keeps(folder: Path, score: Score, scores: Sequence[Score]) -> bool | None:
    """Whether a run judged the pictures of a score itself; None where what it judged is not here."""
    if not score.labels:
        return None  # of a card older than what runs keep
    truth, row = max(zip(score.labels, score.confusion, strict=True), key=lambda pair: sum(pair[1]))
    behind = pictures_behind(folder, score, truth, None)
    if behind is None:
        return None
    alike = next(one for one in scores if (one.data, one.labels) == (score.data, score.labels))
    return alike is score and len(behind.names) == sum(row)


def _cell_card(folder: Path, score: Score) -> None:
    truth, guess = choose_cell(score)
    behind = pictures_behind(folder, score, truth, guess)
    if behind is None:
        return
    called = f"called {guess}" if guess else "whatever they were called"
    count = len(behind.names)
    order = f", the {SHOWN} surest" if count > SHOWN else ", the surest first" if count > 1 else ""
    st.caption(f"{count or 'No'} {'face' if count == 1 else 'faces'} of {truth}, {called}{order}.")
    with st.container(horizontal=True):
        for crop, sure in zip(behind.crops[:SHOWN], behind.confidences, strict=False):
            st.image(
                enlarge_crop(crop, SIDE),
                width=SIDE,
                caption=percent(float(sure)),
                alt=f"A face labelled {truth}",
            )
