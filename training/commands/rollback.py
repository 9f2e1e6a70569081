"""`python -m training rollback`: let the model before this one answer again."""

from typing import Annotated

import typer

from training.commands.console import CONSOLE, failing_plainly, user_name
from training.registry import rollback as roll_back


def rollback(
    by: Annotated[str | None, typer.Option(help="Who decides it; your user name if left out.")] = None,
    note: Annotated[str, typer.Option(help="Why, in a sentence, for the log.")] = "",
) -> None:
    """Go back to the champion before this one; again, to the one before that."""
    with failing_plainly():
        entry = roll_back(by or user_name(), note)
    CONSOLE.print(f"{entry.name} answers again, instead of {entry.previous}.", highlight=False)
