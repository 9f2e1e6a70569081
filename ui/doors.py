"""Where to go from the first page, for somebody who has just come."""

from typing import Final

import streamlit as st

from core.bundles import Card
from ui.models import headline
from ui.words import plain

DOORS: Final = (
    (
        "../pages/live.py",
        "Watch a camera",
        ":material/videocam:",
        "Every face in the video with its expression, frame by frame. Nothing is kept unless you record.",
    ),
    (
        "../pages/engagements.py",
        "Read an engagement",
        ":material/forum:",
        "A recording from its first second to the exit emotion, and how sure that is.",
    ),
    (
        "../pages/retrain.py",
        "Teach it better",
        ":material/model_training:",
        "Train on your own pictures, compare on the same faces, promote or go back.",
    ),
)


def honest_line(card: Card) -> None:
    """Who answered, what that is worth, and what it does not say."""
    limit = card.limits[0]  # the gravest
    also = "" if limit.startswith("An expression") else f"{limit} "
    st.caption(
        f"Read by **{plain(card.name)}**. {headline(card)} {also}An expression is what a face shows, not "
        "what a person feels."
    )


def doors() -> None:
    """Three ways on."""
    for column, (page, label, icon, told) in zip(st.columns(3), DOORS, strict=True):
        with column.container(border=True, height="stretch"):
            st.page_link(page, label=label, icon=icon)
            st.caption(told)
