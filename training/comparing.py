"""Challenger beside champion on the same held-out pictures: which of them should serve?"""

from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from core.bundles import Bundle, Interval
from core.bundles.store import RUNTIME_FILE
from core.classifier import Classifier
from core.corrections import ACCEPTED
from core.errors import DataError
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.datasets.recutting import recut
from training.evaluation import macro_f1, predict, score
from training.evaluation.intervals import bootstrap
from training.evaluation.predictions import Predictions
from training.evaluation.timing import time_one
from training.gate import cautions, judge, seen_before
from training.splits import groups
from training.verdict import DISAGREEMENTS_FILE, Disagreement, Side, Verdict

Rows: TypeAlias = npt.NDArray[np.intp]
Statistic: TypeAlias = Callable[[Predictions, Rows], float]

SHOWN: Final = 48
"""Pictures kept of those on which the two disagree; as far as there are, equally many for which the one, the
other and neither is right, in turns."""

FEWEST_OF_A_CLASS: Final = 5
"""People who show an expression, below which its recall has no interval."""

NO_MODEL: Final = "No model serves yet."


def compare(
    challenger: Bundle,
    champion: Bundle | None,
    test: LabelledCrops,
    *,
    leaks: bool,
    shared_people: float | None = 0.0,
    folder: Path,
    why_alone: str = NO_MODEL,
) -> Verdict:
    """Judge two bundles on the same pictures, and keep in `folder` those on which they disagree.

    Differences have 95% intervals, bootstrapped over subjects where they are known and paired: both models
    answer the same resampled pictures. The gate says "better" where the intervals of accuracy and macro-F1
    both lie above zero, "worse" where either lies below, and neither on the word of fewer than ten people.

    Args:
        test: as it was read; each model sees it in the framing it was trained on.
        leaks: whether recordings of the test pictures were learned from by the challenger.
        shared_people: share of the test pictures that show somebody whom the challenger learned from; None:
            not known.
        why_alone: where there is no champion, the reason.

    Raises:
        DataError: a model knows none of the labels.
    """
    test = test.take(test.labels != NOT_A_FACE)
    ours = _answer(challenger, test)
    if champion is None:
        side = _side(challenger, ours)
        return Verdict(
            outcome="better" if why_alone == NO_MODEL else "no clear difference",
            reasons=(why_alone,),
            cautions=cautions(
                test,
                None,
                side,
                None,
                people=len(np.unique(groups(test))),
                leaks=leaks,
                shared_people=shared_people,
                seen=seen_before(challenger, test),
            ),
            challenger=side,
            champion=None,
            labels=ours.labels,
        )
    theirs = _answer(champion, test)
    left_out = [label.value for label in ours.data.expressions if label not in theirs.labels]
    ours, theirs = _share_labels(ours, theirs)
    keys, truth = groups(ours.data), ours.truth
    accuracy = _difference(lambda p, rows: _accuracy(p, rows, truth), ours, theirs, keys)
    macro_f1 = _difference(lambda p, rows: _macro_f1(p, rows, truth), ours, theirs, keys)
    recall = {}
    for column in np.unique(truth):
        own = np.flatnonzero(truth == column)
        if len(np.unique(keys[own])) >= FEWEST_OF_A_CLASS:
            recall[ours.labels[column]] = _difference(_recall_of(own, truth), ours, theirs, keys[own])
    sides = _side(challenger, ours), _side(champion, theirs)
    seen = seen_before(challenger, ours.data)
    people = len(np.unique(keys))
    outcome, reasons = judge(
        accuracy, macro_f1, recall, people=people, leaks=leaks or bool(seen), knows_people=bool(shared_people)
    )
    warnings = cautions(
        ours.data, champion, *sides, people=people, leaks=leaks, shared_people=shared_people, seen=seen
    )
    if left_out:
        warnings += (f"Left out, for the champion does not know it: {', '.join(left_out)}.",)
    return Verdict(
        outcome=outcome,
        reasons=reasons,
        cautions=warnings,
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
    if len(labels) < 2:
        raise DataError("The two models know no two expressions in common, so nothing can be compared.")
    first, second = (p.take(p.shows(labels)).view(labels) for p in (ours, theirs))
    return first, second


def _side(bundle: Bundle, predictions: Predictions) -> Side:
    data = predictions.data
    return Side(
        name=bundle.name,
        digest=bundle.digest,
        title=bundle.card.title,
        score=score(predictions, ", ".join(dict.fromkeys(data.sources.tolist())), "held out", leaks=False),
        milliseconds_per_crop=time_one(bundle, data.crops[:1]),
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
    return macro_f1(truth[rows], predictions.guess[rows], np.unique(truth[rows]))


def _keep_disagreements(ours: Predictions, theirs: Predictions, folder: Path) -> tuple[Disagreement, ...]:
    may_stay = ours.data.sources != ACCEPTED  # see `training.judged`
    differ = np.flatnonzero((ours.guess != theirs.guess) & may_stay)
    ours_right = ours.guess[differ] == ours.truth[differ]
    theirs_right = theirs.guess[differ] == theirs.truth[differ]
    kinds = [differ[ours_right], differ[theirs_right], differ[~ours_right & ~theirs_right]]
    turns = [row for turn in zip_longest(*kinds) for row in turn if row is not None]
    chosen = np.array(turns[:SHOWN], np.intp)
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
