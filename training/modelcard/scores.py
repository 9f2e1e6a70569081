"""What a card says of how often its model is right, and how sure it may be believed."""

from collections.abc import Iterable, Iterator, Sequence

from core.bundles import Bundle, Card, Score
from training.datasets.ferplus import SOURCE as FERPLUS
from training.few_people import few_people
from training.modelcard.markdown import table
from training.named import FERPLUS_VALID
from training.splits import ANOTHER, PROTOCOLS, how_apart


def scores_told(card: Card) -> str:
    """Every score with its protocol, and how far its interval may be believed."""
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
    told = (
        "Intervals hold 95% of 1,000 bootstrap draws of people, where they are known.",
        *few_people(card.scores),
    )
    head = ("data", "crops", "accuracy", "balanced", "macro-F1", "how it was measured")
    return f"{table(head, rows)}\n\n{' '.join(told)}"


def told_apart(scores: Sequence[Score]) -> Iterator[tuple[Score, str]]:
    """Each score and how it was measured; those of the model itself stand before those of other trainings."""
    seen: set[tuple[str, str]] = set()
    for score in scores:
        how = how_apart(score)
        yield score, f"{how}; {ANOTHER}" if score.own and (score.data, how) in seen else how
        seen.add((score.data, how))


def comparison(bundles: Iterable[Bundle]) -> str:
    """Every model's scores below each other, those that leak marked."""
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
    return f"{told}\n\n" + table(("model", "data", "how it was measured", "leaks", "accuracy"), rows)


def _at_random(score: Score) -> bool:
    return PROTOCOLS["random"] in score.protocol


def classes(card: Card) -> str:
    """Precision and recall of every expression, where the score does not leak."""
    parts = []
    for score, how in told_apart(card.scores):
        if not score.leaks:
            rows = (
                (label, str(found.n), f"{found.precision:.1%}", f"{found.recall:.1%}")
                for label, found in score.per_class.items()
            )
            head = ("expression", "crops", "precision", "recall")
            parts.append(f"{score.data}, {how}:\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def calibration(card: Card) -> str:
    """How the temperature was found, and what probabilities are worth with it."""
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
        "\n\n" + table(("data", "ECE", "Brier", "NLL", "right at 50% coverage", "at 80%", "at 100%"), rows)
    )


def _at_coverages(score: Score) -> list[float | None]:
    found = {point.coverage: point.accuracy for point in score.risk_coverage}
    return [found.get(share) for share in (0.5, 0.8, 1.0)]
