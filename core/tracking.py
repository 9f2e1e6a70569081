"""Who is who from one frame to the next, so that a person keeps a number."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

NEAR: Final = 0.8
"""How far a face may move between two looks, in its own sizes. Sampled five times a second, heads that walk
through the picture move less."""

LARGER: Final = 1.8
"""How much larger or smaller it may become."""

FORGET_SECONDS: Final = 3.0
"""After that long out of sight, whoever appears is somebody else: a wrong join would mix two people."""

Box = tuple[float, float, float, float]
"""x, y, width, height."""


@dataclass
class _Person:
    number: int
    box: Box
    seen: float


class Tracker:
    """Gives each face a number, the same for the same person while they stay in sight.

    Not for use from several threads at once.

    Args:
        first: the number of whoever is seen first.
        near: how far a face may move from one look to the next, in its own sizes.
        patience: seconds out of sight after which whoever appears is somebody else.
    """

    def __init__(self, first: int = 1, near: float = NEAR, patience: float = FORGET_SECONDS) -> None:
        self._near, self._patience = near, patience
        self._people: list[_Person] = []
        self._next = first

    @property
    def next(self) -> int:
        """The number of the next person."""
        return self._next

    @property
    def known(self) -> frozenset[int]:
        """Numbers of those who are in sight, or were so a moment ago that they may come back."""
        return frozenset(person.number for person in self._people)

    def follow(self, boxes: Sequence[Box], seconds: float) -> list[int]:
        """Number the faces of the next frame, nearest pairs first; those seen a moment ago before others.

        Whoever walks before somebody keeps their own number so, and does not take that of the one they hide.

        Args:
            seconds: time of the frame; never earlier than that of the one before.
        """
        self._people = [p for p in self._people if seconds - p.seen <= self._patience]
        newest = max((person.seen for person in self._people), default=seconds)
        pairs = sorted(
            (person.seen < newest, distance, face, place)
            for face, box in enumerate(boxes)
            for place, person in enumerate(self._people)
            if (distance := _distance(box, person.box)) is not None and distance <= self._near
        )
        numbers: dict[int, int] = {}
        taken: set[int] = set()
        for _, _, face, place in pairs:
            if face not in numbers and place not in taken:
                person = self._people[place]
                person.box, person.seen = boxes[face], seconds
                numbers[face] = person.number
                taken.add(place)
        for face, box in enumerate(boxes):
            if face not in numbers:
                self._people.append(_Person(self._next, box, seconds))
                numbers[face] = self._next
                self._next += 1
        return [numbers[face] for face in range(len(boxes))]


def _distance(one: Box, other: Box) -> float | None:
    """Between the centres, in sizes of the face; None where it cannot be the same person."""
    size, before = (float(np.sqrt(box[2] * box[3])) for box in (one, other))
    if not size or not before or max(size / before, before / size) > LARGER:
        return None
    x, y = ((a[i] + a[i + 2] / 2) - (b[i] + b[i + 2] / 2) for a, b, i in ((one, other, 0), (one, other, 1)))
    return float(np.hypot(x, y)) / max(size, before)
