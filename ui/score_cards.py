"""What a model is worth, readable in ten seconds, with the details a click below."""

from typing import Final

import numpy as np
import streamlit as st

from core.bundles import RUNTIME_FILE, Bundle, Card, Score, find_bundle
from core.classifier import load_classifier
from core.errors import MienError
from training.evaluation.timing import time_one
from training.modelcard import model_card
from training.registry import promotions
from ui.history.architecture import architecture_card
from ui.history.charts import classes_chart, reliability_chart

PLAIN: Final = {"displayModeBar": False}
HONEST_ECE: Final = 0.03
"""Expected calibration error up to which a confidence is called honest: one sees no difference to it."""


def score_card(name: str, serving: bool) -> None:
    """One model; damaged ones say so."""
    with st.container(border=True):
        try:
            bundle = find_bundle(name)
            milliseconds = _milliseconds(name, bundle.digest)
        except MienError as error:
            st.error(str(error), icon=":material/broken_image:")
            return
        card = bundle.card
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(name, anchor=False)
            if serving:
                st.badge("Serves now", icon=":material/verified:", color="green")
        st.caption(card.title)
        if card.headline is None:
            st.markdown("Its score on people it never saw was **not measured**: do not rely on it.")
        else:
            _headline(card, card.headline)
        _facts(card, bundle, milliseconds)
        with st.expander("Details", icon=":material/expand_content:"):
            _details(bundle)
        architecture_card(card.layers)


def _headline(card: Card, score: Score) -> None:
    honest, leaking = st.columns([3, 2])
    interval = f"{score.accuracy.low:.0%} to {score.accuracy.high:.0%}"
    honest.metric(f"Right on faces it never saw ({score.data})", f"{score.accuracy.value:.1%}")
    honest.caption(f"Between {interval}, with 95% confidence. {score.n} faces: {score.protocol}.")
    other = next((one for one in card.scores if one.leaks), None)
    if other:
        leaking.metric(f"The score that leaks ({other.data})", f"{other.accuracy.value:.1%}")
        leaking.caption("Near-copies of the test faces were learned from. Do not believe it.")


def _facts(card: Card, bundle: Bundle, milliseconds: float) -> None:
    facts = []
    if card.headline:
        error = card.headline.expected_calibration_error
        facts.append(f":material/balance: {_sureness(card.headline)} (calibration error {error:.3f})")
        if card.headline.covered_accuracy is not None:
            facts.append(
                f":material/front_hand: It answers {card.headline.coverage:.0%} of them, and is right on "
                f"{card.headline.covered_accuracy:.0%} of those"
            )
    if card.refusal:
        known = ", some of which it had learned from" if card.refusal.leaks else ""
        facts.append(
            f":material/block: It refuses {card.refusal.nonfaces_refused:.0%} of what is no face{known}"
        )
    elif not card.refuses_non_faces:
        facts.append(":material/block: It cannot tell whether there is a face at all")
    size = (bundle.folder / RUNTIME_FILE).stat().st_size / 1e6
    facts.append(f":material/speed: {milliseconds:.1f} ms a face on this machine, {size:.1f} MB")
    facts.append(f":material/sentiment_neutral: Knows {', '.join(card.labels)}")
    facts.append(f":material/info: {card.limits[0]}")
    st.markdown("  \n".join(facts))


def _sureness(score: Score) -> str:
    if score.expected_calibration_error <= HONEST_ECE:
        return "It is about as sure as it is right"
    sure = sum(one.confidence * one.n for one in score.reliability)
    right = sum(one.accuracy * one.n for one in score.reliability)
    return "It is surer than it is right" if sure > right else "It is right more often than it is sure"


def _details(bundle: Bundle) -> None:
    card = bundle.card
    st.dataframe([_row(score) for score in card.scores], hide_index=True, alt=f"All scores of {bundle.name}")
    if card.headline and card.headline.reliability:
        left, right = st.columns(2)
        left.plotly_chart(
            classes_chart(card.headline),
            config=PLAIN,
            alt="Recall and precision",
            key=f"classes-{bundle.name}",
        )
        left.caption("Full: how often each is found. Faint: how often it is right when it says so.")
        right.plotly_chart(
            reliability_chart(card.headline.reliability),
            config=PLAIN,
            alt="Reliability diagram",
            key=f"reliability-{bundle.name}",
        )
        right.caption("On the dotted line it is right as often as it is sure.")
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
    st.markdown("\n".join(f"- {limit}" for limit in card.limits))
    st.caption(card.terms)
    st.download_button(
        "Model card",
        model_card(bundle, promotions=promotions()),
        f"{bundle.name}.md",
        "text/markdown",
        icon=":material/description:",
        on_click="ignore",
        key=f"card-{bundle.name}",
    )


def _groups(card: Card) -> None:
    if not card.groups:
        st.caption("Whether it is as good for one group of people as for another was not measured.")
        return
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
        "How kept apart": score.protocol,
    }


@st.cache_data(max_entries=64, show_spinner=False)
def _milliseconds(name: str, digest: str) -> float:
    return time_one(load_classifier(name), np.zeros((1, 48, 48, 1), np.uint8))
