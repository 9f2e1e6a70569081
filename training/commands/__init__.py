"""`python -m training`: labelled pictures in, a judged bundle out. One command a file."""

import logging
import os
from importlib.util import find_spec
from typing import Final

import typer
from rich.console import Console
from rich.logging import RichHandler

from training.commands.card import card
from training.commands.check import check
from training.commands.crossval import crossval
from training.commands.discard import discard
from training.commands.evaluate import evaluate
from training.commands.export import export
from training.commands.fit import fit
from training.commands.jobs import app as jobs
from training.commands.list import list_models
from training.commands.promote import promote
from training.commands.rollback import rollback

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow greets on stderr unless told not to

BACKENDS: Final = ("tensorflow", "jax", "torch")

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Train models that Mien serves, and judge them honestly."""
    handler = RichHandler(console=Console(stderr=True), show_path=False)
    logging.basicConfig(level="WARNING", format="%(message)s", handlers=[handler])
    backend = os.environ.get("KERAS_BACKEND") or BACKENDS[0]
    if backend not in BACKENDS or find_spec(backend) is None:
        raise typer.BadParameter(
            f"KERAS_BACKEND is {backend!r}, which is not installed: set it to tensorflow, jax or torch, and "
            "install the one you name."
        )


app.command()(check)
app.command()(fit)
app.command()(crossval)
app.command()(evaluate)
app.command()(export)
app.command()(promote)
app.command()(rollback)
app.command()(discard)
app.command("list")(list_models)
app.command()(card)
app.add_typer(jobs, name="jobs")
