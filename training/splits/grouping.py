"""What must stay on one side of a split."""

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from training.datasets.labelled import LabelledCrops
from training.splits.protocols import SplitKind

Rows: TypeAlias = npt.NDArray[np.intp]


def groups(data: LabelledCrops, kind: SplitKind = "subject") -> npt.NDArray[np.str_]:
    """What must stay together: the subject where known, else (and for "sequence") the sequence; str (n,)."""
    if kind == "sequence":
        return data.sequences
    return np.where(data.subjects != "", data.subjects, data.sequences)
