"""How long each look stands for: looks may come thick and fast in one part and seldom in another."""

from typing import Final

import numpy as np
import numpy.typing as npt

REACH_SECONDS: Final = 1.0
"""Faces move within a second or two: a look says nothing of what lies farther away."""

LEAST_SECONDS: Final = 1e-3
"""No look stands for nothing, however close callers put them together."""


def spans_of(times: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Seconds that each look stands for: half way to the one before and to the one after, a second at most.

    >>> spans_of(np.array([0.0, 1.0, 1.5, 2.0, 9.0])).tolist()
    [1.0, 0.75, 0.5, 1.25, 2.0]

    Args:
        times: float64 (n,), of the looks, seen or not, each later than the one before.
    """
    if len(times) < 2:
        return np.full(len(times), 2 * REACH_SECONDS)
    half = np.clip(np.diff(times) / 2, LEAST_SECONDS, REACH_SECONDS)
    return np.asarray(np.concatenate([half[:1], half]) + np.concatenate([half, half[-1:]]), np.float64)
