"""Parts of data that may be compared honestly, or, on request, as the slides did."""

from training.splits.division import (
    NOTHING_TO_JUDGE,
    Split,
    folds,
    keep_own_test,
    split,
    why_no_split,
    why_nothing,
)
from training.splits.grouping import Rows, groups
from training.splits.inner import split_inner
from training.splits.protocols import ANOTHER, FOLDS, NOBODY_NAMED, PROTOCOLS, SplitKind, how_apart

__all__ = [
    "ANOTHER",
    "FOLDS",
    "NOBODY_NAMED",
    "NOTHING_TO_JUDGE",
    "PROTOCOLS",
    "Rows",
    "Split",
    "SplitKind",
    "folds",
    "groups",
    "how_apart",
    "keep_own_test",
    "split",
    "split_inner",
    "why_no_split",
    "why_nothing",
]
