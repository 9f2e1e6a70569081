"""What an engagement is read from: one recording, or photos taken one after the other."""

import hashlib
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.bundles import Bundle
from core.classifier import Classifier
from core.engagement.recording import Recording, read_photos, read_recording
from core.images import SUFFIXES as PHOTO_SUFFIXES
from core.video import SUFFIXES as VIDEO_SUFFIXES
from ui.words import counted

MOST_MEGABYTES: Final = 500


@dataclass(frozen=True)
class Upload:
    """The chosen files.

    Attributes:
        pace: looks a second of a video, or seconds from one photo to the next.
    """

    files: Sequence[UploadedFile]
    is_video: bool
    pace: float

    @property
    def key(self) -> str:
        """Of this upload: the same files, chosen again, are another one."""
        return digest(*(file.file_id for file in self.files))

    @property
    def name(self) -> str:
        """For people."""
        first = self.files[0].name
        return first if len(self.files) == 1 else f"{first} and {len(self.files) - 1} more"

    def key_of(self, bundle: Bundle) -> str:
        """Of what one model makes of it at this pace."""
        return digest(self.key, self.pace, bundle.digest)

    def read(self, classifier: Classifier, watch: Callable[[Recording], bool]) -> Recording:
        """Read it, told to `watch` after each look; VideoError where it is no video."""
        if self.is_video:
            return read_recording(io.BytesIO(self.files[0].getvalue()), classifier, self.pace, watch)
        return read_photos([file.getvalue() for file in self.files], classifier, self.pace, watch)


def choose_upload(on_change: Callable[[], None]) -> Upload | None:
    """Offer the upload; None while there is nothing to read.

    Args:
        on_change: called where other files are chosen, or these are removed.
    """
    files = st.file_uploader(
        "A recording, or photos taken one after the other",
        type=sorted(suffix.removeprefix(".") for suffix in VIDEO_SUFFIXES | PHOTO_SUFFIXES),
        accept_multiple_files=True,
        max_upload_size=MOST_MEGABYTES,
        key="recording",
        on_change=on_change,
    )
    st.caption(
        f"It waits in this server's memory, so it may have {MOST_MEGABYTES} MB. A longer one is judged from "
        "the server's disk, and its result kept in the list, trend and surveys of this page: "
        '`python -m core engagement RECORDING --keep NAME --consent "…"`.'
    )
    if not files:
        return None
    if any(_is_video(file) for file in files):
        if len(files) > 1:
            st.error(
                "Choose one recording, or photos alone: each engagement has a report of its own.",
                icon=":material/video_library:",
            )
            return None
        return Upload(files, True, st.select_slider("Looks a second", [1, 2, 5, 10], 5, key="rate"))
    apart = st.number_input("Seconds from one photo to the next", 0.1, 3600.0, 1.0, key="apart", width=260)
    st.caption(
        f"{counted(len(files), 'photo')}, in the order of their names. Take photos of one person only: a "
        "face is followed by its place in the picture, and who it belongs to is not known."
    )
    return Upload(sorted(files, key=lambda file: _in_order(file.name)), False, apart)


def digest(*parts: object) -> str:
    """A short name for what is made of these."""
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _is_video(file: UploadedFile) -> bool:
    """By its name; a GIF is one, since a still one is a video of a single frame."""
    return PurePath(file.name).suffix.lower() in VIDEO_SUFFIXES


def _in_order(name: str) -> list[tuple[int, str]]:
    """A key that puts photo 9 before photo 10.

    >>> sorted(["p10.jpg", "p9.jpg"], key=_in_order)
    ['p9.jpg', 'p10.jpg']
    """
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
