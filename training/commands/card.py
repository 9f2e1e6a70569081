"""`python -m training card`: a model card to read, from the card that a bundle carries."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from core.bundles import Bundle, bundle_names, find_bundle
from core.errors import BundleError
from training.commands.console import CONSOLE, failing_plainly, require_writable
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
        require_writable(output)
        bundle = find_bundle(model)
        others = [find_bundle(name) for name in beside] if beside is not None else _whole_ones()
        others = [other for other in others if other.name != bundle.name]
        text = model_card(bundle, others, promotions())
        if output is None:
            typer.echo(text, nl=False)
            return
        output.write_text(text, encoding="utf-8")
        CONSOLE.print(f"Model card: {output}")


def _whole_ones() -> list[Bundle]:
    """All models that can be read; `list` says what is wrong with the others."""
    found = []
    for name in bundle_names():
        with suppress(BundleError):
            found.append(find_bundle(name))
    return found
