"""A few crops of each class, to look at."""

from pathlib import Path
from typing import Final

import numpy as np

from core.expressions import EXPRESSIONS
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.splits import groups

CROPS_A_CLASS: Final = 8


def write_sheet(data: LabelledCrops, file: Path, seed: int = 0) -> None:
    """Write up to eight crops of each class, of as many people as possible, under the class's name."""
    names = [*EXPRESSIONS, "not a face"]
    rng, people, labels = np.random.default_rng(seed), groups(data), data.labels
    chosen = {}
    for column in range(NOT_A_FACE + 1):
        rows = rng.permutation(np.flatnonzero(labels == column))
        first = np.unique(people[rows], return_index=True)[1]
        ordered = np.concatenate([rows[np.sort(first)], np.delete(rows, first)])[:CROPS_A_CLASS]
        if len(ordered):
            chosen[names[column]] = data.crops[ordered]
    with file.open("wb") as stream:  # by its name NumPy would add an ending
        np.savez_compressed(stream, **chosen)
