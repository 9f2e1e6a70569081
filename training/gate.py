"""From measured differences to a word on a challenger, and what to bear in mind before believing it."""

from collections.abc import Sequence
from typing import Final

from core.bundles import Bundle, Interval
from core.expressions import Expression
from training.datasets.drawn import SOURCE as DRAWN
from training.datasets.families import learned_from
from training.datasets.labelled import LabelledCrops
from training.few_people import FEWEST_PEOPLE
from training.verdict import Gate, Side

FEW: Final = 100
"""Test pictures below which a comparison says little: an accuracy's interval is wider than ±8 points."""

CALIBRATION_SLACK: Final = 0.05
"""How much larger an expected calibration error is worth a word."""


def judge(
    accuracy: Interval,
    macro_f1: Interval,
    recall: dict[Expression, Interval],
    *,
    people: int,
    leaks: bool,
    knows_people: bool = False,
) -> tuple[Gate, tuple[str, ...]]:
    """Say what the intervals of the differences say, challenger minus champion, and why.

    Args:
        people: who were held out; the intervals resample them, so a few people make them too narrow.
        leaks: whether the challenger had learned from the test pictures or their recordings.
        knows_people: whether it had learned from other pictures of the people in them.
    """
    lost = [label.value for label, interval in recall.items() if interval.high < 0]
    gained = [label.value for label, interval in recall.items() if interval.low > 0]
    reasons = [f"Accuracy: {_tell(accuracy)}.", f"Macro-F1: {_tell(macro_f1)}."]
    if gained:
        reasons.append(f"Recognised more often: {', '.join(gained)}.")
    if lost:
        reasons.append(f"Recognised less often: {', '.join(lost)}.")
    if people < FEWEST_PEOPLE:
        return "no clear difference", (
            f"Only {people} people were held out; it takes {FEWEST_PEOPLE}.",
            *reasons,
        )
    if accuracy.high < 0 or macro_f1.high < 0:
        return "worse", tuple(reasons)
    if accuracy.low <= 0 or macro_f1.low <= 0:
        return "no clear difference", tuple(reasons)
    if leaks:
        return "no clear difference", (
            "The challenger had learned from the test pictures or their recordings: its lead proves nothing.",
            *reasons,
        )
    if knows_people:
        return "no clear difference", (
            "The challenger had learned from people in the test pictures: of others its lead says nothing.",
            *reasons,
        )
    return "better", tuple(reasons)


def seen_before(bundle: Bundle, data: LabelledCrops) -> tuple[str, ...]:
    """Data sets of models that a bundle started or learned from; their own test parts do not count."""
    return learned_from(data, bundle.card.training.learned_before)


def _tell(difference: Interval) -> str:
    return (
        f"{difference.value * 100:+.1f} points, and between {difference.low * 100:+.1f} and "
        f"{difference.high * 100:+.1f} with 95% confidence"
    )


def cautions(
    data: LabelledCrops,
    champion: Bundle | None,
    ours: Side,
    theirs: Side | None,
    *,
    people: int,
    leaks: bool,
    shared_people: float | None,
    seen: Sequence[str],
) -> tuple[str, ...]:
    """What to bear in mind, a sentence each.

    Args:
        people: who were held out.
        leaks: whether the split leaks.
        shared_people: share of the pictures with somebody whom the challenger learned from; None: not known.
        seen: data sets from which a model that the challenger started or learned from had learned.
    """
    found: list[str] = []
    if DRAWN in set(data.sources.tolist()):
        found.append("Drawn faces say nothing about photos: a model that leads here may be useless there.")
    if len(data) < FEW:
        found.append(f"Only {len(data)} pictures were held out: small differences do not show.")
    if leaks:
        found.append("The split leaks: recordings of the test pictures were learned from.")
    if shared_people:
        found.append(
            f"{shared_people:.0%} of the test pictures show people whom the challenger learned from: choose "
            "another split to see what it does with others."
        )
    if (data.subjects == "").any():
        found.append(
            "Nobody says who is shown in all of the pictures: the same people may stand on both sides, and "
            "the intervals count pictures as people."
        )
    elif shared_people is None:
        found.append(
            "Some of the faces that were learned from name nobody: the same people may stand on both sides."
        )
    if people < FEWEST_PEOPLE:
        found.append(f"Only {people} people were held out: who they are decides more than the model.")
    known = learned_from(data, champion.card.training.all_sources) if champion is not None else ()
    if seen:
        found.append(
            f"A model it started or learned from had seen {', '.join(seen)}, maybe these very pictures."
        )
    elif known:
        found.append(
            f"The champion has learned from {', '.join(known)} too, maybe from these very pictures: "
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
