"""Predictions to the one score that cards, commands and pages show."""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    confusion_matrix,
    log_loss,
    precision_recall_fscore_support,
)

from core.bundles import ClassScore, Score
from core.expressions import EXPRESSIONS, Expression
from training.datasets.ckplus import EXPECTED
from training.datasets.ckplus import SOURCE as CKPLUS
from training.datasets.families import TEST_PART, UNDIVIDED, learned_from
from training.datasets.ferplus import SOURCE as FERPLUS
from training.datasets.ferplus import majority_share
from training.datasets.labelled import LabelledCrops
from training.evaluation.intervals import share_interval
from training.evaluation.measures import expected_calibration_error, macro_f1, reliability, risk_coverage
from training.evaluation.predictions import Predictions
from training.named import FERPLUS_VALID
from training.overlap import Overlap
from training.splits import NOBODY_NAMED, PROTOCOLS, SplitKind, groups

log = logging.getLogger(__name__)

FERPLUS_PROTOCOL: Final = (
    "official validation part, near-duplicates removed, a top label with at least half of the votes that "
    'count (neither single ones nor "unknown")'
)


def score_predictions(
    predictions: Predictions,
    split: SplitKind,
    leaks: bool,
    how: str | Mapping[str, str],
    learned_before: Collection[str] = (),
    overlap: Overlap | None = None,
) -> tuple[Score, ...]:
    """One score a data set, and one more where a smaller view of the labels is how others report on it.

    Args:
        leaks: whether sequences of the tested rows were learned from.
        how: what stands before the split's protocol, such as "10 folds", or that of each data set.
        learned_before: data sets that the model which a training started or learned from had seen, people on
            the test side included; their scores leak, but for a data set's own test part that it left alone.
        overlap: of all rows with what was learned from; None where that is not known.
    """
    scores = []
    names = scored_as(predictions.data)
    for name in dict.fromkeys(names[names != ""].tolist()):
        chosen = names == name
        rows, shared = predictions.take(chosen), overlap.take(chosen) if overlap else None
        source = str(rows.data.sources[0])
        tested = source not in UNDIVIDED and (rows.data.parts == "test").all()
        kept = TEST_PART if tested else ""
        seen_before = bool(learned_from(rows.data, learned_before))
        named = shared.named.all() if shared else (rows.data.subjects != "").all()
        unnamed = split == "subject" and not named
        told = how if isinstance(how, str) else how[source]
        protocol = f"{told}: {NOBODY_NAMED if unnamed else PROTOCOLS[split]}"
        if name == FERPLUS_VALID:
            protocol = f"{FERPLUS_PROTOCOL}; {told}, {split} split"
        if seen_before:
            protocol += f"; but the model it learned or started from had learned from {source}{kept}"
        if source == CKPLUS and set(rows.labels) > set(EXPECTED):
            seven = f"{protocol}, asked for its seven expressions only"
            show_one = rows.shows(EXPECTED)
            view, known = rows.take(show_one).view(EXPECTED), shared.take(show_one) if shared else None
            scores.append(score(view, name, seven, leaks or seen_before, known))
        scores.append(score(rows, name, protocol, leaks or seen_before, shared))
    return tuple(scores)


def scored_as(data: LabelledCrops) -> npt.NDArray[np.str_]:
    """The `data` of the score that each row counts in, str (n,); "" where it counts in none."""
    names = data.sources.astype(object)
    of_ferplus = data.sources == FERPLUS
    if of_ferplus.any() and (data.parts[of_ferplus] == "test").all():
        names[of_ferplus] = np.where(majority_share(data.take(of_ferplus)) >= 0.5, FERPLUS_VALID, "")
    return names.astype(np.str_)


def without_unknown(faces: LabelledCrops, labels: Sequence[Expression], model: str) -> str:
    """The end of a protocol where faces were left out whose expression a model does not know; logged, too."""
    unknown = [one for one in faces.expressions if one not in labels]
    if not unknown:
        return ""
    count = int(np.isin(faces.labels, [EXPRESSIONS.index(one) for one in unknown]).sum())
    log.warning("left out %d crops of expressions that %s does not know", count, model)
    return f", without crops of {', '.join(unknown)}, which it does not know"


def called(faces: LabelledCrops) -> str:
    """The `data` of the score of these faces, as a training would name it."""
    names = scored_as(faces)
    return ", ".join(dict.fromkeys((names if (names != "").all() else faces.sources).tolist()))


def count_people(data: LabelledCrops) -> int | None:
    """How many people are shown; None where some are not named."""
    return len(np.unique(data.subjects)) if (data.subjects != "").all() else None


def score(
    predictions: Predictions, name: str, protocol: str, leaks: bool, overlap: Overlap | None = None
) -> Score:
    """Score predictions; intervals resample whole subjects where they are known."""
    truth, guess, probabilities = predictions.truth, predictions.guess, predictions.probabilities
    data, answered = predictions.data, predictions.answered
    present = np.unique(truth)
    labels = np.arange(len(predictions.labels))
    precision, recall, _, support = precision_recall_fscore_support(
        truth, guess, labels=labels, zero_division=0
    )
    keys = groups(data)

    return Score(
        data=name,
        protocol=protocol,
        leaks=leaks,
        leak=overlap.leak if overlap else None,
        shared_people=overlap.shared_people if overlap else None,
        n=len(data),
        subjects=count_people(data),
        accuracy=share_interval(lambda rows: float((truth[rows] == guess[rows]).mean()), keys),
        balanced_accuracy=float(recall[present].mean()),
        macro_f1=share_interval(
            lambda rows: macro_f1(truth[rows], guess[rows], np.unique(truth[rows])), keys
        ),
        expected_calibration_error=expected_calibration_error(probabilities, truth),
        brier=float(brier_score_loss(truth, probabilities, labels=labels, scale_by_half=False)),
        negative_log_likelihood=float(log_loss(truth, probabilities, labels=labels)),
        per_class={
            predictions.labels[i]: ClassScore(
                precision=float(precision[i]), recall=float(recall[i]), n=int(support[i])
            )
            for i in present
        },
        confusion=tuple(tuple(int(v) for v in row) for row in confusion_matrix(truth, guess, labels=labels)),
        labels=predictions.labels,
        coverage=float(answered.mean()),
        unlike_a_face=None if predictions.unlike is None else float(predictions.unlike.mean()),
        covered_accuracy=float(accuracy_score(truth[answered], guess[answered])) if answered.any() else None,
        reliability=reliability(probabilities, truth),
        risk_coverage=risk_coverage(probabilities, truth),
    )
