"""Engagements that an application began over HTTP and never finished."""

from collections.abc import Callable

import streamlit as st

from core.engagement.closing import CUT_OFF, close_journal
from core.engagement.journal import Journal, unfinished
from core.errors import MienError
from ui.roles import analyst, require_analyst
from ui.words import plain


def left_over_card() -> None:
    """Offer them to analysts, to keep what was read or to delete it; the Live page does so with its own."""
    if error := st.session_state.pop("left_over_error", None):
        st.error(error, icon=":material/error:")
    if analyst() is None:
        return
    found = [journal for journal in unfinished() if journal.opening.source != "live" and journal.quiet]
    if not found:
        return
    with st.expander(f"Engagements that were cut off ({len(found)})", icon=":material/healing:"):
        st.caption("No frame has come for a minute or longer, and nobody has finished them.")
        for journal in found:
            opening = journal.opening
            with st.container(horizontal=True, vertical_alignment="center"):
                told = f"{opening.begun:%d %b %H:%M} UTC, {len(journal.moments())} looks"
                st.markdown(f"{plain(opening.name)}, {told}" if opening.name else told)
                for label, settle in (("Keep", _keep), ("Delete", Journal.delete)):
                    key = f"{label.lower()}-{opening.id}"
                    st.button(label, key=key, on_click=_settle, args=(journal, settle))


def _keep(journal: Journal) -> None:
    close_journal(journal, "", CUT_OFF)


def _settle(journal: Journal, how: Callable[[Journal], object]) -> None:
    try:
        require_analyst()
        how(journal)
    except MienError as error:
        st.session_state["left_over_error"] = str(error)
