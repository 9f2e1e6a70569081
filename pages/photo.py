"""What does this face show, and how sure is the model?"""

import json

import streamlit as st

from core.reports import to_csv
from ui.cards import answer_card, bars_card, choose_face, details_card, picture_card, pictures_table
from ui.corrections import correct_card
from ui.doors import doors, honest_line
from ui.explanation import why_card
from ui.models import choose_model
from ui.session import read_all
from ui.sources import choose_pictures
from ui.words import plain

st.title("What does this face show?", anchor=False)
classifier = choose_model()
sources = choose_pictures()

if not sources:
    st.stop()

bar = st.progress(0.0, "Reading …") if len(sources) > 1 else None


def show_progress(done: int) -> None:
    """Move the bar; a single picture is read before anyone could see one."""
    if bar:
        bar.progress(done / len(sources), f"Read {done} of {len(sources)} pictures")


(pictures,) = read_all(sources, classifier, progress=show_progress)
if bar:
    bar.empty()

picture = pictures[pictures_table(pictures)] if len(pictures) > 1 else pictures[0]

if picture.error:
    st.error(f"**{plain(picture.name)}**: {picture.error}", icon=":material/broken_image:")
else:
    chosen = choose_face(picture) if len(picture.readings) > 1 else 0
    answer_card(picture.readings[chosen])
    left, right = st.columns([3, 2], gap="medium")
    with left:
        picture_card(picture, chosen)
    with right:
        bars_card(picture.readings[chosen], classifier.bundle.card.thresholds)
    if len(picture.crops):
        why_card(classifier, picture.crops[chosen], picture.readings[chosen])
        correct_card(picture.crops[chosen], picture.readings[chosen], classifier.bundle)
        with st.expander("What the model saw", icon=":material/frame_inspect:"):
            details_card(picture, chosen)

records = [picture.record for picture in pictures]
with st.container(horizontal=True):
    st.download_button(
        "CSV", to_csv(records), "mien.csv", "text/csv", icon=":material/download:", on_click="ignore"
    )
    lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    st.download_button(
        "JSON", lines, "mien.jsonl", "application/jsonl", icon=":material/download:", on_click="ignore"
    )
honest_line(classifier.bundle.card)
if st.session_state["source"] == "Sample":  # whoever brought a picture knows where they want to go
    doors()
