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
    before, after = _reaches(times)
    return before + after


def seen_around(
    times: npt.NDArray[np.float64], is_seen: npt.NDArray[np.bool_], reach: float
) -> npt.NDArray[np.float64]:
    """Share of the time around each look for which looks stand at which somebody was seen, float64 (n,).

    >>> seen_around(np.arange(4.0), np.array([True, True, False, True]), 1.0).tolist()
    [0.75, 0.75, 0.5, 0.5]

    Args:
        times: as for `spans_of`.
        is_seen: bool (n,).
        reach: seconds to either side that count as around.
    """
    if not len(times):
        return np.zeros(0)
    before, after = _reaches(times)
    edges = np.maximum.accumulate(np.stack([times - before, times + after], axis=1).ravel())
    seconds = np.stack([np.zeros(len(times)), is_seen * (before + after)], axis=1).ravel().cumsum()
    start, end = (np.interp(times + side, edges, seconds) for side in (-reach, reach))
    return np.asarray((end - start) / (2 * reach), np.float64)


def _reaches(times: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Seconds before and after each look for which it stands, float64 (n,) each."""
    if len(times) < 2:
        return np.full(len(times), REACH_SECONDS), np.full(len(times), REACH_SECONDS)
    half = np.clip(np.diff(times) / 2, LEAST_SECONDS, REACH_SECONDS)
    return np.concatenate([half[:1], half]), np.concatenate([half, half[-1:]])
