"""A model's two ways out: let it serve, or throw it away."""

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from core.bundles import Bundle, bundle_names, find_bundle
from core.bundles.store import champion_name, is_own
from core.errors import MienError
from training.registry import discard, promote
from ui.roles import analyst, require_analyst


def ways_out(name: str, digest: str, doubts: Sequence[str], cautions: Sequence[str] = ()) -> None:
    """Offer to promote or to throw away, or say what became of the model.

    Args:
        digest: of the model that was judged.
        doubts: why it should perhaps not serve.
        cautions: what to bear in mind before believing the figures.
    """
    if name == champion_name():
        st.success(f"{name} serves now, in every open browser.", icon=":material/verified:")
        return
    if name not in bundle_names() or find_bundle(name).digest != digest:
        st.info(f"{name} was thrown away.", icon=":material/delete:")
        return
    if analyst() is None:
        st.caption("An analyst decides whether it serves.")
        return
    with st.container(horizontal=True):
        _promote_button(name, digest, doubts, cautions, "secondary" if doubts else "primary")
        _discard_button(name)


def ways_out_later(bundle: Bundle) -> None:
    """Offer the same to analysts of a model that stands among others, whoever trained it and when."""
    if analyst() is None or bundle.name == champion_name():
        return
    doubts = ["Here nothing compares it with what serves on the same pictures."]
    with st.container(horizontal=True):
        _promote_button(bundle.name, bundle.digest, doubts, (), "secondary", f"-{bundle.name}")
        if is_own(bundle.folder):
            _discard_button(bundle.name, f"-{bundle.name}")


def _promote_button(
    name: str,
    digest: str,
    doubts: Sequence[str],
    cautions: Sequence[str],
    kind: Literal["primary", "secondary"],
    key: str = "",
) -> None:
    if st.button("Promote …", type=kind, icon=":material/publish:", key=f"promote{key}"):
        confirm_promotion(name, digest, doubts, cautions, champion_name())


def _discard_button(name: str, key: str = "") -> None:
    if st.button("Throw away …", icon=":material/delete:", key=f"discard{key}"):
        confirm_discard(name)


@st.dialog("Let this model serve?")
def confirm_promotion(
    name: str, digest: str, doubts: Sequence[str], cautions: Sequence[str], serving: str | None
) -> None:
    """Ask for a reason and promote; the doubts stand where the decision is made.

    Args:
        serving: the champion when the dialog was opened; nothing is promoted over another one.
    """
    st.markdown(f"From now on **{name}** answers everybody. You can go back at any time.")
    for doubt in doubts:
        st.warning(doubt, icon=":material/warning:")
    for caution in cautions:
        st.caption(f":material/warning: {caution}")
    note = st.text_area("Why? One sentence for the log", max_chars=300, key="promotion_note")
    if st.button("Promote", type="primary", key="confirm_promotion"):
        if not note.strip():
            st.error("Say why: whoever rolls it back one day will want to know.", icon=":material/edit:")
            return
        try:
            promote(name, require_analyst(), note.strip(), digest, serving)
        except MienError as error:
            st.error(str(error), icon=":material/error:")
            return
        st.rerun()


@st.dialog("Throw this model away?")
def confirm_discard(name: str) -> None:
    """Delete a model once that is confirmed."""
    st.markdown(f"**{name}** is deleted from this server. Its run, with curves and figures, is kept.")
    if st.button("Throw away", type="primary", key="confirm_discard"):
        try:
            require_analyst()
            discard(name)
        except MienError as error:
            st.error(str(error), icon=":material/error:")
            return
        st.rerun()
