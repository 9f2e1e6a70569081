"""Challenger beside champion on the same held-out pictures: which of them should serve?"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score

from core.bundles import Bundle, Interval
from core.bundles.store import RUNTIME_FILE
from core.classifier import Classifier
from core.expressions import Expression
from training.datasets.drawn import SOURCE as DRAWN
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.datasets.recutting import recut
from training.evaluation import predict, score
from training.evaluation.intervals import bootstrap
from training.evaluation.predictions import Predictions
from training.evaluation.timing import time_one
from training.splits import groups
from training.verdict import DISAGREEMENTS_FILE, Disagreement, Gate, Side, Verdict

Rows: TypeAlias = npt.NDArray[np.intp]
Statistic: TypeAlias = Callable[[Predictions, Rows], float]

FEW: Final = 100
"""Test pictures below which a comparison says little: an accuracy's interval is wider than ±8 points."""

CALIBRATION_SLACK: Final = 0.05
"""How much larger an expected calibration error is worth a word."""

SHOWN: Final = 48
"""Pictures kept of those on which the two disagree, equally many for which either is right."""


def compare(
    challenger: Bundle, champion: Bundle | None, test: LabelledCrops, *, leaks: bool, folder: Path
) -> Verdict:
    """Judge two bundles on the same pictures, and keep in `folder` those on which they disagree.

    Differences have 95% intervals, bootstrapped over subjects where they are known and paired: both models
    answer the same resampled pictures. The gate says "better" where the intervals of accuracy and macro-F1
    both lie above zero, "worse" where either lies below.

    Args:
        test: as it was read; each model sees it in the framing it was trained on.
        leaks: whether recordings of the test pictures were learned from by the challenger.

    Raises:
        DataError: a model knows none of the labels.
    """
    test = test.take(test.labels != NOT_A_FACE)
    ours = _answer(challenger, test)
    if champion is None:
        side = _side(challenger, ours)
        return Verdict(
            outcome="better",
            reasons=("No model serves yet.",),
            cautions=_cautions(test, None, side, None, leaks),
            challenger=side,
            champion=None,
            labels=ours.labels,
        )
    theirs = _answer(champion, test)
    ours, theirs = _share_labels(ours, theirs)
    keys, truth = groups(ours.data), ours.truth
    accuracy = _difference(lambda p, rows: _accuracy(p, rows, truth), ours, theirs, keys)
    macro_f1 = _difference(lambda p, rows: _macro_f1(p, rows, truth), ours, theirs, keys)
    recall = {}
    for column in np.unique(truth):
        own = np.flatnonzero(truth == column)
        recall[ours.labels[column]] = _difference(_recall_of(own, truth), ours, theirs, keys[own])
    sides = _side(challenger, ours), _side(champion, theirs)
    outcome, reasons = _judge(accuracy, macro_f1, recall)
    cautions = _cautions(ours.data, champion, *sides, leaks)
    if leaks and outcome == "better":
        outcome = "no clear difference"
        reasons = (
            "The challenger learned from recordings of the test pictures, so its lead proves nothing.",
        )
    return Verdict(
        outcome=outcome,
        reasons=reasons,
        cautions=cautions,
        challenger=sides[0],
        champion=sides[1],
        labels=tuple(recall),
        accuracy=accuracy,
        macro_f1=macro_f1,
        recall=recall,
        disagreements=_keep_disagreements(ours, theirs, folder),
    )


def _answer(bundle: Bundle, raw: LabelledCrops) -> Predictions:
    data = recut(raw) if bundle.card.training.recipe.get("recut", True) else raw
    return predict(Classifier(bundle), data)


def _share_labels(ours: Predictions, theirs: Predictions) -> tuple[Predictions, Predictions]:
    """Both among the labels that both know, on the pictures that show one of these."""
    labels = [label for label in ours.labels if label in theirs.labels]
    first, second = (
        p.take(np.isin(p.truth, [p.labels.index(label) for label in labels])).view(labels)
        for p in (ours, theirs)
    )
    return first, second


def _side(bundle: Bundle, predictions: Predictions) -> Side:
    data = predictions.data
    return Side(
        name=bundle.name,
        digest=bundle.digest,
        title=bundle.card.title,
        score=score(predictions, ", ".join(dict.fromkeys(data.sources.tolist())), "held out", leaks=False),
        milliseconds_per_crop=time_one(Classifier(bundle), data.crops[:1]),
        megabytes=(bundle.folder / RUNTIME_FILE).stat().st_size / 1e6,
        parameters=bundle.card.parameters,
    )


def _difference(
    statistic: Statistic,
    ours: Predictions,
    theirs: Predictions,
    keys: npt.NDArray[np.str_],
) -> Interval:
    return bootstrap(lambda rows: statistic(ours, rows) - statistic(theirs, rows), keys)


def _accuracy(predictions: Predictions, rows: Rows, truth: Rows) -> float:
    return float((predictions.guess[rows] == truth[rows]).mean())


def _recall_of(own: Rows, truth: Rows) -> Statistic:
    return lambda predictions, rows: _accuracy(predictions, own[rows], truth)


def _macro_f1(predictions: Predictions, rows: Rows, truth: Rows) -> float:
    present = np.unique(truth)
    return float(
        f1_score(truth[rows], predictions.guess[rows], labels=present, average="macro", zero_division=0)
    )


def _judge(
    accuracy: Interval, macro_f1: Interval, recall: dict[Expression, Interval]
) -> tuple[Gate, tuple[str, ...]]:
    lost = [label.value for label, interval in recall.items() if interval.high < 0]
    gained = [label.value for label, interval in recall.items() if interval.low > 0]
    reasons = [f"Accuracy: {_tell(accuracy)}.", f"Macro-F1: {_tell(macro_f1)}."]
    if gained:
        reasons.append(f"Recognised more often: {', '.join(gained)}.")
    if lost:
        reasons.append(f"Recognised less often: {', '.join(lost)}.")
    if accuracy.high < 0 or macro_f1.high < 0:
        return "worse", tuple(reasons)
    return ("better" if accuracy.low > 0 and macro_f1.low > 0 else "no clear difference"), tuple(reasons)


def _tell(difference: Interval) -> str:
    return (
        f"{difference.value * 100:+.1f} points, and between {difference.low * 100:+.1f} and "
        f"{difference.high * 100:+.1f} with 95% confidence"
    )


def _cautions(
    data: LabelledCrops, champion: Bundle | None, ours: Side, theirs: Side | None, leaks: bool
) -> tuple[str, ...]:
    sources = set(data.sources.tolist())
    found: list[str] = []
    if DRAWN in sources:
        found.append("Drawn faces say nothing about photos: a model that leads here may be useless there.")
    if len(data) < FEW:
        found.append(f"Only {len(data)} pictures were held out: small differences do not show.")
    if leaks:
        found.append("The split leaks: recordings of the test pictures were learned from.")
    if champion is not None and (seen := sorted(sources & champion.card.training.all_sources)):
        found.append(
            f"The champion has learned from {', '.join(seen)} too, maybe from these very pictures: "
            "the comparison favours it."
        )
    if theirs is not None:
        worse = ours.score.expected_calibration_error - theirs.score.expected_calibration_error
        if worse > CALIBRATION_SLACK:
            found.append("The challenger's confidence is less to be believed: see the calibration error.")
        untested = [label.value for label in _labels(champion) if label not in ours.score.per_class]
        if untested:
            found.append(f"Not tested, though the champion knows it: {', '.join(untested)}.")
    return tuple(found)


def _labels(bundle: Bundle | None) -> Sequence[Expression]:
    return bundle.card.labels if bundle else ()


def _keep_disagreements(ours: Predictions, theirs: Predictions, folder: Path) -> tuple[Disagreement, ...]:
    differ = np.flatnonzero(ours.guess != theirs.guess)
    right = ours.guess[differ] == ours.truth[differ]
    half = SHOWN // 2
    chosen = np.concatenate([differ[right][:half], differ[~right][:half]])
    np.savez_compressed(folder / DISAGREEMENTS_FILE, crops=ours.data.crops[chosen])
    return tuple(
        Disagreement(
            name=str(ours.data.names[row]),
            truth=ours.labels[ours.truth[row]],
            challenger=ours.labels[ours.guess[row]],
            challenger_confidence=float(ours.probabilities[row].max()),
            champion=theirs.labels[theirs.guess[row]],
            champion_confidence=float(theirs.probabilities[row].max()),
        )
        for row in chosen
    )
