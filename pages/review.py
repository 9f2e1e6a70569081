"""What did people correct?"""

from collections.abc import Callable

import streamlit as st
from PIL import Image

from core.corrections import (
    Correction,
    accept_correction,
    accepted_corrections,
    delete_correction,
    waiting_corrections,
)
from core.errors import MienError
from ui.palette import display_name
from ui.roles import analyst, require_analyst, sign_in_card
from ui.words import counted

COLUMNS = 4
AT_FIRST = 40


def act(action: Callable[[Correction, str], object], correction: Correction) -> None:
    """Do what a button says, if the person may."""
    try:
        action(correction, require_analyst())
    except MienError as error:
        st.session_state["review_error"] = str(error)


def delete(correction: Correction, by: str) -> None:
    """Delete a correction; who does so is not kept."""
    delete_correction(correction)


def correction_card(correction: Correction) -> None:
    """One face, what was said about it, and the ways out."""
    try:
        picture = Image.open(correction.picture).resize((192, 192))
    except OSError:  # another analyst has deleted it just now
        return
    with st.container(border=True):
        st.image(picture, alt=f"A face that a person calls {correction.label}")
        said = display_name(correction.answered) if correction.answered else "no answer"
        st.markdown(f"**{display_name(correction.label)}**, says a person")
        st.caption(f"{correction.model} said: {said} · {correction.time:%d %b %Y}")
        with st.container(horizontal=True):
            if not correction.accepted_by:
                accept, key = ":material/check:", f"accept-{correction.id}"
                st.button("Accept", icon=accept, key=key, on_click=act, args=(accept_correction, correction))
            key = f"delete-{'accepted-' if correction.accepted_by else ''}{correction.id}"
            with st.popover("Delete …", icon=":material/delete:"):
                st.caption("The face and what was said of it are gone for good.")
                st.button("Delete", key=key, on_click=act, args=(delete, correction))


def grid(corrections: tuple[Correction, ...], key: str) -> None:
    """The first faces, in rows, and a way to more: anybody may ask for theirs to be deleted."""
    shown = corrections[: st.session_state.setdefault(key, AT_FIRST)]
    for start in range(0, len(shown), COLUMNS):
        columns = st.columns(COLUMNS)
        for column, correction in zip(columns, shown[start : start + COLUMNS], strict=False):
            with column:
                correction_card(correction)
    if hidden := len(corrections) - len(shown):
        more, icon = f"Show more ({hidden})", ":material/expand_more:"
        st.button(more, icon=icon, type="tertiary", key=f"more-{key}", on_click=show_more, args=(key,))


def show_more(key: str) -> None:
    """Show as many again."""
    st.session_state[key] += AT_FIRST


st.title("Corrections that people left", anchor=False)
sign_in_card()
if error := st.session_state.pop("review_error", None):
    st.error(error, icon=":material/error:")
waiting = waiting_corrections()
unsettled = {one.id for one in waiting}  # also where a kill cut an acceptance short
accepted = tuple(one for one in accepted_corrections() if one.id not in unsettled)
if analyst() is None:
    told = f"{counted(len(waiting), 'face')} {'waits' if len(waiting) == 1 else 'wait'} for an analyst"
    st.info(f"{told}. Only analysts see them: the sidebar says how to sign in.", icon=":material/lock:")
    st.stop()
if waiting:
    grid(waiting, "waiting")
else:
    st.info(
        "Nothing waits. On the Photo page, “This is wrong” sends a face here, with consent.",
        icon=":material/inbox:",
    )
if accepted:
    st.subheader("Accepted", anchor=False)
    st.markdown(f"**{len(accepted)}** can be trained on: choose “Corrected faces” on the Retrain page.")
    with st.expander("Look at them"):
        grid(tuple(reversed(accepted)), "accepted")
