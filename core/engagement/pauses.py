"""Time in which nobody looked: a video that stood still, a caller that sent nothing."""

from collections.abc import Sequence
from typing import Final

import numpy as np

PAUSE_SECONDS: Final = 2.0
"""Without a look for so long, and for several usual steps, it is a pause."""

USUAL_STEPS: Final = 3.0
FEWEST_LOOKS: Final = 10
STEADY_SHARE: Final = 0.8
"""So many of the steps from look to look are half to twice the usual one where the pace is steady."""

FASTEST: Final = 60.0
"""Looks a second; no camera gives more."""


def count_missed(times: Sequence[float], end: float) -> int:
    """Looks that pauses left out, at the pace of the others; 0 where that pace is not steady.

    >>> count_missed([*range(20), *range(50, 60)], end=70)
    41

    Args:
        times: of the looks, seconds, in any order.
        end: of the engagement; the time from the last look to it may be a pause too.
    """
    looks = np.unique(np.asarray(times, np.float64))
    if len(looks) < FEWEST_LOOKS:
        return 0
    steps = np.diff(looks)
    usual = max(float(np.median(steps)), 1 / FASTEST)
    if np.mean((steps >= usual / 2) & (steps <= usual * 2)) < STEADY_SHARE:
        return 0
    longest = max(PAUSE_SECONDS, USUAL_STEPS * usual)
    between = steps[steps > longest]
    missed = float(np.sum(np.rint(between / usual) - 1))
    after = end - looks[-1]
    return round(missed + (np.rint(after / usual) if after > longest else 0))
