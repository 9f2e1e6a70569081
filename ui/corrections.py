"""“This is wrong”: a person corrects a reading, and decides whether the face may be kept."""

import hashlib
from typing import Final

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.bundles import Bundle
from core.corrections import (
    CONSENT,
    accepted_corrections,
    delete_correction,
    keep_correction,
    waiting_corrections,
)
from core.errors import MienError
from core.expressions import EXPRESSIONS, Expression
from core.readings import Reading
from ui.palette import display_name

KEPT: Final = "corrections_kept"
"""What was kept in this session: the id of each face and label."""


def correct_card(crop: npt.NDArray[np.uint8], reading: Reading, bundle: Bundle) -> None:
    """Offer to correct a reading; nothing is kept without consent.

    Args:
        crop: uint8 (48, 48, 1), what the model saw.
    """
    with (
        st.popover("This is wrong", icon=":material/flag:"),
        st.form(f"correction-{_face_key(crop)}", border=False),  # consent is given for one face
    ):
        label: Expression | None = st.selectbox(
            "What does the face show?", EXPRESSIONS, index=None, format_func=display_name
        )
        agreed = st.checkbox(CONSENT, wrap=True)
        if st.form_submit_button("Keep this face for review", icon=":material/outbox:"):
            _keep(crop, label, agreed, reading, bundle)


def _face_key(crop: npt.NDArray[np.uint8]) -> str:
    """Tells one face from another."""
    return hashlib.sha256(crop.tobytes()).hexdigest()[:12]


def _keep(
    crop: npt.NDArray[np.uint8], label: Expression | None, agreed: bool, reading: Reading, bundle: Bundle
) -> None:
    if label is None or not agreed:
        st.error("Choose what the face shows, and agree; otherwise nothing is kept.", icon=":material/info:")
        return
    if label == reading.label:
        st.error(
            f"{display_name(label)} is what the model answered: choose what the face shows instead.",
            icon=":material/info:",
        )
        return
    kept: dict[str, str] = st.session_state.setdefault(KEPT, {})
    one = f"{_face_key(crop)} {label}"
    waiting = waiting_corrections()
    there = {correction.id for correction in (*waiting, *accepted_corrections())}
    if kept.get(one) in there:  # pressed again
        st.success("It is kept already. Thank you.", icon=":material/check:")
        return
    try:
        of_this_face = {name for known, name in kept.items() if known.startswith(f"{_face_key(crop)} ")}
        for earlier in waiting:  # whoever changes their mind keeps the face once
            if earlier.id in of_this_face:
                delete_correction(earlier)
        kept[one] = keep_correction(crop, label, reading.label, bundle.name, bundle.digest).id
    except MienError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.success("Kept. An analyst will look at it. Thank you.", icon=":material/check:")
