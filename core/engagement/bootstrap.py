"""How sure a figure over time is: neighbouring moments are alike, so whole blocks of them are resampled."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from core.bundles import Interval

RESAMPLES: Final = 500
BLOCK_SECONDS: Final = 2.0
"""Faces move within a second or two; beyond that moments are taken as independent."""


def block_bootstrap(
    statistic: Callable[[npt.NDArray[np.intp]], float],
    times: npt.NDArray[np.float64],
    block: float = BLOCK_SECONDS,
    seed: int = 0,
) -> Interval:
    """95% percentile interval of a statistic, resampling blocks of time (Künsch, Annals of Statistics 1989).

    Args:
        statistic: takes row numbers, in order of time.
        times: float64 (n,), n at least 1.
        block: seconds.
    """
    number = _block_numbers(times, block)
    blocks = [np.flatnonzero(number == value) for value in np.unique(number)]
    rng = np.random.default_rng(seed)
    draws = [
        statistic(np.concatenate([blocks[i] for i in np.sort(rng.integers(len(blocks), size=len(blocks)))]))
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    value = statistic(np.arange(len(times)))
    return Interval(value=value, low=min(float(low), value), high=max(float(high), value))


def count_blocks(times: npt.NDArray[np.float64], block: float = BLOCK_SECONDS) -> int:
    """How many blocks of time hold a moment: what counts as evidence, however many moments each holds."""
    return len(np.unique(_block_numbers(times, block))) if len(times) else 0


def _block_numbers(times: npt.NDArray[np.float64], block: float) -> npt.NDArray[np.intp]:
    return np.asarray(np.floor((times - times[0]) / block), np.intp)
