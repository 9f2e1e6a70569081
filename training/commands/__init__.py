"""`python -m training`: labelled pictures in, a judged bundle out. One command a file."""

import logging
import os

import typer
from rich.console import Console
from rich.logging import RichHandler

from training.commands.fit import fit

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow greets on stderr unless told not to

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Train models that Mien serves, and judge them honestly."""
    handler = RichHandler(console=Console(stderr=True), show_path=False)
    logging.basicConfig(level="WARNING", format="%(message)s", handlers=[handler])


app.command()(fit)
