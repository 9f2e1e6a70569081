"""Recording an engagement: a separate act, after consent; readings only."""

from typing import Final

import streamlit as st

from core.classifier import Classifier
from core.engagement.closing import close_journal
from core.engagement.journal import Journal, Opening, unfinished
from core.errors import MienError
from ui.live.stream import Holder

CONSENT: Final = (
    "The customer before the camera was told that their expressions are read, what for and for how long the "
    "result is kept, and agreed. No employee is in the picture."
)
KEY: Final = "journal"


def record_card(own: Holder, classifier: Classifier, playing: bool) -> None:
    """Start, finish, and what a stop in between left."""
    journal: Journal | None = st.session_state.get(KEY)
    if journal is None:
        st.caption(CONSENT)
        agreed = st.checkbox("This is so", key="live_consent")
        st.button(
            "Record the engagement",
            icon=":material/fiber_manual_record:",
            disabled=not (agreed and playing),
            on_click=_begin,
            args=(own, classifier),
            key="record",
        )
    else:
        st.markdown(":red[:material/fiber_manual_record:] Readings of the largest face are being recorded.")
        name = st.text_input("Name", placeholder="Call 17", max_chars=200, key="live_name")
        st.button("Finish", type="primary", key="finish", on_click=_finish, args=(own, journal, name))
    if done := st.session_state.get("live_done"):  # stays in sight until the next recording begins
        st.success(done, icon=":material/check:")
        st.page_link("../pages/engagements.py", label="See it among the engagements", icon=":material/forum:")
    if error := st.session_state.pop("live_error", None):
        st.error(error, icon=":material/error:")
    _left_over(journal)


def _begin(own: Holder, classifier: Classifier) -> None:
    st.session_state.pop("live_done", None)
    bundle = classifier.bundle
    try:
        journal = Journal(Opening(consent=CONSENT, model=bundle.name, digest=bundle.digest))
    except OSError as error:
        st.session_state["live_error"] = f"The engagement cannot be recorded: {error.strerror}."
        return
    st.session_state[KEY] = journal
    if own.reader is not None:
        own.reader.record(journal)


def _finish(own: Holder, journal: Journal, name: str) -> None:
    if own.reader is not None:
        own.reader.record(None)
    st.session_state.pop(KEY, None)
    _keep(journal, name)


def _keep(journal: Journal, name: str) -> None:
    try:
        kept = close_journal(journal, "live", name.strip() or f"Live, {journal.opening.begun:%d %b %H:%M}")
    except MienError as error:
        st.session_state["live_error"] = f"{error} The readings are still there: try again."
        return
    exit_emotion = kept.report.exit_emotion
    ending = exit_emotion.label if exit_emotion else "not enough seen"
    st.session_state["live_done"] = f"Kept. Exit emotion: {ending}."


def _left_over(current: Journal | None) -> None:
    """Engagements that a closed page or a killed server cut off."""
    others = [j for j in unfinished() if current is None or j.opening.id != current.opening.id]
    if not others:
        return
    with st.expander(f"Engagements that were cut off ({len(others)})", icon=":material/healing:"):
        for journal in others:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"{journal.opening.begun:%d %b %H:%M} UTC, {len(journal.moments())} looks")
                key = journal.opening.id
                st.button("Keep", key=f"keep-{key}", on_click=_keep, args=(journal, ""))
                st.button("Delete", key=f"delete-{key}", on_click=journal.delete)
