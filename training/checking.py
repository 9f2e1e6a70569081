"""What is in a data set and what is wrong with it, before anything is trained on it."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from core.expressions import EXPRESSIONS
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.datasets.near_duplicates import blank, exact_groups
from training.datasets.read_data import Cause, ReadData, Skipped
from training.datasets.shared_pictures import near_copies
from training.splits import why_no_split
from training.trainable import refusals

EXAMPLES: Final = 10
TEST_SHARE: Final = 0.2
SEEDS: Final = 10


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class SkippedFile(_Frozen):
    """A picture, or a folder of an unknown label, that was left out."""

    name: str
    reason: str


class Copies(_Frozen):
    """Pictures that are there more than once."""

    pictures: int = Field(description="crops that have at least one copy")
    groups: int = Field(description="of copies of one another")
    conflicting: int = Field(description="groups whose copies have different labels")
    examples: tuple[tuple[str, ...], ...] = Field(description="names in some groups, conflicting ones first")


class SourceCheck(_Frozen):
    """One data set among those read."""

    source: str
    crops: int
    classes: dict[str, int]
    subjects: int = Field(description="people who are named")
    sequences: int = Field(description="recordings, or groups of near-identical pictures")
    without_subject: int = Field(description="crops of which nobody says who is shown")


class OfficialCheck(_Frozen):
    """The division that the data bring along."""

    train: int
    test: int
    shared_subjects: int | None = Field(
        description="people on both sides; None: not known, since some faces name nobody"
    )
    leak: float = Field(description="share of test crops with a near-copy or sibling in training")


class DataCheck(_Frozen):
    """Everything a data check found."""

    crops: int
    classes: dict[str, int] = Field(description="crops a class; a crop counts for its strongest label")
    sources: tuple[SourceCheck, ...]
    unreadable: tuple[SkippedFile, ...]
    unknown_labels: tuple[SkippedFile, ...]
    without_face: tuple[SkippedFile, ...]
    blank: int = Field(description="crops that show next to nothing")
    split_refusal: str | None = Field(
        description="why the usual split, by person, cannot be made; None where it can"
    )
    left_out: dict[str, int] = Field(description="pictures left out by rule, a cause each")
    exact_duplicates: Copies
    near_duplicates: Copies = Field(description="exact ones among them")
    subjects: int
    sequences: int
    without_subject: int
    random_split_leak: float = Field(
        description="share of test crops with a near-copy or sibling in training, random 80:20 split"
    )
    official: OfficialCheck | None
    refusals: tuple[str, ...] = Field(description="why training refuses these data unless told otherwise")


def check(data: ReadData) -> DataCheck:
    """Examine data as they were read; 31,000 crops take three seconds, most of it for near-duplicates."""
    crops = data.crops
    near = near_copies(crops)
    kin = _join(near, crops)
    return DataCheck(
        crops=len(crops),
        classes=_count_classes(crops),
        sources=tuple(_check_source(crops, source) for source in dict.fromkeys(crops.sources.tolist())),
        unreadable=_of(data.skipped, Cause.UNREADABLE),
        unknown_labels=_of(data.skipped, Cause.UNKNOWN_LABEL),
        without_face=_of(data.skipped, Cause.NO_FACE),
        blank=int(blank(crops.crops).sum()),
        split_refusal=why_no_split(crops, "subject"),
        left_out=dict(Counter(one.cause.value for one in data.skipped if not one.cause.is_fault)),
        exact_duplicates=_copies(crops, exact_groups(crops.crops)),
        near_duplicates=_copies(crops, near),
        subjects=_count_named(crops.subjects),
        sequences=len(np.unique(crops.sequences)),
        without_subject=int((crops.subjects == "").sum()),
        random_split_leak=_random_leak(kin),
        official=_check_official(crops, kin),
        refusals=refusals(crops),
    )


def _count_classes(data: LabelledCrops) -> dict[str, int]:
    """Crops a class, absent expressions with 0 and "not a face" only where there are some."""
    counts = np.bincount(data.labels, minlength=NOT_A_FACE + 1)
    classes = {e.value: int(counts[column]) for column, e in enumerate(EXPRESSIONS)}
    return {**classes, "not a face": int(counts[NOT_A_FACE])} if counts[NOT_A_FACE] else classes


def _check_source(data: LabelledCrops, source: str) -> SourceCheck:
    own = data.take(data.sources == source)
    return SourceCheck(
        source=source,
        crops=len(own),
        classes=_count_classes(own),
        subjects=_count_named(own.subjects),
        sequences=len(np.unique(own.sequences)),
        without_subject=int((own.subjects == "").sum()),
    )


def _count_named(subjects: npt.NDArray[np.str_]) -> int:
    return len(np.unique(subjects[subjects != ""]))


def _of(skipped: Iterable[Skipped], cause: Cause) -> tuple[SkippedFile, ...]:
    return tuple(SkippedFile(name=one.name, reason=one.reason) for one in skipped if one.cause is cause)


def _copies(data: LabelledCrops, groups: npt.NDArray[np.intp]) -> Copies:
    order = np.argsort(groups, kind="stable")
    ends = np.flatnonzero(np.diff(groups[order])) + 1
    repeated = [rows for rows in np.split(order, ends) if len(rows) > 1]
    labels = data.labels
    conflicting = [rows for rows in repeated if len(np.unique(labels[rows])) > 1]
    shown = sorted(repeated, key=lambda rows: len(np.unique(labels[rows])) == 1)[:EXAMPLES]
    return Copies(
        pictures=sum(len(rows) for rows in repeated),
        groups=len(repeated),
        conflicting=len(conflicting),
        examples=tuple(tuple(data.names[_one_a_label_first(rows, labels)].tolist()) for rows in shown),
    )


def _one_a_label_first(rows: npt.NDArray[np.intp], labels: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    first = np.unique(labels[rows], return_index=True)[1]
    return np.concatenate([rows[first], np.delete(rows, first)])


def _join(near: npt.NDArray[np.intp], data: LabelledCrops) -> npt.NDArray[np.intp]:
    """Both bonds of each crop, to its near-copies and to its sequence, intp (n, 2)."""
    return np.stack([near, np.unique(data.sequences, return_inverse=True)[1]], axis=1)


def _leak(kin: npt.NDArray[np.intp], train: npt.NDArray[np.intp], test: npt.NDArray[np.intp]) -> float:
    """Share of test rows that have a near-copy or a frame of their own sequence in training."""
    bound = np.stack([np.isin(kin[test, bond], kin[train, bond]) for bond in range(kin.shape[1])])
    return float(bound.any(axis=0).mean())


def _random_leak(kin: npt.NDArray[np.intp]) -> float:
    from sklearn.model_selection import train_test_split  # a second to load

    if len(kin) < 2:
        return 0.0
    rows = np.arange(len(kin))
    splits = (train_test_split(rows, test_size=TEST_SHARE, random_state=seed) for seed in range(SEEDS))
    return float(np.mean([_leak(kin, train, test) for train, test in splits]))


def _check_official(data: LabelledCrops, kin: npt.NDArray[np.intp]) -> OfficialCheck | None:
    train, test = (np.flatnonzero(data.parts == part) for part in ("train", "test"))
    if not len(train) or not len(test):
        return None
    shared = set(data.subjects[train].tolist()) & set(data.subjects[test].tolist()) - {""}
    sides = np.concatenate([train, test])
    unnamed = ((data.subjects[sides] == "") & (data.labels[sides] != NOT_A_FACE)).any()
    return OfficialCheck(
        train=len(train),
        test=len(test),
        shared_subjects=None if unnamed and not shared else len(shared),
        leak=_leak(kin, train, test),
    )
