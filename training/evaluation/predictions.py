"""What a bundle answers to labelled crops, through the very path that serves it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from core.classifier import Classifier
from core.errors import DataError
from core.expressions import Expression
from training.datasets.labelled import LabelledCrops, label_columns


@dataclass(frozen=True, eq=False)
class Predictions:
    """Answers beside the truth, for the rows whose label the bundle knows.

    Attributes:
        labels: the bundle's expressions, in column order.
        data: the n rows.
        truth: intp (n,), columns.
        probabilities: float32 (n, labels), calibrated.
        answered: bool (n,), where the bundle gives a label instead of abstaining.
        unlike: bool (n,), where it abstains because the crop seems to show no face; None where it never does.
    """

    labels: tuple[Expression, ...]
    data: LabelledCrops
    truth: npt.NDArray[np.intp]
    probabilities: npt.NDArray[np.float32]
    answered: npt.NDArray[np.bool_]
    unlike: npt.NDArray[np.bool_] | None = None

    @property
    def guess(self) -> npt.NDArray[np.intp]:
        """The most probable column, intp (n,)."""
        return np.asarray(self.probabilities.argmax(axis=1), np.intp)

    def take(self, rows: npt.NDArray[np.bool_]) -> Self:
        """The given rows, by mask."""
        return type(self)(
            self.labels,
            self.data.take(rows),
            self.truth[rows],
            self.probabilities[rows],
            self.answered[rows],
            None if self.unlike is None else self.unlike[rows],
        )

    def shows(self, labels: Sequence[Expression]) -> npt.NDArray[np.bool_]:
        """Which rows' truth is among some expressions, bool (n,)."""
        return np.isin(self.truth, [i for i, label in enumerate(self.labels) if label in labels])

    def view(self, labels: Sequence[Expression]) -> Self:
        """The same answers among fewer expressions: others are masked and the rest renormalised.

        Args:
            labels: what is kept; every row's truth must be among it.
        """
        kept = [i for i, label in enumerate(self.labels) if label in labels]
        probabilities = self.probabilities[:, kept]
        probabilities = probabilities / probabilities.sum(axis=1, keepdims=True).clip(1e-12)
        return type(self)(
            tuple(self.labels[i] for i in kept),
            self.data,
            np.searchsorted(kept, self.truth),
            probabilities.astype(np.float32),
            self.answered,
            self.unlike,
        )

    @classmethod
    def pool(cls, folds: Sequence[Self]) -> Self:
        """All rows of several folds, each answered by the bundle that never saw it."""
        if len({fold.labels for fold in folds}) != 1:
            raise DataError("The folds know different expressions: use fewer folds or more data.")
        unlike = [fold.unlike for fold in folds if fold.unlike is not None]
        return cls(
            folds[0].labels,
            LabelledCrops.concatenate([fold.data for fold in folds]),
            np.concatenate([fold.truth for fold in folds]),
            np.concatenate([fold.probabilities for fold in folds]),
            np.concatenate([fold.answered for fold in folds]),
            np.concatenate(unlike) if len(unlike) == len(folds) else None,
        )


def predict(classifier: Classifier, data: LabelledCrops) -> Predictions:
    """Ask a bundle about every row whose label it knows; rows without a face are left out.

    Raises:
        DataError: no row has a label that the bundle knows.
    """
    card = classifier.bundle.card
    columns = label_columns(card.labels)
    data = data.take(np.isin(data.labels, columns))
    if not len(data):
        raise DataError(f"The data has no crop with a label that the model {card.name} knows.")
    answer = classifier.answer(data.crops)
    answered = answer.probabilities.max(axis=1) >= card.thresholds.confidence
    unlike = None
    if answer.face is not None and card.thresholds.face is not None:
        unlike = answer.face < card.thresholds.face
        answered &= ~unlike
    truth = np.searchsorted(columns, data.labels)
    return Predictions(card.labels, data, truth, answer.probabilities, answered, unlike)
