"""`python -m training fit`: train a recipe and write a judged bundle."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from core.bundles import Bundle, Score
from core.settings import settings
from training.commands.console import CONSOLE, failing_plainly
from training.recipe import load_recipe
from training.splits import SplitKind


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
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a killed run stopped.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the bundle; MIEN_HOME/models if left out.")
    ] = None,
) -> None:
    """Train a recipe on DATA and write a bundle with its scores."""
    with failing_plainly():
        chosen = load_recipe(recipe)
        from training.bundling import Naming, bundle_run  # loads Keras, which --help need not wait for
        from training.runs import load, train_run

        naming = Naming(name or chosen.name, title or chosen.description)
        CONSOLE.print(f"Reading {', '.join(str(path) for path in data)} …")
        crops = load(data, chosen)
        runs = settings().home / "runs" / naming.name
        others: tuple[Score, ...] = ()
        if also is not None and also != split:
            CONSOLE.print(f"Training {chosen.name} on the {also} split, for comparison …")
            _, parts = train_run(chosen, crops, also, seed, runs / also, resume, _verbosity())
            others = bundle_run(runs / also, parts, naming, runs / also / "bundle").card.scores
        CONSOLE.print(f"Training {chosen.name} on the {split} split …")
        _, parts = train_run(chosen, crops, split, seed, runs / split, resume, _verbosity())
        bundle = bundle_run(
            runs / split, parts, naming, (output or settings().trained_models) / naming.name, others
        )
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
    CONSOLE.print(table)
    CONSOLE.print(f"Bundle: {bundle.folder}")
