"""A recording, read with the customer's consent and in memory only."""

import io
from typing import Final

import streamlit as st

from core.classifier import Classifier
from core.engagement.recording import Recording, read_recording
from core.errors import MienError
from core.video import SUFFIXES
from ui.pictures import enlarge_crop

MOST_MEGABYTES: Final = 500
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
    file = st.file_uploader(
        "Recording",
        type=sorted(suffix.removeprefix(".") for suffix in SUFFIXES),
        max_upload_size=MOST_MEGABYTES,
        key="recording",
    )
    if file is None:
        st.session_state.pop("recording_read", None)
        return None
    rate = st.select_slider("Looks a second", [1, 2, 5, 10], 5, key="rate")
    key = (file.file_id, classifier.bundle.digest, rate)
    known: dict[object, Recording] = st.session_state.get("recording_read", {})
    if key not in known:
        st.session_state["recording_read"] = known = {}
        bar = st.progress(0.0, "Reading the recording …")
        so_far: list[Recording] = []

        def watch(recording: Recording) -> bool:
            known[key] = recording  # a rerun, such as a press on Stop, finds what was read until then
            so_far.append(recording)
            if recording.looks % 5 == 0:
                length = recording.length or recording.seconds + 1
                share = min(1.0, recording.seconds / length)
                bar.progress(share, f"{recording.seconds:.0f} of {length:.0f} seconds")
            return True

        st.button("Stop and keep what was read", icon=":material/stop_circle:", key="stop")
        try:
            known[key] = read_recording(io.BytesIO(file.getvalue()), classifier, rate, watch)
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


def choose_person(recording: Recording) -> int | None:
    """Whom the report is about; None where nobody was seen."""
    people = sorted(recording.people.values(), key=lambda person: -len(person.moments))
    people = [person for person in people if len(person.moments) > 1] or people
    if not people:
        st.info("No face was found in the recording.", icon=":material/face_retouching_off:")
        return None
    for column, person in zip(st.columns(6), people[:6], strict=False):
        if person.portrait is not None:
            column.image(enlarge_crop(person.portrait, 96), alt=f"Person {person.number}")
        column.caption(f"Person {person.number}, {len(person.moments)} looks")
    numbers = [person.number for person in people]
    if len(numbers) == 1:
        return numbers[0]
    return st.selectbox(
        "Who is the customer? Nobody else is scored.",
        numbers,
        index=None,
        format_func=lambda number: f"Person {number}",
        key="customer",
    )
