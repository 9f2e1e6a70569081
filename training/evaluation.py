"""What a bundle is worth on labelled crops, measured through the very path that serves it."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    brier_score_loss,
    confusion_matrix,
    f1_score,
    log_loss,
    precision_recall_fscore_support,
)

from core.bundles import Interval, Score
from core.bundles.card import ClassScore
from core.classifier import Classifier
from core.errors import DataError
from core.expressions import EXPRESSIONS
from training.datasets.labelled import LabelledCrops
from training.splits import groups

RESAMPLES = 1000
BINS = 15


def evaluate(classifier: Classifier, data: LabelledCrops, name: str, protocol: str, leaks: bool) -> Score:
    """Score a bundle on the rows whose label it knows; rows without a face are left out.

    Args:
        name: what the data is called.
        protocol: how it was kept apart from training, in words.
        leaks: whether near-copies of these crops were learned from.

    Raises:
        DataError: no row has a label that the bundle knows.
    """
    card = classifier.bundle.card
    columns = [EXPRESSIONS.index(label) for label in card.labels]
    data = data.take(np.isin(data.labels, columns))
    if not len(data):
        raise DataError(f"{name} has no crop with a label that the model {card.name} knows.")
    truth = np.searchsorted(columns, data.labels)
    answer = classifier.answer(data.crops)
    probabilities = answer.probabilities
    guess = probabilities.argmax(axis=1)
    present = np.unique(truth)
    labels = np.arange(len(columns))
    precision, recall, _, support = precision_recall_fscore_support(
        truth, guess, labels=labels, zero_division=0
    )
    covered = probabilities.max(axis=1) >= card.thresholds.confidence
    if answer.face is not None and card.thresholds.face is not None:
        covered &= answer.face >= card.thresholds.face
    keys = groups(data)

    def macro_f1(rows: npt.NDArray[np.intp]) -> float:
        return float(f1_score(truth[rows], guess[rows], labels=present, average="macro", zero_division=0))

    return Score(
        data=name,
        protocol=protocol,
        leaks=leaks,
        n=len(data),
        subjects=len(np.unique(data.subjects)) if (data.subjects != "").all() else None,
        accuracy=bootstrap(lambda rows: float((truth[rows] == guess[rows]).mean()), keys),
        balanced_accuracy=float(balanced_accuracy_score(truth, guess)),
        macro_f1=bootstrap(macro_f1, keys),
        expected_calibration_error=expected_calibration_error(probabilities, truth),
        brier=float(brier_score_loss(truth, probabilities, labels=labels)),
        negative_log_likelihood=float(log_loss(truth, probabilities, labels=labels)),
        per_class={
            card.labels[i]: ClassScore(
                precision=float(precision[i]), recall=float(recall[i]), n=int(support[i])
            )
            for i in present
        },
        confusion=tuple(tuple(int(v) for v in row) for row in confusion_matrix(truth, guess, labels=labels)),
        coverage=float(covered.mean()),
        covered_accuracy=float(accuracy_score(truth[covered], guess[covered])) if covered.any() else None,
    )


def bootstrap(
    statistic: Callable[[npt.NDArray[np.intp]], float], keys: npt.NDArray[np.str_], seed: int = 0
) -> Interval:
    """95% percentile interval of a statistic, resampling whole groups (subjects), not rows.

    Args:
        statistic: takes row numbers.
        keys: (n,), the group of each row.
    """
    _, group = np.unique(keys, return_inverse=True)
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    rng = np.random.default_rng(seed)
    draws = [
        statistic(np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))]))
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    return Interval(value=statistic(np.arange(len(keys))), low=float(low), high=float(high))


def expected_calibration_error(
    probabilities: npt.NDArray[np.float32], truth: npt.NDArray[np.intp], bins: int = BINS
) -> float:
    """Mean gap between confidence and accuracy over equal-width bins of confidence (Guo et al., ICML 2017).

    Args:
        probabilities: float32 (n, classes).
        truth: intp (n,), class numbers.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(which, minlength=bins)
    gap = np.bincount(which, confidence, bins) - np.bincount(which, right, bins)
    return float(np.abs(gap).sum() / count.sum())
