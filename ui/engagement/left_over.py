"""Engagements that nobody finished: a page was closed, a server killed, an application gone."""

from collections.abc import Callable, Collection
from typing import Final

import streamlit as st

from core.engagement.closing import CUT_OFF, close_journal, discard_journal
from core.engagement.journal import Journal, JournalError, Opening, unfinished
from core.errors import MienError
from ui.roles import analyst, require_analyst
from ui.words import counted, plain

MOST_SHOWN: Final = 20
"""Each has two buttons; an application that fails again and again may leave hundreds."""


def keep_cut_off(journal: Journal, by: str) -> None:
    """Keep what was read, and that nobody finished it."""
    close_journal(journal, "", by, CUT_OFF)


def left_over_card(
    sources: Collection[str],
    current: Opening | None = None,
    keep: Callable[[Journal, str], object] = keep_cut_off,
) -> None:
    """Offer them to analysts, to keep what was read or to delete it.

    Args:
        sources: where they were begun.
        current: one that goes on in this browser, though its video may stand still.
        keep: what the first button does, for the analyst of that name.
    """
    if error := st.session_state.pop("left_over_error", None):
        st.error(error, icon=":material/error:")
    if analyst() is None:
        return
    found = [
        journal
        for journal in unfinished()
        if journal.opening.source in sources and journal.quiet and journal.opening != current
    ]
    if not found:
        return
    with st.expander(f"Engagements that were cut off ({len(found)})", icon=":material/healing:"):
        st.caption("No frame has come for a minute or longer, and nobody has finished them.")
        for journal in found[:MOST_SHOWN]:
            opening = journal.opening
            with st.container(horizontal=True, vertical_alignment="center"):
                told = f"{opening.begun:%d %b %H:%M} UTC, {counted(journal.count_looks(), 'look')}"
                st.markdown(f"{plain(opening.name)}, {told}" if opening.name else told)
                st.button("Keep", key=f"keep-{opening.id}", on_click=_settle, args=(journal, keep))
                with st.popover("Delete …"):
                    st.caption("What was read of it is deleted for good.")
                    args, key = (journal, discard_journal), f"delete-{opening.id}"
                    st.button("Delete", key=key, on_click=_settle, args=args)
        if (hidden := len(found) - MOST_SHOWN) > 0:
            st.caption(
                f"The {MOST_SHOWN} oldest are shown; {hidden} more follow as you keep or delete these."
            )


def _settle(journal: Journal, how: Callable[[Journal, str], object]) -> None:
    try:
        by = require_analyst()
        with journal.held() as there:
            if there and not journal.quiet:  # since the page was drawn
                raise JournalError("This engagement goes on again, so it was left as it is.")
            how(journal, by)
    except MienError as error:
        st.session_state["left_over_error"] = str(error)
