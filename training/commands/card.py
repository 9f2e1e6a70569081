"""`python -m training card`: a model card to read, from the card that a bundle carries."""

from pathlib import Path
from typing import Annotated

import typer

from core.bundles import bundle_names, find_bundle
from training.commands.console import CONSOLE, failing_plainly
from training.modelcard import model_card
from training.registry import promotions


def card(
    model: Annotated[str | None, typer.Option(help="Model to describe; the champion if left out.")] = None,
    beside: Annotated[
        list[str] | None, typer.Option(help="Model to compare it with; again for several. All if left out.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Markdown file; the terminal if left out.")] = None,
) -> None:
    """Write the model card: uses, scores of every kind, limits, data and terms."""
    with failing_plainly():
        bundle = find_bundle(model)
        names = bundle_names() if beside is None else beside
        others = [find_bundle(name) for name in names if name != bundle.name]
        text = model_card(bundle, others, promotions())
        if output is None:
            typer.echo(text, nl=False)
            return
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        CONSOLE.print(f"Model card: {output}")
