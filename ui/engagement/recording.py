"""A recording, read with the customer's consent and in memory only."""

import time
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.classifier import Classifier
from core.engagement.recording import Recording
from core.errors import MienError
from ui.background import SECONDS_BETWEEN_ASKING
from ui.engagement.reading import BackgroundReading
from ui.engagement.upload import Upload
from ui.models import asks_what_serves
from ui.words import plain

STATE: Final = "recording_read"
CONSENT: Final = (
    "The customer in this recording was told that their expressions are read, what for and for how long the "
    "result is kept, and agreed. No employee is scored: I choose only the customer below."
)


def privacy_card() -> None:
    """Say what happens to a recording."""
    st.info(
        "The video is read in this server's memory and forgotten: no frame is stored, and nothing is read "
        "before you say that the customer agreed. Only readings are kept, and only if you keep them. Reading "
        "emotions of people at work is prohibited in the European Union.",
        icon=":material/privacy_tip:",
    )


def consent_card(upload: Upload) -> bool:
    """Ask for the consent to this very upload; never ticked beforehand."""
    return st.checkbox(CONSENT, key=f"engagement_consent-{upload.key}", wrap=True)


def read_upload(upload: Upload, classifier: Classifier) -> BackgroundReading | None:
    """Read it with progress, and remember it in this browser session; None where it cannot be read."""
    reading: BackgroundReading | None = st.session_state.get(STATE)
    any_served = asks_what_serves()
    if reading is None or not reading.holds(upload, classifier.bundle, any_served=any_served):
        forget_reading()
        reading = BackgroundReading(upload, classifier, any_served)
        st.session_state[STATE] = reading
    if not _is_whole(reading):
        return None
    if reading.bundle.digest != classifier.bundle.digest:
        with st.container(horizontal=True, vertical_alignment="center"):
            serving = classifier.bundle.name
            st.caption(f"Read by {reading.bundle.name}, which served when it began. {serving} serves now.")
            st.button(f"Read it again with {serving}", icon=":material/replay:", on_click=forget_reading)
    if reading.recording.cancelled:
        st.button("Read it again from the start", icon=":material/replay:", on_click=forget_reading)
    return reading


def still_here() -> BackgroundReading | None:
    """What was read before the user looked at something else, until it is kept or discarded."""
    reading: BackgroundReading | None = st.session_state.get(STATE)
    if reading is None or reading.kept:
        forget_reading()
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"Still here from before, and not kept yet: {plain(reading.name)}")
        st.button("Discard", icon=":material/close:", key="discard", on_click=forget_reading)
    return reading if _is_whole(reading) else None


def _is_whole(reading: BackgroundReading) -> bool:
    """Wait for the end of it and say what went wrong; whether there is something to judge."""
    if not reading.wait(0):
        _watch(reading)
    if isinstance(reading.error, MienError):
        st.error(str(reading.error), icon=":material/broken_image:")
        return False
    if reading.error is not None:
        forget_reading()  # so that the next run of the page tries again
        raise reading.error
    if reading.recording.incomplete:
        st.warning(reading.recording.incomplete, icon=":material/healing:")
    return True


def forget_reading() -> None:
    """End what is being read, and forget what was."""
    reading: BackgroundReading | None = st.session_state.pop(STATE, None)
    if reading is not None:
        reading.stop()


def _watch(reading: BackgroundReading) -> None:
    """Show how far it is until it ends; a click on the page comes in between, and the next run goes on."""
    bar = st.progress(0.0, "Reading the recording …")
    icon = ":material/stop_circle:"
    st.button("Stop and keep what was read", icon=icon, key="stop", on_click=reading.stop)
    while not reading.wait(SECONDS_BETWEEN_ASKING):
        _show_progress(bar, reading.recording, time.monotonic() - reading.started)
    st.rerun()


def _show_progress(bar: DeltaGenerator, recording: Recording, elapsed: float) -> None:
    """How far, and how long it will take; a file that does not say its length has no end to tell."""
    if not recording.length or not recording.seconds:
        bar.progress(0.0, f"{recording.seconds:.0f} seconds read")
        return
    share = min(1.0, recording.seconds / recording.length)
    left = elapsed * (1 - share) / share
    told = f"{left:.0f} seconds" if left < 90 else f"{left / 60:.0f} minutes"
    bar.progress(share, f"{recording.seconds:.0f} of {recording.length:.0f} seconds, about {told} left")
