"""What a card says of answers withheld, worse pictures and groups of people."""

from core.bundles import Card, Refusal, Score
from training.modelcard.markdown import table
from training.named import UNCUT


def abstention(card: Card) -> str:
    """How often no label is given: to faces, and to what is none."""
    text = (
        f"An answer takes a probability of at least {card.thresholds.confidence:.2f}, chosen so that "
        f"{card.thresholds.coverage:.0%} of the faces kept apart for choices get one."
    )
    if card.headline:
        text += (
            f" Of the {card.headline.n} faces of {card.headline.data}, {1 - card.headline.coverage:.1%} get "
            f"no label{_right_on_others(card.headline)}."
        )
    mistaken = {
        score.data: f"{score.unlike_a_face:.1%} of the {score.n:,} of {score.data}"
        for score in reversed(card.scores)
        if score.unlike_a_face is not None and not score.leaks
    }
    if mistaken:
        text += f" Of these faces it takes for none: {', '.join(reversed(mistaken.values()))}."
    if card.refusal:
        text += (
            f" Of {card.refusal.nonfaces} crops without a face{_seen(card.refusal)}, "
            f"{card.refusal.nonfaces_refused:.1%} get no label; {card.refusal.faces_refused:.1%} of "
            f"{card.refusal.faces} faces are called unlike a face{_any_reason(card.refusal)}."
        )
    return text


def _right_on_others(score: Score) -> str:
    return (
        ""
        if score.covered_accuracy is None
        else f"; it is right on {score.covered_accuracy:.1%} of the others"
    )


def _any_reason(refusal: Refusal) -> str:
    if refusal.faces_unanswered is None:
        return ""
    return f", and {refusal.faces_unanswered:.1%} get no label for one reason or another"


def _seen(refusal: Refusal) -> str:
    if refusal.leaks:
        return " (**leaks:** it, or a model it started or learned from, had learned from some of them)"
    return " that it never saw"


def robustness(card: Card) -> str:
    """What is lost on pictures that were made worse; the card has such figures."""
    counted = any(one.unanswered is not None for one in card.robustness)
    rows = (
        (
            one.change,
            f"{one.accuracy:.1%}",
            f"{100 * one.lost:.1f}",
            *(["–" if one.unanswered is None else f"{one.unanswered:.1%}"] if counted else []),
        )
        for one in card.robustness
    )
    first = card.robustness[0]
    order = "before" if any(one.change == UNCUT for one in card.robustness) else "after"
    measured = f"{first.n:,} crops of {first.data}, changed {order} they were cut:\n\n" if first.data else ""
    if first.leaks:
        measured = "**Leaks:** it had learned from these pictures. " + measured
    return measured + table(
        ("pictures", "accuracy", "points lost", *(["without an answer"] if counted else [])), rows
    )


def groups(card: Card) -> str:
    """How right it is for each group of people, or that nobody measured it."""
    if not card.groups:
        return (
            "Not measured, so it may be worse for some people than for others. "
            "`python -m training evaluate --data DATA --groups TABLE.csv --keep` measures it on data that "
            "says who belongs to which group."
        )
    rows = (
        (
            one.attribute,
            one.group,
            str(one.n),
            one.accuracy.in_percent,
            f"{one.unanswered:.1%}",
        )
        for one in card.groups
    )
    compared = table(("attribute", "group", "crops", "accuracy", "without an answer"), rows)
    told = groups_told(card)
    return f"{told}\n\n{compared}" if told else compared


def groups_told(card: Card) -> str:
    """On which pictures groups were compared, and whether it had learned from them; "" where not recorded."""
    names = list(dict.fromkeys(one.data for one in card.groups if one.data))
    leaks = any(one.leaks for one in card.groups)
    told = ["**Leaks:** it had learned from these pictures."] if leaks else []
    return " ".join([*told, *([f"Measured on crops of {', '.join(names)}."] if names else [])])
