"""Divide data into parts that may be compared honestly, or, on request, as the slides did."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from core.bundles import Score
from core.errors import DataError
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.overlap import Overlap

SplitKind: TypeAlias = Literal["subject", "sequence", "official", "random"]
Rows: TypeAlias = npt.NDArray[np.intp]

PROTOCOLS: Final[dict[SplitKind, str]] = {
    "subject": "nobody in the test part was seen in training",
    "sequence": "no recording stands on both sides, but its person may",
    "official": "the data set's own division",
    "random": "random split of frames, as in the reference work",
}
NOBODY_NAMED: Final = "no near-copy stands on both sides; who is shown is not known"
"""What keeping people apart comes to in data that does not name them."""

SCARCE: Final = "No expression has as many pictures as there are parts to divide them into: add data."
NOTHING_TO_JUDGE: Final = "Nothing is left to judge the model on: add data or choose the random split."

ANOTHER: Final = "by another training of this recipe"
FOLDS: Final = " folds: "
"""In the protocol of a cross-validation."""


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


def how_apart(score: Score) -> str:
    """How the crops of a score were kept apart, in words that hold where nobody is named too.

    Folds say by themselves that they are other trainings.
    """
    how = score.how if score.subjects is not None else score.how.replace(PROTOCOLS["subject"], NOBODY_NAMED)
    return how if score.own or FOLDS in score.protocol else f"{how}; {ANOTHER}"


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


def split_inner(data: LabelledCrops, kind: SplitKind, share: float, seed: int) -> tuple[Rows, Rows]:
    """Set rows of the training part aside for choices (epoch, temperature, thresholds), by the same rule.

    Of each data set and label the first groups in the order of their hash are taken, whatever the seed and
    whatever else is learned from: what was set aside for a model is set aside again when another starts from
    its weights, where both learn from the same people and set the same share aside by the same rule.

    Raises:
        DataError: nobody can be spared: each alone shows some expression.
    """
    if kind == "random":
        inner = split(data, kind, seed, share)
        lost = np.setdiff1d(data.labels[inner.test], data.labels[inner.train])
        spared = inner.test[[np.flatnonzero(data.labels[inner.test] == label)[0] for label in lost]]
        return np.sort(np.append(inner.train, spared)), np.setdiff1d(inner.test, spared)
    keys, member = np.unique(groups(data, kind), return_inverse=True)
    first = np.unique(member, return_index=True)[1]
    homes = data.sources[first]
    strata = np.array(
        [f"{source} {label}" for source, label in zip(homes, _usual(data, member), strict=True)]
    )
    chosen = np.zeros(len(keys), bool)
    order = np.argsort([hashlib.sha256(str(key).encode()).hexdigest() for key in keys])
    for stratum in np.unique(strata):
        found = order[strata[order] == stratum]
        chosen[found[: max(round(share * len(found)), min(1, len(found) - 1))]] = True
    everything = []
    for source in np.unique(homes):
        labels = np.where(homes[member] == source, data.labels, -1)
        shown = [np.unique(member[labels == label]) for label in np.unique(labels[labels >= 0])]
        _leave_one_each(chosen, shown, strata, order)
        everything += shown
    if not chosen.any():  # each person usually shows something else
        able = [key for key in order if all((members != key).any() for members in everything)]
        if not able:
            raise DataError(
                f"Nobody can be kept apart among {len(keys)} {kind}s, for each alone shows some expression: "
                "add data."
            )
        chosen[able[0]] = True
    return np.flatnonzero(~chosen[member]), np.flatnonzero(chosen[member])


def _leave_one_each(
    chosen: npt.NDArray[np.bool_], shown: Sequence[Rows], strata: npt.NDArray[np.str_], order: Rows
) -> None:
    """Where all who show a label were chosen, give the first of them back for the next of their stratum.

    Args:
        chosen: bool (groups,), changed in place.
        shown: which groups show each label of one data set.
        strata: str (groups,).
        order: of all groups.
    """
    for members in shown:
        if not chosen[members].all():
            continue
        spared = next(key for key in order if key in members)
        chosen[spared] = False
        for other in order[strata[order] == strata[spared]]:
            if other != spared and not chosen[other]:
                chosen[other] = True
                if not any(chosen[keys].all() for keys in shown):
                    break
                chosen[other] = False


def _usual(data: LabelledCrops, member: Rows) -> Rows:
    """The most frequent label of each group, intp (groups,)."""
    counts = np.zeros((member.max() + 1, data.targets.shape[1]), np.intp)
    np.add.at(counts, (member, data.labels), 1)
    return np.asarray(counts.argmax(axis=1), np.intp)


def groups(data: LabelledCrops, kind: SplitKind = "subject") -> npt.NDArray[np.str_]:
    """What must stay together: the subject where known, else (and for "sequence") the sequence; str (n,)."""
    if kind == "sequence":
        return data.sequences
    return np.where(data.subjects != "", data.subjects, data.sequences)


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
