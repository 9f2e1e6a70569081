"""What a model is worth, readable in ten seconds, with the details a click below."""

from typing import Final

import numpy as np
import streamlit as st

from core.bundles import RUNTIME_FILE, Bundle, Card, Score, find_bundle
from core.bundles.limits import limits_told
from core.errors import MienError
from training.evaluation.timing import time_one
from training.splits import ANOTHER, PROTOCOLS, how_apart
from ui.history.architecture import architecture_card
from ui.retrain.ways_out import ways_out_later
from ui.score_details import score_details
from ui.words import plain

HONEST_ECE: Final = 0.03
"""Expected calibration error up to which a confidence is called honest: one sees no difference to it."""

TIMED_AGAIN: Final = 300
"""Seconds for which a measured time holds: beside a training it is not what it is on an idle machine."""


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
        st.caption(plain(card.title))
        if card.headline is None:
            st.markdown("Its score on faces it never saw was **not measured**: do not rely on it.")
        else:
            _figures(card, card.headline)
        _facts(card, bundle, milliseconds)
        with st.expander("Details", icon=":material/expand_content:"):
            score_details(bundle)
        architecture_card(card.layers)
        ways_out_later(bundle)


def by_person(card: Card) -> Score | None:
    """The score on people of whom nothing was learned, in whatever other pictures."""
    honest = (one for one in card.scores if not one.leaks and not one.shared_people)
    named = (one for one in honest if one.subjects is not None)
    return next((one for one in named if PROTOCOLS["subject"] in one.protocol), None)


def leaking_beside(card: Card, score: Score) -> Score | None:
    """The score that leaks on the same data, asked for the same expressions."""
    alike = (one for one in card.scores if (one.data, one.labels) == (score.data, score.labels))
    return next((one for one in alike if one.leaks), None)


def _figures(card: Card, headline: Score) -> None:
    """The score to believe, the one on unseen people if that is another, and the one that leaks, named so."""
    of_people = by_person(card)
    honest = [headline, *([of_people] if of_people and of_people is not headline else [])]
    leaking = leaking_beside(card, of_people or headline)
    places = iter(st.columns(len(honest) + (leaking is not None)))
    for score in honest:
        with next(places):
            unseen = "people" if score is of_people else "faces"
            st.metric(f"Right on {unseen} it never saw ({plain(score.data)})", f"{score.accuracy.value:.1%}")
            people = f" of {score.subjects} people" if score is of_people and score.subjects else ""
            st.caption(
                f"Between {score.accuracy.low:.0%} and {score.accuracy.high:.0%}, with 95% confidence. "
                f"{score.n:,} faces{people}, {how_apart(score)}."
            )
    if leaking:
        with next(places):
            st.metric(f"The score that leaks ({plain(leaking.data)})", f"{leaking.accuracy.value:.1%}")
            share = "" if leaking.leak is None else f"{leaking.leak:.0%} of "
            whose = "" if leaking.own else f" It was measured {ANOTHER}."
            st.caption(f"Near-copies of {share}the test faces were learned from. Do not believe it.{whose}")


def _facts(card: Card, bundle: Bundle, milliseconds: float) -> None:
    facts = []
    if card.headline:
        error = card.headline.expected_calibration_error
        facts.append(f":material/balance: {_sureness(card.headline)} (calibration error {error:.3f})")
        facts.append(f":material/front_hand: {_abstention(card, card.headline)}")
    if card.refusal:
        known = ", some of which it had learned from" if card.refusal.leaks else ""
        facts.append(
            f":material/block: It refuses {card.refusal.nonfaces_refused:.0%} of what is no face{known}"
        )
    elif not card.refuses_non_faces:
        facts.append(":material/block: It cannot tell whether there is a face at all")
    size = (bundle.folder / RUNTIME_FILE).stat().st_size / 1e6
    facts.append(f":material/speed: {milliseconds:.1f} ms a face on one core here, {size:.1f} MB")
    facts.append(f":material/sentiment_neutral: Knows {', '.join(card.labels)}")
    facts.append(f":material/info: {limits_told(card)[0]}")
    st.markdown("  \n".join(facts))


def _abstention(card: Card, score: Score) -> str:
    """What it abstains on, how often, and what that brings."""
    why = f"it is less than {card.thresholds.confidence:.0%} sure"
    if card.thresholds.face is not None:
        why += " or doubts that there is a face"
    text = f"It gives no answer to {1 - score.coverage:.0%} of {score.data}, where {why}"
    right = score.covered_accuracy
    return text if right is None else f"{text}. Of the others it is right on {right:.0%}"


def _sureness(score: Score) -> str:
    if score.expected_calibration_error <= HONEST_ECE:
        return "It is about as sure as it is right"
    sure = sum(one.confidence * one.n for one in score.reliability)
    right = sum(one.accuracy * one.n for one in score.reliability)
    return "It is surer than it is right" if sure > right else "It is right more often than it is sure"


@st.cache_data(max_entries=64, ttl=TIMED_AGAIN, show_spinner=False)
def _milliseconds(name: str, digest: str) -> float:
    return time_one(find_bundle(name), np.zeros((1, 48, 48, 1), np.uint8))
