"""What to train on: choose it, and see what is in it before anything is trained."""

from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from core.errors import MienError
from training.checking import OfficialCheck
from training.known_data import keep_upload, known_data
from training.looking import Look, look_at
from ui.background import Background, watch
from ui.retrain.charts import class_bars
from ui.retrain.left_out import left_out_card
from ui.roles import require_analyst
from ui.show_chart import show_chart
from ui.words import counted

MOST_MEGABYTES: Final = 500
LEAKING: Final = 0.01
MOST_FOLDERS: Final = 1000
UNWATCHED_SECONDS: Final = 5.0
"""Where other data were chosen, or the page was left, a look goes on for so long."""


def choose_data() -> tuple[str, ...]:
    """Offer what can be trained on; returns addresses as `read` takes them."""
    known = {one.address: one.title for one in known_data()}
    st.session_state.setdefault("data", [next(iter(known))])
    chosen: list[str] = st.multiselect(
        "Data sets",
        list(known),
        format_func=lambda address: known.get(address, Path(address).name),
        key="data",
        accept_new_options=True,
        placeholder="Choose data sets, or type the path of a folder on the server",
        help="Besides those listed: the path of a folder or zip on the server, with one subfolder a class.",
    )
    with st.popover("Upload a zip", icon=":material/upload:"):
        st.caption(
            "One folder a class, named anger, contempt, disgust, fear, happiness, neutral, sadness or "
            "surprise. It is kept on this server, in its data folder, until somebody deletes it there. A "
            "larger one goes to the server by other means: type its path."
        )
        st.file_uploader(
            "Zip of labelled pictures",
            type="zip",
            max_upload_size=MOST_MEGABYTES,
            label_visibility="collapsed",
            key="zip",
            on_change=_keep_zip,
        )
        if error := st.session_state.pop("upload_error", None):
            st.error(error, icon=":material/folder_zip:")
        elif st.session_state.get("zip") is not None:
            st.success("It is chosen: close this to see what is in it.", icon=":material/check:")
    return tuple(chosen)


def _keep_zip() -> None:
    file = st.session_state["zip"]
    if file is None:
        return
    try:
        require_analyst()
        address = str(keep_upload(file.name, file.getvalue()))
    except MienError as error:
        st.session_state["upload_error"] = str(error)
        return
    st.session_state["data"] = [address]


def look(data: Sequence[str]) -> Look | None:
    """Check the chosen data; None, and a sentence on the page, where they cannot be read."""
    try:
        require_analyst()  # a path of the server, and faces that may not be shown to everybody
        with st.spinner("Looking at the data …", show_time=True):
            return watch(_looking(tuple(data), _fingerprint(data)))
    except MienError as error:
        st.error(str(error), icon=":material/folder_off:")
        return None


def _looking(data: tuple[str, ...], fingerprint: tuple[float, ...]) -> Background[Look]:
    """What looks at the data, or has; again where that went wrong or nobody waited for it."""
    if _begun(data, fingerprint).error is not None:
        _begun.clear(data, fingerprint)
    return _begun(data, fingerprint)


@st.cache_resource(max_entries=4, ttl=900, show_spinner=False)
def _begun(data: tuple[str, ...], fingerprint: tuple[float, ...]) -> Background[Look]:
    return Background(lambda watched: look_at(data, watched), UNWATCHED_SECONDS)


def _fingerprint(data: Sequence[str]) -> tuple[float, ...]:
    """Changes when a file or one of the class folders does; of a whole disk the first folders must do."""
    found = []
    for one in data:
        try:
            path = Path(one)
            below = path.glob("**/") if path.is_dir() else ()
            folders = [folder for folder in islice(below, MOST_FOLDERS) if folder.is_dir()]
            found += [place.stat().st_mtime for place in (path, *folders) if place.exists()]
        except OSError:  # a closed folder, or no path at all: reading will say so
            found.append(0.0)
    return tuple(found)


def report_card(found: Look) -> None:
    """The data check as a person reads it: the bad news first."""
    check = found.check
    for refusal in check.refusals:
        st.error(refusal, icon=":material/block:")
    if check.split_refusal:
        st.warning(f"Split by person: {check.split_refusal}", icon=":material/call_split:")
    if check.blank:
        st.warning(f"Next to nothing is on {counted(check.blank, 'picture')}.", icon=":material/blur_off:")
    people = counted(check.subjects, "person", "people") if check.subjects else "nobody is named"
    apart = counted(check.sequences, "recording or separate picture", "recordings or separate pictures")
    st.markdown(f"**{counted(check.crops, 'face')}**, {people}, {apart}.")
    if check.random_split_leak > LEAKING:
        st.markdown(
            f":material/water_drop: A random split would leak: **{check.random_split_leak:.0%}** of its test "
            "faces have a near-copy in training. The split by person does not."
        )
    if check.official:
        _division(check.official)
    show_chart(
        class_bars(check.classes),
        alt="Faces a class: " + ", ".join(f"{name} {count}" for name, count in check.classes.items()),
        key="classes",
    )
    with st.expander("What they look like, and what was left out", icon=":material/grid_view:"):
        for name, crops in found.sheet.items():
            st.image(_strip(crops), caption=f"{name.capitalize()}", alt=f"Examples of {name}")
        left_out_card(check)


def _division(official: OfficialCheck) -> None:
    """What the division that the data bring along is worth."""
    sides = f"{official.train:,} faces to learn from, {official.test:,} to be judged on"
    if official.leak <= LEAKING and not official.shared_subjects:
        unknown = "" if official.shared_subjects == 0 else " Who stands on both sides is not known."
        st.caption(f"The data set's own division: {sides}.{unknown}")
        return
    shared = official.shared_subjects
    people = "1 person stands" if shared == 1 else f"{shared} people stand"
    also = f", and {people} on both sides" if shared else ""
    st.markdown(
        f":material/water_drop: The data set's own division leaks ({sides}): **{official.leak:.0%}** of its "
        f"test faces have a near-copy or a frame of the same recording in training{also}."
    )


def _strip(crops: npt.NDArray[np.uint8]) -> Image.Image:
    """Crops side by side."""
    return Image.fromarray(np.concatenate(list(crops[..., 0]), axis=1)).resize(
        (len(crops) * 72, 72), Image.Resampling.BICUBIC
    )
