"""Readings of this browser session: each picture is read once a model, and kept only while it is shown."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import streamlit as st
from PIL import Image

from core.classifier import Classifier
from core.errors import MienError
from core.readings import Reading, read_bytes
from core.reports import to_record
from ui.pictures import shrink


@dataclass(frozen=True, eq=False)
class Shown:
    """One picture of the session, or why it could not be read.

    Attributes:
        key: names the picture among others, whichever model read it.
        display: a copy no larger than a browser needs; None where the picture could not be read.
        scale: display pixels a picture pixel.
        record: the reading as it is downloaded.
    """

    key: str
    name: str
    display: Image.Image | None
    scale: float
    readings: tuple[Reading, ...]
    crops: npt.NDArray[np.uint8]
    milliseconds: dict[str, float]
    record: dict[str, Any]
    error: str | None


Source = tuple[str, bytes]
"""A picture's name and its encoded bytes."""


def read_all(
    sources: Sequence[Source],
    classifier: Classifier,
    progress: Callable[[int], None],
    slot: str = "readings",
) -> list[Shown]:
    """Read pictures, taking from the session what was read before.

    Each is kept as soon as it is read: a click in between, which runs the page anew, loses none. Pictures no
    longer among `sources` are forgotten, so memory holds what the page shows and no more.

    Args:
        progress: called with the number of pictures done.
        slot: where in the session they are kept; another one for what is read beside.
    """
    known: dict[str, Shown] = st.session_state.setdefault(slot, {})
    wanted = []
    for number, (name, data) in enumerate(sources, start=1):
        key = f"{name}-{hashlib.sha256(data).hexdigest()}"
        wanted.append(f"{classifier.bundle.digest}-{key}")
        if wanted[-1] not in known:
            known[wanted[-1]] = _read(key, name, data, classifier)
        progress(number)
    for one in set(known) - set(wanted):
        del known[one]
    return [known[one] for one in wanted]


def _read(key: str, name: str, data: bytes, classifier: Classifier) -> Shown:
    model = classifier.bundle.name
    try:
        result = read_bytes(data, classifier)
    except MienError as error:
        record = to_record(name, None, model, str(error))
        return Shown(key, name, None, 1.0, (), np.empty((0, 48, 48, 1), np.uint8), {}, record, str(error))
    display, scale = shrink(result.picture)
    record = to_record(name, result, model)
    return Shown(key, name, display, scale, result.readings, result.crops, result.milliseconds, record, None)
