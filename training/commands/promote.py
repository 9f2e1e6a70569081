"""`python -m training promote`: let another model answer."""

from typing import Annotated

import typer

from training.commands.console import CONSOLE, failing_plainly, user_name
from training.registry import promote as promote_bundle


def promote(
    name: Annotated[str, typer.Argument(help="Model to serve; `list` names them.")],
    by: Annotated[str | None, typer.Option(help="Who decides it; your user name if left out.")] = None,
    note: Annotated[str, typer.Option(help="Why, in a sentence, for the log.")] = "",
) -> None:
    """Serve a model from now on, in every open browser and without a restart."""
    with failing_plainly():
        entry = promote_bundle(name, by or user_name(), note)
    before = f"; before it, {entry.previous} did" if entry.previous else ""
    CONSOLE.print(f"{entry.name} answers from now on{before}.", highlight=False)
