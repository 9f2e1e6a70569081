"""A recording, read with the customer's consent and in memory only."""

import time
from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.classifier import Classifier
from core.engagement.recording import Recording
from core.errors import MienError
from ui.engagement.upload import choose_upload
from ui.pictures import enlarge_crop

MOST_PORTRAITS: Final = 12
CONSENT: Final = (
    "The customer in this recording was told that their expressions are read, what for and for how long the "
    "result is kept, and agreed. No employee is scored: I choose only the customer below."
)


def consent_card() -> bool:
    """Say what happens, and ask; never ticked beforehand."""
    st.info(
        "The video is read in this server's memory and forgotten: no frame is stored. Only readings are "
        "kept, and only if you keep them. Reading emotions of people at work is prohibited in the European "
        "Union.",
        icon=":material/privacy_tip:",
    )
    return st.checkbox(CONSENT, key="engagement_consent")


def read_upload(classifier: Classifier) -> Recording | None:
    """Offer an upload, read it with progress, and remember the result in this browser session."""
    upload = choose_upload()
    if upload is None:
        st.session_state.pop("recording_read", None)
        return None
    key = (*upload.key, classifier.bundle.digest)
    known: dict[object, Recording] = st.session_state.get("recording_read", {})
    if key not in known:
        st.session_state["recording_read"] = known = {}
        bar = st.progress(0.0, "Reading the recording …")
        start = time.monotonic()

        def watch(recording: Recording) -> bool:
            known[key] = recording  # a rerun, such as a press on Stop, finds what was read until then
            if recording.looks % 5 == 0:
                _show_progress(bar, recording, time.monotonic() - start)
            return True

        st.button("Stop and keep what was read", icon=":material/stop_circle:", key="stop")
        try:
            known[key] = upload.read(classifier, watch)
        except MienError as error:
            known.pop(key, None)
            st.error(str(error), icon=":material/broken_image:")
            return None
        st.rerun()
    recording = known[key]
    if recording.broken:
        st.warning(recording.broken, icon=":material/healing:")
    if not recording.done:
        st.warning(
            f"Stopped after {recording.seconds:.0f} seconds; this much was read.", icon=":material/info:"
        )
    return recording


def _show_progress(bar: DeltaGenerator, recording: Recording, elapsed: float) -> None:
    """How far, and how long it will take; a file that does not say its length has no end to tell."""
    if not recording.length or not recording.seconds:
        bar.progress(0.0, f"{recording.seconds:.0f} seconds read")
        return
    share = min(1.0, recording.seconds / recording.length)
    left = elapsed * (1 - share) / share
    told = f"{left:.0f} seconds" if left < 90 else f"{left / 60:.0f} minutes"
    bar.progress(share, f"{recording.seconds:.0f} of {recording.length:.0f} seconds, about {told} left")


def choose_person(recording: Recording) -> list[int]:
    """The numbers of the one whom the report is about; none where nobody was seen or nobody is chosen."""
    people = sorted(recording.people.values(), key=lambda person: -len(person.moments))
    people = [person for person in people if len(person.moments) > 1] or people
    if not people:
        st.info("No face was found in the recording.", icon=":material/face_retouching_off:")
        return []
    with st.container(horizontal=True):
        for person in people[:MOST_PORTRAITS]:
            looks = "one look" if len(person.moments) == 1 else f"{len(person.moments)} looks"
            if person.portrait is not None:
                st.image(
                    enlarge_crop(person.portrait, 96),
                    width=96,
                    caption=f"Person {person.number}, {looks}",
                    alt=f"Person {person.number}",
                )
    numbers = [person.number for person in people]
    if len(numbers) == 1:
        return numbers
    if len(people) > MOST_PORTRAITS:
        st.caption(f"The {MOST_PORTRAITS} who were seen most are shown, of {len(people)}.")
    return st.multiselect(
        "Who is the customer? Nobody else is scored.",
        numbers,
        format_func=lambda number: f"Person {number}",
        placeholder="Choose; all numbers that are the same person",
        help="Whoever was out of sight for some seconds gets another number afterwards.",
        key="customer",
    )
