"""A cross-validation: the curves and figures of its folds."""

import json
from collections.abc import Sequence
from pathlib import Path

import streamlit as st

from core.bundles import Score
from training.history import History, Run
from training.run_folder import CROSSVAL_FILE
from training.tracking.content import score_values
from ui.history.colors import in_order
from ui.history.curves import curves_card
from ui.history.table import MOST_COMPARED, state_of


def folds_card(history: History, folds: Sequence[Run]) -> None:
    """Show the folds that have ended, their curves over one another."""
    if not folds:
        st.info("No fold has ended.", icon=":material/timeline:")
        return
    curves_card(history, in_order(folds[:MOST_COMPARED]))
    if len(folds) > MOST_COMPARED:
        st.caption(f"The curves are those of the first {MOST_COMPARED} folds.")
    st.dataframe(
        [
            {
                "Fold": run.name,
                "State": state_of(run),
                "Epochs": run.epochs,
                "Inner accuracy": run.inner_accuracy,
                "Held-out accuracy": run.accuracy,
                "Macro-F1": run.macro_f1,
            }
            for run in folds
        ],
        column_config={
            "Inner accuracy": st.column_config.NumberColumn(format="percent"),
            "Held-out accuracy": st.column_config.NumberColumn(format="percent"),
            "Macro-F1": st.column_config.NumberColumn(format="%.3f"),
        },
        hide_index=True,
        alt="Figures of the folds",
    )


def folds_of(run: Run, runs: Sequence[Run]) -> list[Run]:
    """The folds of a cross-validation among some runs, in their order."""
    return sorted((one for one in runs if one.above == run.id), key=lambda one: one.fold or 0)


def pooled_scores(run: Run) -> tuple[Score, ...]:
    """What a cross-validation came to, where its folder is here and holds the result that was tracked."""
    file = Path(run.tags.get("folder", "")) / CROSSVAL_FILE
    try:
        scores = tuple(Score.model_validate(score) for score in json.loads(file.read_bytes())["scores"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()
    name = run.score_name("accuracy")
    if name is None or score_values(scores, None).get(name) != run.metrics[name]:
        return ()  # another one was made in that folder since
    return scores
