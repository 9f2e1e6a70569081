"""One run: how it went, what came of it, and what to do with it."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.bundles import Score
from training.history import History, Run
from training.modelcard import told_apart
from training.splits import how_apart
from ui.history.architecture import architecture_card
from ui.history.charts import classes_chart, confusion_chart, coverage_chart, reliability_chart
from ui.history.curves import curves_card
from ui.history.downloads import downloads
from ui.history.edit import edit_card
from ui.history.facts import facts_of, settings_of
from ui.history.folds import folds_card, folds_of, pooled_scores
from ui.history.left_model import left_model, why_none
from ui.history.pictures import pictures_card, take_click
from ui.history.table import state_of
from ui.show_chart import show_chart
from ui.words import plain

LEAKS: Final = " :orange-badge[leaks]"
"""Stands behind figures of pictures that were learned from."""


def run_card(history: History, run: Run, runs: Sequence[Run]) -> None:
    """Everything about one run; of a cross-validation, the folds among `runs` too."""
    st.subheader(plain(run.name), anchor=False)
    device = f" · {run.device}" if run.device else ""
    st.caption(
        f"{state_of(run)} · {run.started:%d %b %Y %H:%M} UTC · {plain(run.recipe)} on {plain(run.data)}, "
        f"split by {run.split}{device}"
    )
    if run.has_folds:
        if scores := pooled_scores(run):
            _score_card(_choose_score(scores), scores, run)
        elif run.accuracy is not None:
            right = f"**{run.accuracy:.1%}** right, macro-F1 {run.macro_f1:.3f}, all folds together."
            st.markdown(right + LEAKS * run.leaks)
        folds_card(history, folds_of(run, runs))
        _settings_card(run)
    else:
        _training_card(history, run)
    edit_card(history, run)


def _training_card(history: History, run: Run) -> None:
    (course,) = curves_card(history, [run]).values()
    bundle = left_model(run)
    if bundle:
        if scores := bundle.card.scores:
            _score_card(_choose_score(scores), scores, run)
            parameters = f"{bundle.card.parameters:,} parameters"
            st.caption(f"Model {bundle.name}, {parameters}, {bundle.digest}.")
        architecture_card(bundle.card.layers)
    elif told := why_none(run):
        st.info(told, icon=":material/inventory_2:")
    _settings_card(run)
    downloads(run, course, bundle)


def _settings_card(run: Run) -> None:
    with st.expander("Settings, data and versions", icon=":material/settings:"):
        st.dataframe(
            [{"Setting": name, "Value": value} for name, value in sorted(settings_of(run).items())]
            + [{"Setting": name, "Value": value} for name, value in sorted(facts_of(run).items())],
            hide_index=True,
            alt="Settings of the run",
        )


def _choose_score(scores: Sequence[Score]) -> Score:
    """Offer every set and split that the model was judged on, the one it was trained for first."""
    if len(scores) == 1:
        return scores[0]

    ways = [how for _, how in told_apart(scores)]

    def called(number: int) -> str:
        return f"{scores[number].data}: {ways[number]}{', leaks' * scores[number].leaks}"

    return scores[st.selectbox("Judged on", range(len(scores)), format_func=called, key="score")]


def _score_card(score: Score, scores: Sequence[Score], run: Run) -> None:
    st.markdown(
        f"**{score.accuracy.in_percent}** right, macro-F1 {score.macro_f1.value:.3f}, "
        f"on {score.n} held-out faces: {how_apart(score)}.{LEAKS * score.leaks}"
    )
    confusion, classes, reliability, coverage = st.tabs(
        ["Confusion", "Each expression", "Is it as sure as it says?", "What abstaining brings"]
    )
    with confusion:
        counts = st.toggle("Counts", key="counts")
        show_chart(
            confusion_chart(score, normalised=not counts, dark=st.context.theme.type == "dark"),
            alt="Confusion matrix",
            key="confusion",
            savable=True,
            on_select=lambda: take_click(score),
            selection_mode="points",
        )
        if not run.has_folds:
            pictures_card(run, score, scores)
    with classes:
        show_chart(classes_chart(score), alt="Recall and precision", key="per_class", savable=True)
        st.caption(
            "Full: recall, how often it is found. Faint: precision, how often it is right when it says so."
        )
    with reliability:
        show_chart(
            reliability_chart(score.reliability), alt="Reliability diagram", key="reliability", savable=True
        )
    with coverage:
        chart = coverage_chart(score.risk_coverage, score.coverage)
        show_chart(chart, alt="Accuracy against coverage", key="coverage", savable=True)
