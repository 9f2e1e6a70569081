"""`python -m training discard`: throw away a model that was trained here."""

from typing import Annotated

import typer

from training.commands.console import CONSOLE, failing_plainly
from training.registry import discard as discard_bundle


def discard(name: Annotated[str, typer.Argument(help="Model to delete; `list` names them.")]) -> None:
    """Delete a model that was trained here, never the one that serves. Its run is kept."""
    with failing_plainly():
        discard_bundle(name)
    CONSOLE.print(f"{name} was deleted.", highlight=False)
