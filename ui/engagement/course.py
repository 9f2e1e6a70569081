"""What of a course is drawn: no more points than a screen shows, and a break where nobody was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from core.engagement import Moment
from core.engagement.signal import Signal

MOST_POINTS: Final = 3000
"""A longer course is drawn as the means of as many equal stretches; its figures rest on every look."""

LONGEST_GAP: Final = 1.5
"""Seconds between two looks after which the course is interrupted; where looks are farther apart than that,
one and a half times what is usual among them."""


@dataclass(frozen=True, eq=False)
class Course:
    """The points that are drawn of a signal.

    Attributes:
        times: float64 (points,), seconds.
        point: int (n,), the point that each moment of the signal goes into.
        starts: bool (points,), whether the line begins anew: something before it was not seen.
        stay: seconds that a point stands for; no two pieces are nearer to each other than that.
    """

    times: npt.NDArray[np.float64]
    point: npt.NDArray[np.intp]
    starts: npt.NDArray[np.bool_]
    stay: float

    def means(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Figures of the signal's moments, (n,), as those of the points, float64 (points,)."""
        return _means(self.point, values)

    def pieces(self) -> list[npt.NDArray[np.intp]]:
        """The points between gaps."""
        if not len(self.times):
            return []
        return np.split(np.arange(len(self.times)), np.flatnonzero(self.starts)[1:])


def make_course(moments: Sequence[Moment], signal: Signal) -> Course:
    """What is drawn of a signal.

    Args:
        moments: those that the signal was made from, seen or not.
    """
    if not len(signal):
        nothing = np.empty(0)
        return Course(nothing, nothing.astype(np.intp), nothing.astype(np.bool_), 0.0)
    looks = np.unique([moment.seconds for moment in moments])
    stretch = np.arange(len(looks))
    if len(looks) > MOST_POINTS:
        share = (looks - looks[0]) / (looks[-1] - looks[0])
        _, stretch = np.unique(np.floor(share * (MOST_POINTS - 1)), return_inverse=True)
    seen, point = np.unique(stretch[np.searchsorted(looks, signal.times)], return_inverse=True)
    times = _means(point, signal.times)
    usual = float(np.median(np.diff(_means(stretch, looks)))) if len(looks) > 1 else 0.0
    apart = np.diff(times)
    broken = (apart > max(LONGEST_GAP, 1.5 * usual)) | (np.diff(seen) > 1)
    stay = float(min([usual, *apart[broken]]))
    return Course(times, point, np.concatenate([[True], broken]), stay)


def _means(group: npt.NDArray[np.intp], values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Mean of each group, float64 (groups,)."""
    return np.asarray(np.bincount(group, values) / np.bincount(group), np.float64)
