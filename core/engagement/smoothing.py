"""The course of a signal without its twitches."""

from typing import Final

import numpy as np
import numpy.typing as npt

SMOOTHING_SECONDS: Final = 2.0
"""Window in which a peak is a mean: one blink is no peak."""


def smooth(
    times: npt.NDArray[np.float64], values: npt.NDArray[np.float64], spans: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Mean and standard deviation of the moments within half a window on either side, each float64 (n,)."""
    mean = window_mean(times, values, spans)
    return mean, np.sqrt(np.maximum(0.0, window_mean(times, values**2, spans) - mean**2))


def window_mean(
    times: npt.NDArray[np.float64], values: npt.NDArray[np.float64], spans: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """Mean of the moments within half a window on either side, float64 (n,).

    Args:
        spans: seconds that each moment stands for, more than 0.
    """
    first = np.searchsorted(times, times - SMOOTHING_SECONDS / 2, "left")
    last = np.searchsorted(times, times + SMOOTHING_SECONDS / 2, "right")
    total, seconds = (np.concatenate([[0.0], np.cumsum(one)]) for one in (values * spans, spans))
    return np.asarray((total[last] - total[first]) / (seconds[last] - seconds[first]), np.float64)
