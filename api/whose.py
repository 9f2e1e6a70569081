"""Which of a frame's faces is the customer's: never guessed, since another one may be an employee's."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

from core.readings import Reading

MORE_THAN_ONE: Final = "more than one face"
NOT_THERE: Final = "not in sight"


@dataclass(frozen=True)
class Point:
    """A place in a picture, pixels from its left and upper edge."""

    x: float
    y: float

    @classmethod
    def of(cls, text: str) -> Self:
        """From `x,y`; ValueError where it is none."""
        x, y = text.split(",")
        return cls(float(x), float(y))


def find_customer(readings: Sequence[Reading], point: Point | None) -> int | str:
    """The place of the customer's face among the readings, or why there is none.

    Args:
        readings: of one picture; where it has no face, the one that says so.
        point: within the customer's face; None where nobody said, and then only a face alone will do.
    """
    if len(readings) == 1 and (point is None or readings[0].box is None):
        return 0
    if point is None:
        return MORE_THAN_ONE
    apart = {place: _distance(reading, point) for place, reading in enumerate(readings)}
    nearest = min(apart, key=lambda place: apart[place])
    return nearest if apart[nearest] < 1 else NOT_THERE


def _distance(reading: Reading, point: Point) -> float:
    """From the middle of the face; 1 at the edge of its box."""
    if reading.box is None:
        return float("inf")
    x, y, width, height = reading.box
    return max(abs(2 * (point.x - x) / width - 1), abs(2 * (point.y - y) / height - 1))
