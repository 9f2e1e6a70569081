"""A bundle's card as a page that a person can read (after Mitchell et al., FAT* 2019)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from core.bundles import RUNTIME_FILE, Bundle, Card, Refusal, Score
from core.bundles.limits import limits_told
from training.datasets.ferplus import SOURCE as FERPLUS
from training.few_people import few_people
from training.named import FERPLUS_VALID, UNCUT
from training.registry import Promotion
from training.splits import ANOTHER, PROTOCOLS, how_apart

INTENDED: Final = (
    "Reading the expression of faces in photos whose people agreed to it, with a person who looks at the "
    "result.",
    "Comparing ways to train, on data sets that the reader holds.",
)
FORBIDDEN: Final = (
    "At work, in hiring or in education: inferring emotions there is prohibited in the European Union "
    "(AI Act, Article 5(1)(f)).",
    "Decisions about a person without human review; claims about what somebody feels.",
    "Faces of people who were not told.",
)


def model_card(bundle: Bundle, others: Sequence[Bundle] = (), promotions: Sequence[Promotion] = ()) -> str:
    """Write one bundle's card as Markdown.

    Args:
        others: bundles to put beside it where scores are compared.
        promotions: the log of all changes of the champion; those that concern this bundle are told.
    """
    promotions = [one for one in promotions if bundle.name in {one.name, one.previous}]
    card = bundle.card
    sections = (
        f"# {card.name}: {_plain(card.title)}",
        _summary(card),
        "## What it may be used for\n\n" + _bullets(INTENDED),
        "## What it must not be used for\n\n" + _bullets(FORBIDDEN),
        "## How often it is right\n\n" + _scores(card),
        "## Honest beside leaking\n\n" + _comparison((bundle, *others)),
        "## Each expression\n\n" + _classes(card),
        "## How sure it is\n\n" + _calibration(card),
        "## When it gives no answer\n\n" + _abstention(card),
        *(("## Worse pictures\n\n" + _robustness(card),) if card.robustness else ()),
        "## Groups of people\n\n" + _groups(card),
        "## Limits\n\n" + _bullets(limits_told(card)),
        "## Data and terms\n\n" + card.terms,
        "## How it was trained\n\n" + _training(bundle),
        *(("## When it served\n\n" + _promotions(promotions),) if promotions else ()),
    )
    return "\n\n".join(sections) + "\n"


def _summary(card: Card) -> str:
    headline = card.headline
    text = f"It tells {', '.join(card.labels)} apart in 48 × 48 grey crops of faces."
    if headline:
        text += (
            f" On {headline.data} it is right on **{headline.accuracy.value:.1%}** "
            f"({_interval(headline)}) of {headline.n} crops: {how_apart(headline)}."
        )
    return text


def _scores(card: Card) -> str:
    rows = (
        (
            score.data,
            str(score.n),
            score.accuracy.in_percent,
            f"{score.balanced_accuracy:.1%}",
            f"{score.macro_f1.value:.3f} ({score.macro_f1.low:.3f} to {score.macro_f1.high:.3f})",
            f"{'**leaks:** ' if score.leaks else ''}{how}",
        )
        for score, how in told_apart(card.scores)
    )
    told = ("Intervals hold 95% of 1,000 bootstrap draws of people, where they are known.",)
    table = _table(("data", "crops", "accuracy", "balanced", "macro-F1", "how it was measured"), rows)
    return f"{table}\n\n{' '.join((*told, *few_people(card.scores)))}"


def told_apart(scores: Sequence[Score]) -> Iterator[tuple[Score, str]]:
    """Each score and how it was measured; those of the model itself stand before those of other trainings."""
    seen: set[tuple[str, str]] = set()
    for score in scores:
        how = how_apart(score)
        yield score, f"{how}; {ANOTHER}" if score.own and (score.data, how) in seen else how
        seen.add((score.data, how))


def _comparison(bundles: Iterable[Bundle]) -> str:
    known = tuple(bundles)
    rows = (
        (b.name, score.data, how, "yes" if score.leaks else "no", f"{score.accuracy.value:.1%}")
        for b in known
        for score, how in told_apart(b.card.scores)
    )
    told = "A score leaks where near-copies of the tested crops were learned from."
    scored = {
        score.data
        for b in known
        for score in b.card.scores
        if score.data == FERPLUS_VALID or _at_random(score)
    }
    if {FERPLUS, FERPLUS_VALID} <= scored:
        told += (
            f" {FERPLUS_VALID} leaves out crops whose label has fewer than half of the votes that count; the "
            f"random split of {FERPLUS} holds those too, which are the hardest."
        )
    return f"{told}\n\n" + _table(("model", "data", "how it was measured", "leaks", "accuracy"), rows)


def _at_random(score: Score) -> bool:
    return PROTOCOLS["random"] in score.protocol


def _classes(card: Card) -> str:
    parts = []
    for score, how in told_apart(card.scores):
        if not score.leaks:
            rows = (
                (label, str(found.n), f"{found.precision:.1%}", f"{found.recall:.1%}")
                for label, found in score.per_class.items()
            )
            table = _table(("expression", "crops", "precision", "recall"), rows)
            parts.append(f"{score.data}, {how}:\n\n{table}")
    return "\n\n".join(parts)


def _calibration(card: Card) -> str:
    rows = (
        (
            score.data,
            f"{score.expected_calibration_error:.3f}",
            f"{score.brier:.3f}",
            f"{score.negative_log_likelihood:.3f}",
            *(f"{point:.1%}" if point is not None else "–" for point in _at_coverages(score)),
        )
        for score in card.scores
        if not score.leaks
    )
    learner = "this training" if card.training.initial or card.training.teacher else "it"
    siblings = " but whose siblings it may have learned from" if card.training.split == "random" else ""
    return (
        f"Logits are divided by {card.temperature:.3f}, fitted on faces that {learner} did not learn "
        f"from{siblings}."
        "\n\n" + _table(("data", "ECE", "Brier", "NLL", "right at 50% coverage", "at 80%", "at 100%"), rows)
    )


def _at_coverages(score: Score) -> list[float | None]:
    found = {point.coverage: point.accuracy for point in score.risk_coverage}
    return [found.get(share) for share in (0.5, 0.8, 1.0)]


def _abstention(card: Card) -> str:
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


def _robustness(card: Card) -> str:
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
    return measured + _table(
        ("pictures", "accuracy", "points lost", *(["without an answer"] if counted else [])), rows
    )


def _groups(card: Card) -> str:
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
    table = _table(("attribute", "group", "crops", "accuracy", "without an answer"), rows)
    told = groups_told(card)
    return f"{told}\n\n{table}" if told else table


def groups_told(card: Card) -> str:
    """On which pictures groups were compared, and whether it had learned from them; "" where not recorded."""
    names = list(dict.fromkeys(one.data for one in card.groups if one.data))
    leaks = any(one.leaks for one in card.groups)
    told = ["**Leaks:** it had learned from these pictures."] if leaks else []
    return " ".join([*told, *([f"Measured on crops of {', '.join(names)}."] if names else [])])


def _promotions(promotions: Sequence[Promotion]) -> str:
    rows = (
        (
            f"{one.time:%Y-%m-%d %H:%M}",
            one.action,
            one.name,
            one.previous or "none",
            _plain(one.by),
            _plain(one.note) or "–",
        )
        for one in promotions
    )
    return _table(("when (UTC)", "what", "served from then", "until then", "who", "why"), rows)


def _training(bundle: Bundle) -> str:
    card, run = bundle.card, bundle.card.training
    size = (bundle.folder / RUNTIME_FILE).stat().st_size / 1e6
    versions = ", ".join(f"{name} {version}" for name, version in run.versions.items())
    start = f"from {run.initial}" if run.initial else "from scratch"
    taught = f", taught by {run.teacher}" if run.teacher else ""
    return _bullets(
        (
            f"{card.parameters:,} parameters, {size:.2f} MB to serve ({card.runtime}); "
            f"recipe {run.recipe['name']}, {start}{taught}, seed {run.seed}.",
            f"{run.epochs} epochs in {run.seconds:,.0f} s on {run.device} ({run.backend}, {run.precision}).",
            f"Crops: {', '.join(f'{count:,} {part}' for part, count in run.rows.items())}.",
            f"Data digest {run.data_digest[:16]}; bundle {bundle.digest}; made {card.created:%Y-%m-%d}.",
            f"{versions}.",
        )
    )


def _interval(score: Score) -> str:
    return f"{score.accuracy.low:.1%} to {score.accuracy.high:.1%}"


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _plain(text: str) -> str:
    """What a person typed, as it is: nothing of it is read as Markdown, in one line."""
    return re.sub(r"([\\`*_\[\]<>|!])", r"\\\1", " ".join(text.split()))


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def _cell(text: str) -> str:
    """What data sets and groups are called may have a bar, which would end the cell."""
    return re.sub(r"(?<!\\)\|", r"\|", text)
