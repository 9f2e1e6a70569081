"""Divide data into parts that may be compared honestly, or, on request, as the slides did."""

from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedGroupKFold, train_test_split

from core.errors import DataError
from training.datasets.labelled import LabelledCrops

SplitKind: TypeAlias = Literal["subject", "random"]
Rows: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Split:
    """Rows to learn from and rows to be judged on.

    Attributes:
        leak: share of test rows whose sequence also stands in the training part.
    """

    kind: SplitKind
    train: Rows
    test: Rows
    leak: float


def split(data: LabelledCrops, kind: SplitKind, seed: int, test_share: float = 0.2) -> Split:
    """Split once.

    "subject" keeps everything of one person on one side (sequences stand in where nobody is named) and
    follows a data set's own division where it has one; "random" draws rows as the slides did and says how
    much leaks.

    Raises:
        DataError: too few subjects for the wanted test share.
    """
    if kind == "random":
        rows = np.arange(len(data))
        train, test = train_test_split(rows, test_size=test_share, random_state=seed)
    else:
        free = np.flatnonzero(data.parts == "")
        train, test = (
            np.concatenate([np.flatnonzero(data.parts == part), free[rows]])
            for part, rows in zip(("train", "test"), _grouped(data.take(free), test_share, seed), strict=True)
        )
    leak = float(np.isin(data.sequences[test], data.sequences[train]).mean())
    return Split(kind, np.sort(train), np.sort(test), leak)


def split_inner(data: LabelledCrops, kind: SplitKind, share: float, seed: int) -> tuple[Rows, Rows]:
    """Set rows of the training part aside for choices (epoch, temperature, thresholds), by the same rule."""
    undivided = replace(data, parts=np.full(len(data), ""))
    inner = split(undivided, kind, seed, share)
    return inner.train, inner.test


def groups(data: LabelledCrops) -> npt.NDArray[np.str_]:
    """What must stay together: the subject where known, else the sequence; str (n,)."""
    return np.where(data.subjects != "", data.subjects, data.sequences)


def _grouped(data: LabelledCrops, test_share: float, seed: int) -> tuple[Rows, Rows]:
    if not len(data):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    keys = groups(data)
    folds = round(1 / test_share)
    if len(np.unique(keys)) < folds:
        raise DataError(
            f"Only {len(np.unique(keys))} subjects are known, and {folds} are needed to keep one part apart: "
            "add data or choose the random split."
        )
    splitter = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    train, test = next(splitter.split(data.crops, data.labels, keys))
    return train, test
