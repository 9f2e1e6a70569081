"""A video stream to readings: the newest frame wins; each person keeps a number and a smoothed reading."""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from core.abstention import judge_answer
from core.classifier import Classifier
from core.engagement.moment import Moment
from core.expressions import Expression
from core.images import Picture
from core.readings import Reading, read_picture
from core.recorder import Recorder
from core.tracking import Tracker

SMOOTHING_SECONDS: Final = 0.5
"""Half-life of the exponential average of a person's probabilities; expressions last longer."""

REMEMBERED_SECONDS: Final = 60.0
"""How much of the past is kept for the strip; readings only."""

IDLE_SECONDS: Final = 5.0
"""Without a frame for so long the thread ends by itself."""

STILL_SECONDS: Final = 2.0
"""Without a frame for so long the video stands still, and what was read last is no longer now."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seen:
    """One face of the newest frame.

    Attributes:
        probabilities: smoothed over the last half second; empty where no answer was given.
    """

    number: int
    reading: Reading
    probabilities: dict[Expression, float]

    @property
    def label(self) -> Expression | None:
        """The smoothed answer."""
        return max(self.probabilities, key=lambda e: self.probabilities[e]) if self.probabilities else None

    def moment(self, seconds: float) -> Moment:
        """What this face says of its time: the smoothed probabilities, or why there is no answer."""
        if self.probabilities:
            return Moment(seconds=seconds, probabilities=self.probabilities)
        return Moment.of(self.reading, seconds)


@dataclass(frozen=True)
class LiveState:
    """What is known now.

    Attributes:
        seen: faces, the largest first.
        known: numbers of those who are in sight, or were a moment ago.
        shown: number of the one who is shown large: who is recorded, else who was shown before while they are
            known, else the largest; None where nobody is.
        frames_per_second: read, over the last seconds.
        milliseconds: from frame to reading, the newest.
    """

    seen: tuple[Seen, ...] = ()
    known: frozenset[int] = frozenset()
    shown: int | None = None
    frames_per_second: float = 0.0
    milliseconds: float = 0.0
    frames: int = 0

    @property
    def current(self) -> Seen | None:
        """The one who is shown large; None where they are not in this frame."""
        return next((seen for seen in self.seen if seen.number == self.shown), None)


@dataclass
class _Memory:
    """Smoothed probabilities of one person."""

    probabilities: dict[Expression, float] = field(default_factory=dict)
    time: float = 0.0


class LiveReader:
    """Reads frames in a thread of its own, one at a time; frames that come meanwhile replace one another.

    Call it from any thread; call `close` when the stream ends.

    Args:
        first: the number of whoever is seen first.
    """

    def __init__(self, classifier: Classifier, first: int = 1) -> None:
        self.classifier = classifier
        self._slot: tuple[float, Picture] | None = None
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False
        self._state = LiveState()
        self._tracker = Tracker(first)
        self._people: dict[int, _Memory] = {}
        self._times: deque[float] = deque(maxlen=30)
        self._past: deque[tuple[float, dict[int, Moment]]] = deque(maxlen=int(REMEMBERED_SECONDS * 40))
        self._start = time.monotonic()
        self._recorder: Recorder | None = None
        self._offered = -STILL_SECONDS

    def offer(self, picture: Picture) -> None:
        """Hand over the newest frame, RGB uint8 (h, w, 3); returns at once."""
        with self._wake:
            if self._closed:
                return
            self._offered = time.monotonic()
            self._slot = (self._offered, picture)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="live-reader", daemon=True)
                self._thread.start()
            self._wake.notify()

    @property
    def state(self) -> LiveState:
        """What is known now."""
        return self._state

    @property
    def next_number(self) -> int:
        """The number of the next person: where another reader begins there, no two people share one."""
        return self._tracker.next

    @property
    def stands_still(self) -> bool:
        """Whether no frame comes any more, as where the camera was unplugged."""
        return time.monotonic() - self._offered > STILL_SECONDS

    def past(self, seconds: float = REMEMBERED_SECONDS) -> list[Moment]:
        """Moments of the one who is shown, those of the last seconds; times count from the stream's start."""
        limit, shown = time.monotonic() - seconds, self._state.shown
        return [
            moments.get(shown or 0, Moment(seconds=max(0.0, when - self._start), gap="not in sight"))
            for when, moments in list(self._past)
            if when >= limit
        ]

    def record(self, recorder: Recorder | None) -> None:
        """From now on record the customer's readings; None ends it."""
        self._recorder = recorder

    def close(self) -> None:
        """End the thread and forget everything."""
        with self._wake:
            self._closed = True
            self._slot = self._recorder = None
            self._wake.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(5)
        self._past.clear()
        self._state = LiveState()

    def _run(self) -> None:
        while True:
            with self._wake:
                if self._slot is None and not self._closed:
                    self._wake.wait(IDLE_SECONDS)
                if self._slot is None:
                    return  # closed, or nobody sends any more
                arrived, picture = self._slot
                self._slot = None
            try:
                self._read(arrived, picture)
            except Exception:  # one bad frame must not end a stream
                log.exception("A frame could not be read.")

    def _read(self, arrived: float, picture: Picture) -> None:
        found = [r for r in read_picture(picture, self.classifier).readings if r.box is not None]
        numbers = self._tracker.follow([r.box for r in found if r.box], arrived)
        seen = tuple(
            self._judge(number, reading, self._smooth(number, reading, arrived))
            for number, reading in zip(numbers, found, strict=True)
        )
        seconds = max(0.0, arrived - self._start)
        moments = {one.number: one.moment(seconds) for one in seen}
        self._past.append((arrived, moments))
        now = time.monotonic()
        self._times.append(now)
        span = now - self._times[0]
        self._state = LiveState(
            seen=seen,
            known=self._tracker.known,
            shown=self._whom_to_show(numbers),
            frames_per_second=(len(self._times) - 1) / span if span > 0 else 0.0,
            milliseconds=(now - arrived) * 1000,
            frames=self._state.frames + 1,
        )
        if (recorder := self._recorder) is not None:
            recorder.look(moments, self._tracker.known, arrived)
        self._people = {n: m for n, m in self._people.items() if now - m.time < REMEMBERED_SECONDS}

    def _whom_to_show(self, numbers: Sequence[int]) -> int | None:
        recorded = self._recorder.customer if self._recorder is not None else None
        for number in (recorded, self._state.shown):
            if number in self._tracker.known:
                return number
        return numbers[0] if numbers else None

    def _judge(self, number: int, reading: Reading, smoothed: dict[Expression, float]) -> Seen:
        """What is shown of a face: no answer where the smoothed one is less sure than the model asks for."""
        thresholds = self.classifier.bundle.card.thresholds
        doubt = judge_answer(smoothed, None, thresholds) if smoothed else None
        if doubt is None:
            return Seen(number, reading, smoothed)
        return Seen(number, reading.model_copy(update={"label": None, "abstained": doubt}), {})

    def _smooth(self, number: int, reading: Reading, now: float) -> dict[Expression, float]:
        if reading.label is None:
            self._people.pop(number, None)
            return {}
        memory = self._people.setdefault(number, _Memory())
        keep = 0.5 ** ((now - memory.time) / SMOOTHING_SECONDS) if memory.probabilities else 0.0
        memory.probabilities = {
            e: keep * memory.probabilities.get(e, 0.0) + (1 - keep) * p
            for e, p in reading.probabilities.items()
        }
        memory.time = now
        return dict(memory.probabilities)
