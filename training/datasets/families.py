"""Which pictures a model may have learned from, told by the data sets that its card names."""

from collections.abc import Collection, Iterable
from typing import Final

import numpy as np

from training.datasets.ckplus import SOURCE as CKPLUS
from training.datasets.fer2013 import SOURCE as FER2013
from training.datasets.ferplus import SOURCE as FERPLUS
from training.datasets.labelled import NOT_A_FACE, LabelledCrops

FAMILY: Final = {FERPLUS: FER2013}
"""FER+ gives FER2013's pictures other labels."""

UNDIVIDED: Final = frozenset({CKPLUS})
"""Data sets without a division of their own: whoever made one may have tested what others learn from."""

PUBLISHED: Final = frozenset({FERPLUS, FER2013})
"""Data sets whose division is known, also where single files of them lie about."""

WELL_KNOWN: Final = UNDIVIDED | PUBLISHED
"""Data sets that are called so wherever they lie."""

TEST_PART: Final = " (test part)"
"""Stands behind the name of a data set whose own test part was learned from: a random split mixes all, and
what was not divided then may be divided later."""


def learned_names(train: LabelledCrops, test: LabelledCrops | None = None) -> tuple[str, ...]:
    """What a card says was learned from: the data sets, and those whose own test part was among it.

    Args:
        test: what was held out.
    """
    named = set(train.sources.tolist())
    faces = train.take(train.labels != NOT_A_FACE)
    divided = {source for part in (train, test) if part for source in part.sources[part.parts != ""].tolist()}
    divided |= WELL_KNOWN
    tested = set(train.sources[train.parts == "test"].tolist()) | set(faces.sources.tolist()) - divided
    return tuple(sorted({*named, *(f"{source}{TEST_PART}" for source in tested)}))


def data_sets(learned: Iterable[str]) -> frozenset[str]:
    """The data sets alone that such names tell of."""
    return frozenset(name.removesuffix(TEST_PART) for name in learned)


def is_among(source: str, learned: Collection[str]) -> bool:
    """Whether a data set, or another with the same pictures, is among those that were learned from."""
    return _family(source) in {_family(one) for one in learned}


def learned_from(data: LabelledCrops, learned: Collection[str]) -> tuple[str, ...]:
    """The sources of `data` whose pictures are among those of `learned`.

    Official test parts count only where they were learned from themselves.
    """
    tested = (data.parts == "test") & ~np.isin(data.sources, list(UNDIVIDED))
    found = {one for one in np.unique(data.sources[~tested]).tolist() if is_among(one, learned)}
    kept = np.unique(data.sources[tested]).tolist()
    return tuple(sorted(found | {one for one in kept if is_among(f"{one}{TEST_PART}", learned)}))


def _family(name: str) -> str:
    source = name.removesuffix(TEST_PART)
    return FAMILY.get(source, source) + name[len(source) :]
