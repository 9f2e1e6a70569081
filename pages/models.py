"""What is serving, and what is it worth?"""

import streamlit as st

from core.bundles import bundle_names
from core.bundles.store import champion_name
from core.classifier import load_classifier
from core.errors import MienError
from ui.cards import answer_card, bars_card, choose_face, picture_card
from ui.models import NO_MODEL
from ui.retrain.champion import champion_card
from ui.roles import sign_in_card
from ui.score_cards import score_card
from ui.session import read_all
from ui.sources import choose_pictures
from ui.words import plain

st.title("What the models are worth", anchor=False)
sign_in_card()
names = bundle_names()
if not names:
    st.error(NO_MODEL, icon=":material/inventory:")
    st.stop()
champion_card()
for name in names:
    score_card(name, serving=name == champion_name())

if len(names) > 1:
    st.subheader("Two models on one picture", anchor=False)
    pair = st.multiselect("Models", names, names[:2], max_selections=2, key="pair")
    sources = choose_pictures()
    if len(sources) > 1:
        st.caption(
            f"Only {plain(sources[0][0])} is read here, the first of {len(sources)}: take it out to compare "
            "on the next, or read all of them on the Photo page."
        )
    if len(pair) < 2:
        st.caption("Choose two models to compare.")
    elif sources:
        try:
            sides = read_all(sources[:1], *(load_classifier(name) for name in pair))
            shown = {name: pictures[0] for name, pictures in zip(pair, sides, strict=True)}
        except MienError as error:
            st.error(str(error), icon=":material/broken_image:")
            st.stop()
        first = shown[pair[0]]
        if first.error:
            st.error(first.error, icon=":material/broken_image:")
            st.stop()
        chosen = choose_face(first) if len(first.readings) > 1 else 0
        picture, *columns = st.columns(3, gap="large")
        with picture:
            picture_card(first, chosen)
        for column, name in zip(columns, pair, strict=True):
            with column:
                st.caption(name)
                answer_card(shown[name].readings[chosen])
                thresholds = load_classifier(name).bundle.card.thresholds
                bars_card(shown[name].readings[chosen], thresholds, key=f"bars-{name}")
