"""What the pictures that a model is judged on have in common with those that it learned from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from training.datasets.labelled import NOT_A_FACE, LabelledCrops


@dataclass(frozen=True, eq=False)
class Overlap:
    """Which tested rows the training part knows something of.

    Attributes:
        siblings: bool (n,), rows whose sequence was learned from too.
        people: bool (n,), rows whose subject was.
        named: bool (n,), rows of which it is known who is shown, on them and on all faces of their data set
            that were learned from: whom nobody names there may be the one who is here.
    """

    siblings: npt.NDArray[np.bool_]
    people: npt.NDArray[np.bool_]
    named: npt.NDArray[np.bool_]

    @classmethod
    def between(cls, test: LabelledCrops, *learned: LabelledCrops) -> Self:
        """Compare the rows of a test part with all that was learned from."""
        return cls(
            known(test.sequences, [part.sequences for part in learned]),
            known(test.subjects, [part.subjects for part in learned]),
            (test.subjects != "") & ~np.isin(test.sources, _partly_named(learned)),
        )

    @classmethod
    def pool(cls, folds: Sequence[Self]) -> Self:
        """All rows of several folds, each compared with what its own fold learned from."""
        return cls(
            np.concatenate([fold.siblings for fold in folds]),
            np.concatenate([fold.people for fold in folds]),
            np.concatenate([fold.named for fold in folds]),
        )

    def take(self, rows: npt.NDArray[np.bool_]) -> Self:
        """The given rows, by mask."""
        return type(self)(self.siblings[rows], self.people[rows], self.named[rows])

    @property
    def leak(self) -> float:
        """Share of rows with a sibling in training."""
        return share(self.siblings)

    @property
    def shared_people(self) -> float | None:
        """Share of rows with somebody who was learned from; None where some are unnamed and none is known."""
        return share(self.people) if self.people.any() or self.named.all() else None


def _partly_named(learned: Sequence[LabelledCrops]) -> npt.NDArray[np.str_]:
    """Data sets of which some faces that were learned from show nobody knows whom."""
    return np.concatenate(
        [part.sources[(part.subjects == "") & (part.labels != NOT_A_FACE)] for part in learned]
    )


def known(names: npt.NDArray[np.str_], learned: Sequence[npt.NDArray[np.str_]]) -> npt.NDArray[np.bool_]:
    """Which names occur among those that were learned from, bool (n,); "" names nothing."""
    return np.asarray(np.isin(names, np.concatenate(learned)) & (names != ""), np.bool_)


def share(rows: npt.NDArray[np.bool_]) -> float:
    """Share of rows that are marked, 0 where there are none."""
    return float(rows.mean()) if len(rows) else 0.0
