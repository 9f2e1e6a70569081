"""The figures behind a score card, and the model card."""

import re
from typing import Final

import streamlit as st

from core.bundles import Bundle, Card, Score
from core.bundles.limits import limits_told
from training.modelcard import groups_told, model_card
from training.registry import promotions
from training.splits import how_apart
from ui.history.charts import classes_chart, reliability_chart
from ui.show_chart import show_chart

CARD_HEIGHT: Final = 560
"""Pixels."""


def score_details(bundle: Bundle) -> None:
    """The figures behind the score card, and the model card to read and to keep."""
    figures, card = st.tabs(["Figures", "Model card"])
    written = model_card(bundle, promotions=promotions())
    with figures:
        _figures(bundle)
    with card.container(height=CARD_HEIGHT, border=False):  # it scrolls both ways: its tables are wide
        st.markdown(below_heading(written))
    st.download_button(
        "Model card",
        written,
        f"{bundle.name}.md",
        "text/markdown",
        icon=":material/description:",
        on_click="ignore",
        key=f"card-{bundle.name}",
    )


def below_heading(text: str) -> str:
    r"""Markdown whose headings stand below that of the card it is shown on; its title stands there already.

    >>> below_heading("# A title\n\n## Limits")
    '#### Limits'
    """
    return re.sub("^## ", "#### ", text.partition("\n\n")[2], flags=re.MULTILINE)


def _figures(bundle: Bundle) -> None:
    card = bundle.card
    st.dataframe([_row(score) for score in card.scores], hide_index=True, alt=f"All scores of {bundle.name}")
    if card.headline and card.headline.reliability:
        left, right = st.columns(2)
        with left:
            show_chart(classes_chart(card.headline), alt="Recall and precision", key=f"classes-{bundle.name}")
            st.caption("Full: how often each is found. Faint: how often it is right when it says so.")
        with right:
            chart = reliability_chart(card.headline.reliability)
            show_chart(chart, alt="Reliability diagram", key=f"reliability-{bundle.name}")
            st.caption("On the dotted line it is right as often as it is sure.")
    if card.robustness:
        st.dataframe(
            [
                {
                    "Pictures": one.change,
                    "Right": f"{one.accuracy:.1%}",
                    "Points lost": 100 * one.lost,
                }
                for one in card.robustness
            ],
            column_config={"Points lost": st.column_config.NumberColumn(format="%.1f")},
            hide_index=True,
            alt=f"What worse pictures cost {bundle.name}",
        )
    _groups(card)
    st.markdown("\n".join(f"- {limit}" for limit in limits_told(card)))
    st.caption(card.terms)


def _groups(card: Card) -> None:
    if not card.groups:
        return
    if told := groups_told(card):
        st.markdown(told)
    st.dataframe(
        [
            {
                "Of": one.attribute,
                "Group": one.group,
                "Right": one.accuracy.in_percent,
                "Without an answer": f"{one.unanswered:.1%}",
                "How many": one.n,
            }
            for one in card.groups
        ],
        hide_index=True,
        alt=f"How {card.name} fares for each group of people",
    )


def _row(score: Score) -> dict[str, object]:
    return {
        "Faces": score.data,
        "Right": score.accuracy.in_percent,
        "Macro-F1": f"{score.macro_f1.value:.3f}",
        "Calibration error": f"{score.expected_calibration_error:.3f}",
        "How many": score.n,
        "Leaks": score.leaks,
        "How kept apart": how_apart(score),
    }
