"""Readings of this browser session: each picture is read once a model, and kept only while it is shown."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import streamlit as st

from core.classifier import Classifier
from core.errors import MienError
from core.readings import Reading, read_bytes
from core.reports import to_record
from ui.pictures import shrink, thumbnail, to_data_url, to_jpeg


@dataclass(frozen=True, eq=False)
class Shown:
    """One picture of the session, or why it could not be read.

    Attributes:
        key: names the picture among others, whichever model read it.
        display: a copy no larger than a browser needs, as JPEG; empty where the picture could not be read.
        thumbnail: a small one for a table's cell, likewise.
        scale: display pixels a picture pixel.
        record: the reading as it is downloaded.
    """

    key: str
    name: str
    display: bytes
    thumbnail: str
    scale: float
    readings: tuple[Reading, ...]
    crops: npt.NDArray[np.uint8]
    milliseconds: dict[str, float]
    record: dict[str, Any]
    error: str | None


READINGS: Final = "readings"
DISPLAY_QUALITY: Final = 95
EXPLANATIONS: Final = "explanations"
"""Names of what a session keeps of its pictures."""

Source = tuple[str, bytes]
"""A picture's name and its encoded bytes."""


def read_all(
    sources: Sequence[Source],
    *classifiers: Classifier,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[list[Shown], ...]:
    """Read pictures by one model or more, taking from the session what was read before.

    Each is kept as soon as it is read: a click in between, which runs the page anew, loses none. What is not
    asked for now is forgotten, whichever page had it read: memory holds what the page shows and no more.

    Args:
        progress: called with the number of pictures done.

    Returns:
        the pictures once a model.
    """
    known: dict[str, Shown] = st.session_state.setdefault(READINGS, {})
    wanted: list[list[str]] = [[] for _ in classifiers]
    for number, (name, data) in enumerate(sources, start=1):
        key = f"{name}-{hashlib.sha256(data).hexdigest()}"
        for keys, classifier in zip(wanted, classifiers, strict=True):
            keys.append(f"{classifier.bundle.digest}-{key}")
            if keys[-1] not in known:
                known[keys[-1]] = _read(key, name, data, classifier)
        progress(number)
    for one in set(known).difference(*wanted):
        del known[one]
        st.session_state.pop(EXPLANATIONS, None)
    return tuple([known[one] for one in keys] for keys in wanted)


def forget_readings() -> None:
    """Forget what was read of this session's pictures."""
    for name in (READINGS, EXPLANATIONS):
        st.session_state.pop(name, None)


def _read(key: str, name: str, data: bytes, classifier: Classifier) -> Shown:
    model = classifier.bundle.name
    try:
        result = read_bytes(data, classifier)
    except MienError as error:
        record = to_record(name, None, model, str(error))
        return Shown(key, name, b"", "", 1.0, (), np.empty((0, 48, 48, 1), np.uint8), {}, record, str(error))
    display, scale = shrink(result.picture)
    return Shown(
        key=key,
        name=name,
        display=to_jpeg(display, DISPLAY_QUALITY),
        thumbnail=to_data_url(thumbnail(display)),
        scale=scale,
        readings=result.readings,
        crops=result.crops,
        milliseconds=result.milliseconds,
        record=to_record(name, result, model),
        error=None,
    )
