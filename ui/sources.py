"""Where pictures come from: a sample, files, or the camera."""

from typing import Final

import streamlit as st

from core.images import MAX_BYTES, READABLE
from ui.samples import SAMPLES
from ui.session import Source, forget_readings
from ui.words import plain

CAMERA_NOTICE: Final = (
    "The camera takes one photo when you press its button. The photo is read in this server's memory and "
    "forgotten when you take the next one, choose another source or close the page. It is never stored."
)
KEPT: Final = "kept_uploads"
"""Pictures of this session; a page's own uploader forgets them as soon as another page is looked at."""

MOST: Final = 200
"""Pictures at once; a session keeps them all in memory."""

SHORT: Final = 30
"""Characters of a name among others."""

KINDS: Final = {
    "Sample": ":material/image:",
    "Upload": ":material/upload:",
    "Camera": ":material/photo_camera:",
}


def choose_pictures() -> list[Source]:
    """Offer the three sources and return what was chosen; an empty list where nothing is yet."""
    kind = st.segmented_control(
        "Where the picture comes from",
        list(KINDS),
        default="Upload" if st.session_state.get(KEPT) else "Sample",
        required=True,
        format_func=lambda kind: f"{KINDS[kind]} {kind}",
        label_visibility="collapsed",
        key="source",
    )
    found = {"Upload": _uploads, "Camera": _camera, "Sample": _sample}[kind]()
    if not found:
        forget_readings()
    return found


def _sample() -> list[Source]:
    first = next(iter(SAMPLES))
    wanted = st.query_params.get("sample", first)
    if wanted not in SAMPLES:
        st.warning(
            f"There is no sample called “{plain(wanted)}”: {SAMPLES[first].title} is shown instead.",
            icon=":material/search_off:",
        )
    st.session_state["sample"] = wanted if wanted in SAMPLES else first  # also where the browser went back
    key = st.pills(
        "Sample",
        list(SAMPLES),
        required=True,
        format_func=lambda key: SAMPLES[key].title,
        label_visibility="collapsed",
        key="sample",
        on_change=lambda: st.query_params.update(sample=st.session_state["sample"]),
    )
    sample = SAMPLES[key or first]
    st.caption(sample.attribution)
    return [(sample.file, sample.read())]


def _uploads() -> list[Source]:
    """The uploaded files; those of before where the user went to another page and came back."""
    files = st.file_uploader(
        "Pictures to read",
        accept_multiple_files=True,  # of any type: what is no picture is told so in its row
        max_upload_size=MAX_BYTES // 2**20,
        label_visibility="collapsed",
        key="uploads",
        on_change=_forget,
    )
    if files:
        st.session_state[KEPT] = [(file.name, file.getvalue()) for file in files[:MOST]]
    if len(files) > MOST:
        st.warning(
            f"The first {MOST} of {len(files)} pictures are read here: for more, use "
            "`python -m core classify FOLDER` on the server.",
            icon=":material/photo_library:",
        )
    kept: list[Source] = st.session_state.get(KEPT, [])
    if not kept:
        st.caption(
            f"{READABLE}, up to {MAX_BYTES // 2**20} MB each. Pictures stay in this server's memory until "
            "you remove them or close the page. They are never stored."
        )
    elif not files:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                "Still here from before: "
                + ", ".join(plain(name, SHORT) for name, _ in kept[:3])
                + _more(kept)
            )
            st.button("Remove", icon=":material/close:", on_click=_forget)
    return kept


def _more(sources: list[Source]) -> str:
    return f" and {len(sources) - 3} more" if len(sources) > 3 else ""


def _forget() -> None:
    st.session_state.pop(KEPT, None)


def _camera() -> list[Source]:
    st.info(CAMERA_NOTICE, title="Before the camera opens", icon=":material/privacy_tip:")
    if not st.toggle("Open the camera", key="camera_consent"):
        return []
    photo = st.camera_input("Take a photo", label_visibility="collapsed", key="camera")
    if photo is None:
        return []
    st.session_state.pop(KEPT, None)  # another picture, and those before are forgotten
    return [("camera.jpg", photo.getvalue())]
