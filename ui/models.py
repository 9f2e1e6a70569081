"""Choosing the model, the same way on every page."""

import streamlit as st

from core.bundles import Card, bundle_names
from core.classifier import Classifier, load_classifier
from core.errors import MienError


def choose_model() -> Classifier:
    """Offer the bundles in the sidebar and load the chosen one; without one the page ends with a sentence."""
    names = bundle_names()
    wanted = st.query_params.get("model")
    if wanted is not None and wanted not in names:
        st.warning(
            f"There is no model called “{wanted}”. The default one answers instead; "
            "choose another in the sidebar.",
            icon=":material/search_off:",
        )
    with st.sidebar:
        if not names:
            st.error("No model is installed: train one, or restore the models folder.")
            st.stop()
        name = st.selectbox("Model", names, key="model", bind="query-params")
        try:
            classifier = load_classifier(name)
        except MienError as error:
            st.error(str(error), icon=":material/broken_image:")
            st.stop()
        st.caption(f"{classifier.bundle.card.title.rstrip('.')}.")
        st.caption(headline(classifier.bundle.card))
        st.caption(classifier.bundle.card.limits[0])
    return classifier


def headline(card: Card) -> str:
    """The honest score in one line."""
    score = card.headline
    if score is None:
        return "Its score on people it never saw was not measured."
    leaking = next((other for other in card.scores if other.leaks and other.data == score.data), None)
    text = f"Right on **{score.accuracy.value:.0%}** of {score.n} test faces it never saw ({score.data})."
    if leaking:
        text += f" The often quoted random split says {leaking.accuracy.value:.0%}, because it leaks."
    return text
