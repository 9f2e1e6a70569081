"""Which pictures a model may have learned from, told by the data sets that its card names."""

from collections.abc import Collection
from typing import Final

import numpy as np

from training.datasets.ckplus import SOURCE as CKPLUS
from training.datasets.fer2013 import SOURCE as FER2013
from training.datasets.ferplus import SOURCE as FERPLUS
from training.datasets.labelled import LabelledCrops

FAMILY: Final = {FERPLUS: FER2013}
"""FER+ gives FER2013's pictures other labels."""

UNDIVIDED: Final = frozenset({CKPLUS})
"""Data sets without a division of their own: whoever made one may have tested what others learn from."""


def is_among(source: str, learned: Collection[str]) -> bool:
    """Whether a data set, or another with the same pictures, is among those that were learned from."""
    return _family(source) in {_family(one) for one in learned}


def learned_from(data: LabelledCrops, learned: Collection[str]) -> tuple[str, ...]:
    """The sources of `data` whose pictures are among those of `learned`; official test parts do not count."""
    rows = (data.parts != "test") | np.isin(data.sources, list(UNDIVIDED))
    return tuple(source for source in np.unique(data.sources[rows]).tolist() if is_among(source, learned))


def _family(source: str) -> str:
    return FAMILY.get(source, source)
