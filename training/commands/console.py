"""Where commands write, and how they fail."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from core.errors import MienError

CONSOLE = Console()


@contextmanager
def failing_plainly() -> Iterator[None]:
    """Turn a failure that a user can mend into its sentence and exit status 1."""
    try:
        yield
    except MienError as error:
        Console(stderr=True, soft_wrap=True).print(f"Error: {error}", style="red", highlight=False)
        raise typer.Exit(1) from None
