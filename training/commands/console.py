"""Where commands write, and how they fail."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from core.errors import MienError

CONSOLE = Console()


def user_name() -> str:
    """Who types; some containers have no name for their user."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


@contextmanager
def failing_plainly() -> Iterator[None]:
    """Turn a failure that a user can mend into its sentence and exit status 1."""
    try:
        yield
    except MienError as error:
        Console(stderr=True, soft_wrap=True).print(f"Error: {error}", style="red", highlight=False)
        raise typer.Exit(1) from None
