"""Choosing the model, the same way on every page."""

from typing import Final

import streamlit as st

from core.bundles import Card, bundle_names
from core.bundles.store import champion_name
from core.classifier import Classifier, load_classifier
from core.errors import MienError
from ui.words import plain

SERVED: Final = "_serving"
"""The choice of who chooses nothing: whatever is promoted answers from the next run on. No model's name can
begin so."""

NO_MODEL: Final = "No model is installed: restore the models folder, or train one."


def choose_model() -> Classifier:
    """Offer the bundles in the sidebar and load the chosen one; without one the page ends with a sentence."""
    names = bundle_names()
    if not names:
        st.error(NO_MODEL, icon=":material/inventory:")
        st.stop()
    wanted, champion = st.query_params.get("model"), champion_name()
    if champion not in names:
        gone = f"The champion “{plain(champion)}” is not there" if champion else "No model is named champion"
        st.warning(
            f"{gone}: {names[0]} answers instead. Choose another in the sidebar, or promote one.",
            icon=":material/warning:",
        )
    if wanted and wanted not in (SERVED, *names):
        st.warning(
            f"There is no model called “{plain(wanted)}”. The default one answers instead; "
            "choose another in the sidebar.",
            icon=":material/search_off:",
        )
    with st.sidebar:
        chosen = st.selectbox(
            "Model",
            [SERVED, *names],
            format_func=lambda name: "What serves now" if name == SERVED else name,
            key="model",
            bind="query-params",
        )
    name = names[0] if chosen == SERVED else chosen
    try:
        classifier = load_classifier(name)
    except MienError as error:
        st.error(str(error), icon=":material/broken_image:")
        others = [other for other in names if other != name]
        if others:
            st.button(f"Use {others[0]} instead", on_click=_choose, args=(others[0],))
        st.stop()
    with st.sidebar:
        st.caption(f"**{classifier.bundle.name}**: {plain(classifier.bundle.card.title.rstrip('.'))}.")
        st.caption(headline(classifier.bundle.card))
        st.caption(classifier.bundle.card.limits[0])
    return classifier


def asks_what_serves() -> bool:
    """Whether no model was chosen by name, so that another may serve from one run to the next."""
    return bool(st.session_state.get("model", SERVED) == SERVED)


def _choose(name: str) -> None:
    st.session_state["model"] = name


def headline(card: Card) -> str:
    """The honest score in one line."""
    score = card.headline
    if score is None:
        return "Its score on people it never saw was not measured."
    leaking = next((other for other in card.scores if other.leaks and other.data == score.data), None)
    told = f"Right on **{score.accuracy.value:.0%}** of {score.n:,} test faces it never saw"
    text = f"{told} ({plain(score.data)})."
    if leaking:
        text += f" The often quoted random split says {leaking.accuracy.value:.0%}, because it leaks."
    return text
