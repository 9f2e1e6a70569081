"""`python -m training evaluate`: what a bundle is worth on labelled pictures."""

import logging
from pathlib import Path
from typing import Annotated

import typer

from core.classifier import load_classifier
from training.commands.console import CONSOLE, failing_plainly, require_writable
from training.commands.tables import print_classes, print_groups, print_robustness, print_scores
from training.measured import FAIR_AGREEMENT

log = logging.getLogger(__name__)


def evaluate(
    data: Annotated[list[str], typer.Option(help="Data set; give it again for several.")],
    model: Annotated[str | None, typer.Option(help="Model to judge; the champion if left out.")] = None,
    agreement: Annotated[
        float, typer.Option(min=0, max=1, help="Leave out crops whose top class holds less of the votes.")
    ] = FAIR_AGREEMENT,
    present_only: Annotated[
        bool, typer.Option("--present-only", help="Ask only for the expressions that the data has.")
    ] = False,
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Also turn, darken, blur and compress the pictures.")
    ] = False,
    groups: Annotated[
        Path | None, typer.Option(help="csv with `file` and a column an attribute: how does each group fare?")
    ] = None,
    keep: Annotated[
        bool,
        typer.Option("--keep", help="Write what was measured into the model's card."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    output: Annotated[Path | None, typer.Option(help="JSON file to write besides.")] = None,
) -> None:
    """Judge a model on DATA: its test part where it has one, else all of it.

    Crops are cut as in serving, but for a model that was trained on crops as they came. A data set that the
    model learned from is named as leaking.
    """
    if keep and (robustness or groups) and (present_only or agreement != FAIR_AGREEMENT):
        told = "robustness and groups are kept only without --agreement and --present-only: leave those out"
        raise typer.BadParameter(told, param_hint="--keep")
    with failing_plainly():
        require_writable(output, *data, groups)
        classifier = load_classifier(model)
        from training.judging import judge  # loads scikit-learn, which --help need not wait for

        result = judge(classifier, data, agreement, present_only, robustness, groups)
        if keep:
            from training.measured import keep_measured

            kept = keep_measured(
                classifier.bundle, result.robustness, result.groups, result.score, result.refusal
            )
            if result.score not in kept.card.scores:
                log.warning("the card keeps the held-out score that it has on these data")
        text = result.model_dump_json(indent=None if as_json else 2)
        if output:
            output.write_text(text + "\n", encoding="utf-8")
    if as_json:
        typer.echo(text)
        return
    print_scores(result.model, (result.score,), result.refusal)
    print_classes(result.score)
    if result.robustness:
        print_robustness(result.robustness)
    if result.groups:
        print_groups(result.groups)
    CONSOLE.print(f"One crop takes {result.milliseconds_per_crop:.2f} ms on one core.")
