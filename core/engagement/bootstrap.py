"""How sure a figure over time is: neighbouring moments are alike, so whole blocks of them are resampled."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from core.bundles import Interval

RESAMPLES: Final = 500
BLOCK_SECONDS: Final = 2.0
"""Faces move within a second or two; beyond that moments are taken as independent."""


Rows = npt.NDArray[np.intp]
Times = npt.NDArray[np.float64]
Statistic = Callable[[Rows, Times], float]
"""Of row numbers and of the times at which they stand, which never fall."""


def block_bootstrap(
    statistic: Statistic, times: Times, block: float = BLOCK_SECONDS, seed: int = 0
) -> Interval:
    """95% percentile interval of a statistic over resampled blocks of time.

    Args:
        statistic: takes rows as they were seen for its value, and as they were drawn for the interval; NaN
            where drawn rows say nothing.
        times: float64 (n,), n at least 1, in order.
        block: seconds.
    """
    low, high = np.nanpercentile(resample(statistic, times, block, seed), [2.5, 97.5])
    value = statistic(np.arange(len(times)), times)
    return Interval(value=value, low=min(float(low), value), high=max(float(high), value))


def resample(
    statistic: Statistic, times: Times, block: float = BLOCK_SECONDS, seed: int = 0
) -> npt.NDArray[np.float64]:
    """A statistic of each resample of blocks, float64 (resamples,) (Künsch, Annals of Statistics 1989).

    The blocks drawn keep their order and are laid one after the other on a clock of their own: one that was
    drawn twice stands there twice, and a window over time finds the neighbours that each row then has.

    Args:
        times: float64 (n,), n at least 1, in order.
        block: seconds.
    """
    number = _block_numbers(times, block)
    within = times - times[0] - number * block
    blocks = [np.flatnonzero(number == value) for value in np.unique(number)]
    rng = np.random.default_rng(seed)
    draws = []
    for _ in range(RESAMPLES):
        drawn = [blocks[i] for i in np.sort(rng.integers(len(blocks), size=len(blocks)))]
        rows = np.concatenate(drawn)
        place = np.repeat(np.arange(len(drawn)), [len(one) for one in drawn])
        draws.append(statistic(rows, place * block + within[rows]))
    return np.array(draws, np.float64)


def count_blocks(times: npt.NDArray[np.float64], block: float = BLOCK_SECONDS) -> int:
    """How many blocks of time hold a moment: what counts as evidence, however many moments each holds."""
    return len(np.unique(_block_numbers(times, block))) if len(times) else 0


def _block_numbers(times: npt.NDArray[np.float64], block: float) -> npt.NDArray[np.intp]:
    return np.asarray(np.floor((times - times[0]) / block), np.intp)
