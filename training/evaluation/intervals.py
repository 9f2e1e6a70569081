"""How sure a figure is."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from core.bundles import Interval

RESAMPLES: Final = 1000


def share_interval(
    statistic: Callable[[npt.NDArray[np.intp]], float], keys: npt.NDArray[np.str_]
) -> Interval:
    """95% interval of a statistic between 0 and 1, as `bootstrap` gives it.

    Where every draw gives the same, as where all are right, it is the exact interval of that many groups
    (Clopper and Pearson, Biometrika 1934): ten people without a mistake are no certainty.
    """
    found = bootstrap(statistic, keys)
    if found.low < found.high:
        return found
    likely = 0.025 ** (1 / len(np.unique(keys)))
    return found.model_copy(update={"low": found.value * likely, "high": 1 - (1 - found.value) * likely})


def bootstrap(
    statistic: Callable[[npt.NDArray[np.intp]], float], keys: npt.NDArray[np.str_], seed: int = 0
) -> Interval:
    """95% percentile interval of a statistic, resampling whole groups (subjects), not rows.

    Args:
        statistic: takes row numbers.
        keys: (n,), the group of each row.
    """
    _, group = np.unique(keys, return_inverse=True)
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    rng = np.random.default_rng(seed)
    draws = [
        statistic(np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))]))
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    return Interval(value=statistic(np.arange(len(keys))), low=float(low), high=float(high))
