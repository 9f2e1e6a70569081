"""A recorded engagement to moments, person by person, while it is read: a video, or photos in order."""

from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
import numpy.typing as npt

from core.classifier import Classifier
from core.engagement.bootstrap import BLOCK_SECONDS
from core.engagement.moment import Moment
from core.errors import PictureError
from core.images import Picture, decode
from core.readings import PictureReading, Reading, read_picture
from core.tracking import FORGET_SECONDS, Tracker
from core.video import open_video

FAR: Final = 3.0
"""How far a face may move from one photo to the next, in its own sizes: seconds lie between them."""

RATE: Final = 5.0
"""Looks a second: expressions last half a second and longer."""

LOOKS_OUT_OF_SIGHT: Final = 3
"""After so many, however far apart, whoever appears is somebody else, if not for longer."""

STILL: Final = "picture stood still"
"""Why nothing is read of a picture that stays: it would count as ever more evidence."""

UNMOVED: Final = 0.5
"""Mean difference of two crops in grey levels up to which nothing moved in between.

Of a video that froze they differ by 0.0 to 0.1, but for some of MPEG-4's keyframes. Two seconds later faces
differ by 2.5 and more, and a picture that stands before a noisy sensor by 0.8."""


@dataclass
class Person:
    """Somebody in the recording.

    Attributes:
        portrait: the largest crop, uint8 (48, 48, 1), to tell people apart on the page; never stored.
        size: of the face then, pixels.
        unmoved: looks at which the face was just as two seconds before, though it was another frame.
    """

    number: int
    moments: list[Moment] = field(default_factory=list)
    portrait: npt.NDArray[np.uint8] | None = None
    size: float = 0.0
    unmoved: int = 0


@dataclass
class Recording:
    """What was read so far; whole once `done`.

    Attributes:
        seconds: of the video that was read.
        length: as the file says; None where it does not.
        looks: frames that were looked at.
        times: of the looks, seconds.
        broken: what was wrong with the rest of the file; None where nothing was.
    """

    people: dict[int, Person] = field(default_factory=dict)
    seconds: float = 0.0
    length: float | None = None
    looks: int = 0
    times: list[float] = field(default_factory=list)
    broken: str | None = None
    cancelled: bool = False
    done: bool = False

    def together(self, numbers: Sequence[int]) -> str | None:
        """Why some numbers are not one person: two of them are seen in one look; None where none are."""
        times = {n: {moment.seconds for moment in self.people[n].moments} for n in sorted(set(numbers))}
        for one, other in combinations(times, 2):
            if times[one] & times[other]:
                return (
                    f"Person {one} and person {other} are in sight at the same time, so they are two people: "
                    "choose only the customer."
                )
        return None

    def frozen(self, numbers: Sequence[int]) -> str | None:
        """What to bear in mind where the video seems to have frozen: what is read then is one picture.

        It is told and not left out, since a course may be made of pictures that stand for a while.
        """
        people = [self.people[number] for number in set(numbers)]
        unmoved, looks = sum(one.unmoved for one in people), sum(len(one.moments) for one in people)
        if 2 * unmoved <= looks:
            return None
        return (
            f"Nothing moved in the face at {unmoved} of {looks} looks, as in a video that froze: one picture "
            "counts again and again there, and the report is surer than it should be."
        )

    @property
    def incomplete(self) -> str | None:
        """What of it was not read, for the report; None where it is whole."""
        told = [self.broken] if self.broken else []
        if self.cancelled or not self.done:
            length = f" of {self.length:.0f}" if self.length else ""
            told.append(f"Stopped after {self.seconds:.0f}{length} seconds.")
        return " ".join(told) or None

    def moments_of(self, numbers: Sequence[int]) -> list[Moment]:
        """One person's moments, with a gap at each look at which they were not seen.

        Args:
            numbers: all that the person had: after seconds out of sight whoever appears gets another one.
        """
        known = {moment.seconds: moment for number in numbers for moment in self.people[number].moments}
        return [known.get(seconds, Moment(seconds=seconds, gap="not in sight")) for seconds in self.times]


def read_recording(
    source: Path | BinaryIO,
    classifier: Classifier,
    rate: float = RATE,
    watch: Callable[[Recording], bool] = lambda recording: True,
) -> Recording:
    """Read every face of a video, a few times a second.

    Args:
        watch: told how far it is after each look; reading stops where it returns False, and what was read
            until then is kept.

    Raises:
        VideoError: it is no video that can be read.
    """
    recording = Recording()
    patience = max(FORGET_SECONDS, LOOKS_OUT_OF_SIGHT / rate)
    onlooker = _Onlooker(recording, classifier, Tracker(patience=patience))
    with open_video(source) as video:
        recording.length = video.seconds
        for seconds, picture in video.sample(rate):
            onlooker.look(seconds, picture)
            if not watch(recording):
                recording.cancelled = True
                break
        recording.seconds = max(recording.seconds, video.end)
        recording.broken = video.broken
    recording.done = True
    return recording


def read_photos(
    photos: Sequence[bytes],
    classifier: Classifier,
    apart: float,
    watch: Callable[[Recording], bool] = lambda recording: True,
) -> Recording:
    """Read photos that were taken one after the other; one that cannot be read is left out and told.

    Args:
        apart: seconds from one to the next.
        watch: as for `read_recording`.
    """
    recording = Recording(length=apart * (len(photos) - 1))
    onlooker = _Onlooker(recording, classifier, Tracker(near=FAR, patience=LOOKS_OUT_OF_SIGHT * apart))
    left_out = 0
    for number, data in enumerate(photos):
        try:
            onlooker.look(number * apart, decode(data))
        except PictureError:
            left_out += 1
            continue
        if not watch(recording):
            recording.cancelled = True
            break
    if left_out:
        recording.broken = f"{left_out} of {len(photos)} photos could not be read and were left out."
    recording.done = True
    return recording


@dataclass
class _Onlooker:
    """Reads picture after picture, each face into the one who shows it."""

    recording: Recording
    classifier: Classifier
    tracker: Tracker
    found: PictureReading | None = None
    since: float = 0.0
    shown: dict[int, deque[tuple[float, npt.NDArray[np.uint8]]]] = field(
        default_factory=lambda: defaultdict(deque)
    )

    def look(self, seconds: float, picture: Picture) -> None:
        """Read one picture; one that is still on the screen is not read again, and soon says nothing new."""
        if self.found is None or self.found.picture is not picture:
            self.found, self.since = read_picture(picture, self.classifier), seconds
        stands_still = seconds - self.since >= BLOCK_SECONDS
        located = [(n, reading) for n, reading in enumerate(self.found.readings) if reading.box is not None]
        numbers = self.tracker.follow([reading.box for _, reading in located if reading.box], seconds)
        people = self.recording.people
        for number, (place, reading) in zip(numbers, located, strict=True):
            person = people.setdefault(number, Person(number))
            if stands_still:
                person.moments.append(Moment(seconds=seconds, gap=STILL))
            else:
                crop = self.found.crops[place]
                person.unmoved += self._shows_again(number, crop, seconds)
                _add(person, reading, crop, seconds)
        self.recording.times.append(seconds)
        self.recording.seconds, self.recording.looks = seconds, self.recording.looks + 1

    def _shows_again(self, number: int, crop: npt.NDArray[np.uint8], seconds: float) -> bool:
        """Whether this person looked just so two to four seconds ago."""
        shown = self.shown[number]
        while shown and shown[0][0] < seconds - 2 * BLOCK_SECONDS:
            shown.popleft()
        before = [one for then, one in shown if seconds - then >= BLOCK_SECONDS - 1e-6]
        shown.append((seconds, crop))
        return any(float(np.abs(crop.astype(np.float32) - one).mean()) <= UNMOVED for one in before)


def _add(person: Person, reading: Reading, crop: npt.NDArray[np.uint8], seconds: float) -> None:
    person.moments.append(Moment.of(reading, seconds))
    if reading.box is not None and reading.box[2] > person.size:
        person.portrait, person.size = crop, reading.box[2]
