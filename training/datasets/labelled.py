"""The one in-memory form of labelled face crops."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from core.expressions import EXPRESSIONS, Expression

NOT_A_FACE: Final = len(EXPRESSIONS)
"""Column of `LabelledCrops.targets` that says how surely the crop shows no face at all."""

COLUMNS: Final = len(EXPRESSIONS) + 1

_NOT_SAID: Final = np.zeros(0, np.bool_)


@dataclass(frozen=True, eq=False)
class LabelledCrops:
    """Crops with what is known about each.

    Attributes:
        crops: uint8 (n, 48, 48, 1), grey.
        targets: float32 (n, 9), each row a distribution over the eight expressions and `NOT_A_FACE`.
        subjects: str (n,), who is shown; "" where unknown.
        sequences: str (n,), the recording, or the group of near-identical pictures, a crop belongs to.
        sources: str (n,), the data set a crop comes from.
        parts: str (n,), "train" or "test" where the data set says so itself; else "".
        names: str (n,), what the crop is called in its data set: a path in its folder or zip, a row
            ("fer2013.csv#17"); no two of one source are the same.
        framed: bool (n,), whether a crop lies on the template that serving uses already: cutting it again
            would blur it to about half its sharpness. None does where this is left out.
    """

    crops: npt.NDArray[np.uint8]
    targets: npt.NDArray[np.float32]
    subjects: npt.NDArray[np.str_]
    sequences: npt.NDArray[np.str_]
    sources: npt.NDArray[np.str_]
    parts: npt.NDArray[np.str_]
    names: npt.NDArray[np.str_]
    framed: npt.NDArray[np.bool_] = field(default_factory=lambda: _NOT_SAID)

    def __post_init__(self) -> None:
        if self.framed is _NOT_SAID:
            object.__setattr__(self, "framed", np.zeros(len(self.crops), np.bool_))

    def __len__(self) -> int:
        return len(self.crops)

    @property
    def labels(self) -> npt.NDArray[np.intp]:
        """The column with the most mass, intp (n,)."""
        return np.asarray(self.targets.argmax(axis=1), np.intp)

    @property
    def expressions(self) -> tuple[Expression, ...]:
        """The expressions that are shown, in Mien's order; a single vote shows none."""
        return tuple(EXPRESSIONS[label] for label in np.unique(self.labels) if label != NOT_A_FACE)

    @property
    def digest(self) -> str:
        """SHA-256 over crops and targets: the same data give the same digest."""
        sha = hashlib.sha256(self.crops.tobytes())
        sha.update(self.targets.tobytes())
        return sha.hexdigest()

    @property
    def grouping_digest(self) -> str:
        """SHA-256 over subjects, sequences and parts: together with `digest`, what a split depends on."""
        sha = hashlib.sha256()
        for names in (self.subjects, self.sequences, self.parts):
            sha.update("\0".join(names.tolist()).encode() + b"\n")
        return sha.hexdigest()

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Self:
        """The given rows, by index or by mask."""
        return type(self)(*(getattr(self, column.name)[rows] for column in fields(self)))

    @classmethod
    def concatenate(cls, parts: Sequence[Self]) -> Self:
        """All rows of all parts, in order."""
        return cls(*(np.concatenate([getattr(p, column.name) for p in parts]) for column in fields(cls)))


def without_a_face(crops: npt.NDArray[np.uint8], names: npt.NDArray[np.str_], source: str) -> LabelledCrops:
    """Label crops as showing no face; each is its own sequence."""
    n = len(crops)
    targets = np.zeros((n, COLUMNS), np.float32)
    targets[:, NOT_A_FACE] = 1
    return LabelledCrops(crops, targets, np.full(n, ""), names, np.full(n, source), np.full(n, ""), names)


def label_columns(labels: Sequence[Expression]) -> list[int]:
    """The columns of `LabelledCrops.targets` that stand for expressions, in the order of these."""
    return [EXPRESSIONS.index(label) for label in labels]


def one_hot(labels: Sequence[Expression]) -> npt.NDArray[np.float32]:
    """Certain targets for named expressions, float32 (n, 9)."""
    return np.eye(COLUMNS, dtype=np.float32)[label_columns(labels)]
