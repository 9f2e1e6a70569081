"""What to train on: choose it, and see what is in it before anything is trained."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from core.errors import MienError
from training.checking import DataCheck, SkippedFile
from training.known_data import keep_upload, known_data
from training.looking import Look, look_at
from ui.retrain.charts import class_bars
from ui.roles import require_analyst
from ui.words import plain

MOST_MEGABYTES: Final = 500
NAMED: Final = 20


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
            return _look(tuple(data), _fingerprint(data))
    except MienError as error:
        st.error(str(error), icon=":material/folder_off:")
        return None


@st.cache_data(max_entries=4, ttl=900, show_spinner=False)
def _look(data: tuple[str, ...], fingerprint: tuple[float, ...]) -> Look:
    return look_at(data)


def _fingerprint(data: Sequence[str]) -> tuple[float, ...]:
    """Changes when a file or one of the class folders does."""
    found = []
    for one in data:
        try:
            path = Path(one)
            folders = [folder for folder in path.glob("**/") if folder.is_dir()] if path.is_dir() else []
            found += [place.stat().st_mtime for place in (path, *folders) if place.exists()]
        except OSError:  # a closed folder, or no path at all: reading will say so
            found.append(0.0)
    return tuple(found)


def report_card(found: Look) -> None:
    """The data check as a person reads it: the bad news first."""
    check = found.check
    for refusal in check.refusals:
        st.error(refusal, icon=":material/block:")
    people = f"{check.subjects} people" if check.subjects else "nobody is named"
    st.markdown(f"**{check.crops:,} faces**, {people}, {check.sequences:,} recordings or separate pictures.")
    if check.random_split_leak > 0.01:
        st.markdown(
            f":material/water_drop: A random split would leak: **{check.random_split_leak:.0%}** of its test "
            "faces have a near-copy in training. The split by person does not."
        )
    st.plotly_chart(
        class_bars(check.classes),
        config={"displayModeBar": False},
        alt="Faces a class: " + ", ".join(f"{name} {count}" for name, count in check.classes.items()),
        key="classes",
    )
    with st.expander("What they look like, and what was left out", icon=":material/grid_view:"):
        for name, crops in found.sheet.items():
            st.image(_strip(crops), caption=f"{name.capitalize()}", alt=f"Examples of {name}")
        _left_out(check)


def _left_out(check: DataCheck) -> None:
    copies = check.near_duplicates
    if copies.groups:
        st.markdown(
            f"- {copies.pictures} faces are near-copies of one another, in {copies.groups} groups; "
            f"{copies.conflicting} groups have conflicting labels"
        )
    for title, files in (
        ("cannot be read", check.unreadable),
        ("stand in a folder that is no expression", check.unknown_labels),
        ("show no face that was found", check.without_face),
    ):
        if files:
            st.markdown(f"- {len(files)} {title}: {_names(files)}")
    for cause, count in check.left_out.items():
        st.markdown(f"- {count} left out: {cause}")


def _names(files: Sequence[SkippedFile]) -> str:
    more = f" and {len(files) - NAMED} more" if len(files) > NAMED else ""
    return ", ".join(plain(file.name) for file in files[:NAMED]) + more


def _strip(crops: npt.NDArray[np.uint8]) -> Image.Image:
    """Crops side by side."""
    return Image.fromarray(np.concatenate(list(crops[..., 0]), axis=1)).resize(
        (len(crops) * 72, 72), Image.Resampling.BICUBIC
    )
