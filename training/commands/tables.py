"""Results as tables in the terminal."""

from collections.abc import Sequence

from rich.table import Table

from core.bundles import GroupScore, Refusal, Robustness, Score
from training.commands.console import CONSOLE
from training.few_people import few_people
from training.splits import how_apart


def print_scores(title: str, scores: Sequence[Score], refusal: Refusal | None) -> None:
    """One row a score, what leaks named so; below it how non-faces are refused."""
    table = Table("Data", "Crops", "Accuracy", "Macro-F1", "Calibration error", "How", title=title)
    for score in scores:
        f = score.macro_f1
        table.add_row(
            score.data,
            str(score.n),
            score.accuracy.in_percent,
            f"{f.value:.3f} ({f.low:.3f} to {f.high:.3f})",
            f"{score.expected_calibration_error:.3f}",
            f"{'LEAKS: ' if score.leaks else ''}{how_apart(score)}",
        )
    CONSOLE.print(table)
    for sentence in few_people(scores):
        CONSOLE.print(sentence, style="yellow", highlight=False)
    if refusal:
        CONSOLE.print(
            f"{'LEAKS: ' if refusal.leaks else ''}No label for {refusal.nonfaces_refused:.1%} of "
            f"{refusal.nonfaces} crops without a face; {refusal.faces_refused:.1%} of {refusal.faces} faces "
            f"called unlike a face{_unanswered(refusal)}."
        )


def _unanswered(refusal: Refusal) -> str:
    if refusal.faces_unanswered is None:
        return ""
    return f", no label for {refusal.faces_unanswered:.1%} of them"


def print_classes(score: Score) -> None:
    """Precision and recall of each expression."""
    table = Table("Expression", "Crops", "Precision", "Recall")
    for label, found in score.per_class.items():
        table.add_row(label, str(found.n), f"{found.precision:.1%}", f"{found.recall:.1%}")
    CONSOLE.print(table)


def print_robustness(found: Sequence[Robustness]) -> None:
    """What each change of the pictures costs."""
    table = Table("Pictures", "Accuracy", "Points lost", "Without an answer")
    for one in found:
        unanswered = f"{one.unanswered:.1%}" if one.unanswered is not None else "–"
        table.add_row(one.change, f"{one.accuracy:.1%}", f"{100 * one.lost:.1f}", unanswered)
    CONSOLE.print(table)


def print_groups(found: Sequence[GroupScore]) -> None:
    """How each group of people fares; of few people an interval is too narrow."""
    table = Table("Attribute", "Group", "Crops", "People", "Accuracy", "Without an answer")
    for one in found:
        a = one.accuracy
        cells = (f"{a.value:.1%} ({a.low:.1%}–{a.high:.1%})", f"{one.unanswered:.1%}")
        people = "not known" if one.people is None else str(one.people)
        table.add_row(one.attribute, one.group, str(one.n), people, *cells)
    CONSOLE.print(table)
