"""Divide data into parts that may be compared honestly, or, on request, as the slides did."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.errors import DataError
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.overlap import Overlap
from training.splits.grouping import Rows, groups
from training.splits.protocols import SplitKind

SCARCE: Final = "No expression has as many pictures as there are parts to divide them into: add data."
NOTHING_TO_JUDGE: Final = "Nothing is left to judge the model on: add data or choose the random split."


@dataclass(frozen=True, eq=False)
class Split:
    """Rows to learn from and rows to be judged on.

    Attributes:
        leak: share of test rows whose sequence also stands in the training part.
        shared_people: share of test rows whose subject also stands in the training part; None where who is
            shown is not known.
    """

    kind: SplitKind
    train: Rows
    test: Rows
    leak: float
    shared_people: float | None

    @property
    def leaks(self) -> bool:
        """Whether its score must not be taken for one on unseen people; never so for a random split."""
        return self.kind == "random" or self.leak > 0


def split(data: LabelledCrops, kind: SplitKind, seed: int, test_share: float = 0.2) -> Split:
    """Split once.

    "subject" keeps everything of one person on one side (sequences stand in where nobody is named), and
    "sequence" everything of one recording; both follow a data set's own division where it has one, and
    "official" knows only that. "random" draws rows as the slides did and says how much leaks. Of all folds
    the first is taken in which most expressions are both learned and tested. What shows too few people
    to be divided is learned from, where data sets with a test part of their own have more to judge on.

    Raises:
        DataError: too few subjects for the wanted test share, or no division of the data set's own.
    """
    from sklearn.model_selection import (
        train_test_split,
    )  # a second to load, for nothing where --help is asked

    if kind == "random":
        with _telling_scarcity():
            train, test = train_test_split(np.arange(len(data)), test_size=test_share, random_state=seed)
        return _split(data, kind, train, test)
    if kind == "official":
        return _official(data)
    try:
        found = folds(data, kind, round(1 / test_share), seed)
    except DataError:
        if not _tests_more_itself(data):
            raise
        return keep_own_test(data, kind)
    return max(found, key=lambda one: _tested_labels(data, one))


def why_no_split(data: LabelledCrops, kind: SplitKind, test_share: float = 0.2) -> str | None:
    """Why `split` by subject or sequence refuses, or leaves a side empty; None where it does neither."""
    if (data.parts == "").any():
        try:
            _require_divisible(data, kind, round(1 / test_share))
        except DataError as error:
            if not _tests_more_itself(data):
                return str(error)
        else:
            return None
    found = keep_own_test(data, kind)
    return why_nothing(data, found) if len(found.test) else NOTHING_TO_JUDGE


def _tests_more_itself(data: LabelledCrops) -> bool:
    """Whether data sets bring more of a test part along than there is to be divided."""
    return bool((data.parts == "test").sum() > (data.parts == "").sum())


def folds(data: LabelledCrops, kind: SplitKind, count: int, seed: int) -> tuple[Split, ...]:
    """Divide for cross-validation: every row without a division of its data set's own is tested once.

    Rows that their data set gave to training are learned from in every fold, but for those of people (or
    recordings) who are tested; those that it gave to the test are tested in every fold.

    Raises:
        DataError: there are fewer subjects (or rows) than folds, or `kind` is "official", which has one.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    if kind == "official":
        raise DataError("A data set has one division of its own: choose another split to cross-validate.")
    if kind == "random":
        rows = np.arange(len(data))
        splitter = StratifiedKFold(count, shuffle=True, random_state=seed)
        with _telling_scarcity():
            divided = list(splitter.split(rows, data.labels))
        return tuple(_split(data, kind, *parts) for parts in divided)
    free = np.flatnonzero(data.parts == "")
    own = [np.flatnonzero(data.parts == part) for part in ("train", "test")]
    if not len(free):
        return (_apart(data, kind, *own),)
    _require_divisible(data, kind, count)
    splitter = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    found = list(splitter.split(free, data.labels[free], groups(data, kind)[free]))
    return tuple(
        _apart(data, kind, np.concatenate([own[0], free[train]]), np.concatenate([own[1], free[test]]))
        for train, test in found
    )


def _require_divisible(data: LabelledCrops, kind: SplitKind, count: int) -> None:
    """Refuse what cannot be divided into so many parts, without dividing it: that takes seconds.

    Raises:
        DataError: there are fewer subjects (or recordings), or fewer pictures of each expression.
    """
    free = data.parts == ""
    keys, labels = groups(data, kind)[free], data.labels[free]
    faces = labels != NOT_A_FACE
    known = len(np.unique(keys[faces] if faces.any() else keys))
    if known < count:
        raise DataError(
            f"Only {known} {kind}s are known, and {count} are needed to keep one part apart: "
            f"{_way_out(data, kind)}."
        )
    if np.bincount(labels).max() < count:
        raise DataError(SCARCE)


def _way_out(data: LabelledCrops, kind: SplitKind) -> str:
    if kind == "subject" and (data.subjects != "").any():
        return "add people, or choose the sequence split, which keeps recordings apart"
    return "add data or choose the random split"


def _tested_labels(data: LabelledCrops, found: Split) -> int:
    """How many expressions stand on both sides."""
    return len(np.intersect1d(data.labels[found.test], data.labels[found.train]))


@contextmanager
def _telling_scarcity() -> Iterator[None]:
    """scikit-learn's refusal of a division into more parts than there are rows of any class, in our words."""
    try:
        yield
    except ValueError:
        raise DataError(SCARCE) from None


def keep_own_test(data: LabelledCrops, kind: SplitKind) -> Split:
    """Learn from all that no data set keeps for its own test, and be judged on that."""
    test = data.parts == "test"
    parts = np.flatnonzero(~test), np.flatnonzero(test)
    return _split(data, kind, *parts) if kind == "random" else _apart(data, kind, *parts)


def why_nothing(data: LabelledCrops, found: Split) -> str | None:
    """Why a split leaves nothing to learn from; None where it leaves something."""
    if len(found.train):
        return None
    if (data.parts == "train").any():
        return (
            f"Nothing is left to learn from: all {found.kind}s of the data's part to learn from are tested "
            "too. Choose the official split."
        )
    return "Nothing is left to learn from: the data set has only a part to be judged on."


def _official(data: LabelledCrops) -> Split:
    train, test = (np.flatnonzero(data.parts == part) for part in ("train", "test"))
    if not len(train) or not len(test):
        raise DataError("The data set has no division of its own: choose the subject split.")
    return _split(data, "official", train, test)


def _apart(data: LabelledCrops, kind: SplitKind, train: Rows, test: Rows) -> Split:
    """Whoever is tested is not learned from, whatever a data set's own division says."""
    keys = groups(data, kind)
    return _split(data, kind, train[~np.isin(keys[train], keys[test])], test)


def _split(data: LabelledCrops, kind: SplitKind, train: Rows, test: Rows) -> Split:
    overlap = Overlap.between(data.take(test), data.take(train))
    return Split(kind, np.sort(train), np.sort(test), overlap.leak, overlap.shared_people)
