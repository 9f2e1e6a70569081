"""The rule by which FER+'s ten votes become a target (Barsoum et al., ICMI 2016)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from core.errors import DataError
from core.expressions import EXPRESSIONS
from training.datasets.labelled import COLUMNS, NOT_A_FACE

UNKNOWN: Final = "unknown"
NOT_FACE: Final = "NF"
MOST_VOTES: Final = 2**24
"""float32 counts no further."""

VOTE_NAMES: Final = (*(expression.value for expression in EXPRESSIONS), UNKNOWN, NOT_FACE)


@dataclass(frozen=True, eq=False)
class Verdict:
    """What annotators said of n pictures.

    Attributes:
        targets: float32 (n, 9), as in `LabelledCrops`.
        clear: bool (n,), whether one expression has more votes than anything else.
    """

    targets: npt.NDArray[np.float32]
    clear: npt.NDArray[np.bool_]


def count_votes(votes: npt.NDArray[Any], columns: Sequence[str]) -> Verdict:
    """Single votes count as noise and are set to zero; "unknown" is left out of the distribution.

    Args:
        votes: numbers (n, 10) of votes.
        columns: what each column of `votes` counts, `VOTE_NAMES` in any order.

    Raises:
        DataError: a column is missing, counts something else, or holds anything but numbers from 0.
    """
    if votes.ndim != 2 or votes.shape[1] != len(columns) or votes.dtype.kind not in "uif":
        raise DataError(
            f"The FER+ votes must be numbers (n, {len(columns)}), a column for each of their names. "
            f"Received: {votes.dtype} {votes.shape}."
        )
    if not ((votes >= 0) & (votes <= MOST_VOTES)).all():
        raise DataError("The FER+ votes must be numbers from 0: take the votes as FER+ publishes them.")
    missing = [name for name in VOTE_NAMES if name not in columns]
    if missing:
        raise DataError(f"The FER+ votes lack {', '.join(missing)}: take the votes as FER+ publishes them.")
    columns = [str(name) for name in columns]
    if others := [name for name in columns if name not in VOTE_NAMES]:
        raise DataError(
            f"The FER+ votes count {', '.join(others)} too: take the votes as FER+ publishes them."
        )
    kept = votes.astype(np.float32)
    kept[kept < 2] = 0
    ranked = np.sort(kept, axis=1)
    untied = ranked[:, -1] > ranked[:, -2]
    expressive = ~np.isin(kept.argmax(axis=1), [columns.index(UNKNOWN), columns.index(NOT_FACE)])
    targets = np.zeros((len(kept), COLUMNS), np.float32)
    targets[:, : len(EXPRESSIONS)] = kept[:, [columns.index(e) for e in EXPRESSIONS]]
    targets[:, NOT_A_FACE] = kept[:, columns.index(NOT_FACE)]
    targets /= targets.sum(axis=1, keepdims=True).clip(1)
    return Verdict(targets, untied & expressive)
