"""What reads one browser's video, and draws on it what it knows."""

import threading
from typing import Final

import av
import cv2
import numpy as np
import numpy.typing as npt
import streamlit as st

from core.classifier import Classifier
from core.engagement.journal import Opening
from core.live import LiveReader, LiveState
from core.percent import percent
from core.recorder import Recorder
from ui.palette import ABSTAINED, COLORS, display_name

KEY: Final = "live_holder"


class Holder:
    """The reader of one browser session; its callbacks run in threads that know no session.

    A reader lasts as long as the stream and the model; the next one numbers people on from there. What is
    being recorded outlives both, and then has to be told again who the customer is.

    Attributes:
        recorded: how many engagements were.
        agreed: whether everybody in the picture has agreed; nothing is read while they have not.
        name: that was typed for what is recorded; the page forgets it where another one is looked at.
        chosen: number of the one who was chosen last, to be recorded; the page forgets it where it offers no
            choice for a moment.
    """

    def __init__(self) -> None:
        self.classifier: Classifier | None = None
        self.reader: LiveReader | None = None
        self.recorder: Recorder | None = None
        self.recorded = 0
        self.agreed = False
        self.name = ""
        self.chosen: int | None = None
        self.played = False
        self._first = 1
        self._lock = threading.Lock()

    def take(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Hand the newest frame to the reader, and draw what it last knew."""
        picture = np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)
        reader = self._reader_of_now()
        if reader is not None:
            self.played = True
            reader.offer(picture)
        drawn = draw(picture.copy(), reader.state if reader else LiveState())
        answer = av.VideoFrame.from_ndarray(drawn, format="rgb24")
        answer.pts, answer.time_base = frame.pts, frame.time_base
        return answer

    @property
    def opening(self) -> Opening | None:
        """How what is being recorded began; None where nothing is."""
        return self.recorder.journal.opening if self.recorder else None

    def record(self, recorder: Recorder | None) -> None:
        """From now on record, also after the video stopped and went on; None ends it."""
        with self._lock:
            self.recorder, self.name, self.chosen = recorder, "", None
            self.recorded += recorder is not None
            if self.reader is not None:
                self.reader.record(recorder)

    def end(self) -> None:
        """Stop reading and forget everything."""
        with self._lock:
            reader, self.reader = self.reader, None
            if reader is not None:
                self._first = reader.next_number
            self._forget_customer()
        if reader is not None:
            reader.close()

    def _reader_of_now(self) -> LiveReader | None:
        """The reader of the chosen model; another one where it changed."""
        with self._lock:
            before, classifier = self.reader, self.classifier
            if not self.agreed:  # a late frame of a stream that is being closed
                return None
            if classifier is None or (before is not None and before.classifier is classifier):
                return before
            self._forget_customer()
            self._first = before.next_number if before is not None else self._first
            reader = self.reader = LiveReader(classifier, self._first)
            reader.record(self.recorder)
        if before is not None:
            before.close()
        return reader

    def _forget_customer(self) -> None:
        if self.recorder is not None:
            self.recorder.customer = None


def holder() -> Holder:
    """This browser session's."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Holder()
    found: Holder = st.session_state[KEY]
    return found


def draw(picture: npt.NDArray[np.uint8], state: LiveState) -> npt.NDArray[np.uint8]:
    """Boxes, numbers and answers, into the picture."""
    for seen in state.seen:
        if seen.reading.box is None:
            continue
        x, y, width, height = (round(value) for value in seen.reading.box)
        color = _rgb(COLORS[seen.label] if seen.label else ABSTAINED)
        cv2.rectangle(picture, (x, y), (x + width, y + height), color, 2)
        text = str(seen.number)
        if seen.label:
            text += f" {display_name(seen.label)} {percent(seen.probabilities[seen.label])}"
        (wide, high), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, 0.55, 1)
        top = max(0, y - high - 10)
        cv2.rectangle(picture, (x, top), (x + wide + 8, top + high + 10), color, -1)
        cv2.putText(
            picture, text, (x + 4, top + high + 4), cv2.FONT_HERSHEY_SIMPLEX, 0.55, (0, 0, 0), 1, cv2.LINE_AA
        )
    return picture


def _rgb(color: str) -> tuple[int, int, int]:
    """Channels of `#rrggbb`."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
