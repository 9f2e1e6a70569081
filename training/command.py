"""`python -m training`: labelled pictures in, a judged bundle out."""

import logging
import os
import sys
from pathlib import Path
from typing import Annotated

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # TensorFlow greets on stderr unless told not to

import typer
from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from core.bundles import Bundle, Score
from core.errors import MienError
from core.settings import settings
from training.recipe import load_recipe
from training.splits import SplitKind

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)
console = Console()


@app.callback()
def main() -> None:
    """Train models that Mien serves, and judge them honestly."""
    logging.basicConfig(
        level="WARNING", format="%(message)s", handlers=[RichHandler(console=Console(stderr=True))]
    )


@app.command()
def fit(
    data: Annotated[list[Path], typer.Option(help="Data set; give it again for several.")],
    recipe: Annotated[str, typer.Option(help="Name in training/recipes, or a TOML file.")] = "recommended",
    split: Annotated[SplitKind, typer.Option(help="subject keeps people apart; random leaks.")] = "subject",
    also: Annotated[
        SplitKind | None, typer.Option(help="Train on this split too, for its score only.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0)] = 42,
    name: Annotated[str | None, typer.Option(help="Name of the bundle; the recipe's if left out.")] = None,
    title: Annotated[str | None, typer.Option(help="One line that says what it is.")] = None,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the bundle; MIEN_HOME/models if left out.")
    ] = None,
) -> None:
    """Train a recipe on DATA and write a bundle with its scores."""
    try:
        chosen = load_recipe(recipe)
        from training.bundling import Naming, bundle_run  # loads Keras, which --help need not wait for
        from training.runs import load, train_run

        naming = Naming(name or chosen.name, title or chosen.description)
        console.print(f"Reading {', '.join(str(path) for path in data)} …")
        crops = load(data, chosen)
        runs = settings().home / "runs" / naming.name
        others: tuple[Score, ...] = ()
        if also is not None and also != split:
            console.print(f"Training {chosen.name} on the {also} split, for comparison …")
            _, parts = train_run(chosen, crops, also, seed, runs / also, _verbosity())
            others = bundle_run(runs / also, parts, naming, runs / also / "bundle").card.scores
        console.print(f"Training {chosen.name} on the {split} split …")
        _, parts = train_run(chosen, crops, split, seed, runs / split, _verbosity())
        bundle = bundle_run(
            runs / split, parts, naming, (output or settings().trained_models) / naming.name, others
        )
    except MienError as error:
        Console(stderr=True, soft_wrap=True).print(f"Error: {error}", style="red")
        raise typer.Exit(1) from None
    _print_scores(bundle)


def _verbosity() -> int:
    """Keras' progress bar on a terminal, one line an epoch in a log."""
    return 1 if sys.stdout.isatty() else 2


def _print_scores(bundle: Bundle) -> None:
    table = Table("Data", "Crops", "Accuracy", "Macro-F1", "Calibration error", "How", title=bundle.name)
    for score in bundle.card.scores:
        a, f = score.accuracy, score.macro_f1
        table.add_row(
            score.data,
            str(score.n),
            f"{a.value:.1%} ({a.low:.1%}–{a.high:.1%})",
            f"{f.value:.3f} ({f.low:.3f}–{f.high:.3f})",
            f"{score.expected_calibration_error:.3f}",
            f"{'LEAKS: ' if score.leaks else ''}{score.protocol}",
        )
    console.print(table)
    console.print(f"Bundle: {bundle.folder}")
