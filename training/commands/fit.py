"""`python -m training fit`: train a recipe and write a judged bundle."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, cast

import typer

from core.bundles import Bundle, Refusal, Score, find_bundle
from core.errors import BundleError
from core.settings import settings
from training.commands.console import CONSOLE, failing_plainly
from training.commands.tables import print_scores
from training.placing import require_place
from training.recipe import MOST_SEED, load_recipe
from training.splits import PROTOCOLS, SplitKind
from training.starting import require_start
from training.trainable import require_trainable


def _known(kinds: list[str] | None) -> list[str] | None:
    """Typer takes no list of literals."""
    wrong = [kind for kind in kinds or () if kind not in PROTOCOLS]
    if wrong:
        raise typer.BadParameter(f"{wrong[0]!r} is not one of {', '.join(PROTOCOLS)}.")
    return kinds


def fit(
    data: Annotated[list[str], typer.Option(help="Data set; give it again for several.")],
    recipe: Annotated[str, typer.Option(help="Name in training/recipes, or a TOML file.")] = "recommended",
    split: Annotated[
        SplitKind, typer.Option(help="What must not stand on both sides; random leaks.")
    ] = "subject",
    also: Annotated[
        list[str] | None,
        typer.Option(
            help="Train on this split too, for its score only: one of those above.", callback=_known
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, max=MOST_SEED)] = 42,
    initial: Annotated[
        str | None, typer.Option("--from", help="Model to start from; from scratch if left out.")
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(help="Model to learn from besides the labels; it must not have seen the test people."),
    ] = None,
    crossval: Annotated[
        Path | None,
        typer.Option(help="Learn from all; the scores come from this file that `crossval` wrote."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the bundle; the recipe's if left out.")] = None,
    title: Annotated[str | None, typer.Option(help="One line that says what it is.")] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Train even if a class is missing or only one person shows it.")
    ] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a killed run stopped.")] = False,
    output: Annotated[
        Path | None, typer.Option(help="Folder for the bundle; MIEN_HOME/models if left out.")
    ] = None,
) -> None:
    """Train a recipe on DATA and write a bundle with its scores.

    A fifth of the people is held out and judged on; with --crossval only a data set's own test part is.
    """
    with failing_plainly():
        chosen = load_recipe(recipe)
        start, taught_by = (find_bundle(one) if one else None for one in (initial, teacher))
        from training.bundling import Naming, bundle_run  # loads Keras, which --help need not wait for
        from training.crossval_result import read_crossval
        from training.opening import occupy
        from training.runs import Parts, divide, divide_whole, load, train_run
        from training.tracking.tracker import Tracker

        naming = Naming(chosen.name if name is None else name, title or chosen.description)
        target = (output or settings().trained_models) / naming.name
        require_place(target)
        _require_not_itself(target, start, taught_by)
        require_start(chosen, initial)
        if output is None:
            _require_no_job(naming.name)
        CONSOLE.print(f"Reading {', '.join(data)} …")
        crops = load(data, chosen)
        if not anyway:
            require_trainable(crops)
        pooled = read_crossval(crossval, chosen, crops, start, taught_by, split) if crossval else None

        def train(
            parts: Parts, run: Path, target: Path, also: Sequence[Score] = (), refusal: Refusal | None = None
        ) -> Bundle:
            with occupy(run), Tracker(run, f"{naming.name} ({run.name})", data=data) as tracker:
                train_run(
                    chosen,
                    parts,
                    seed,
                    run,
                    initial=start,
                    teacher=taught_by,
                    resume=resume,
                    verbose=_verbosity(),
                    watchers=[tracker],
                )
                bundle = bundle_run(run, parts, naming, target, also, refusal)
                tracker.log_bundle(bundle)
            return bundle

        runs = settings().home / "runs" / naming.name
        others: list[Score] = list(pooled.scores) if pooled else []
        parts = (divide_whole if pooled else divide)(crops, chosen, split, seed)
        kinds = [kind for kind in dict.fromkeys(also or ()) if pooled or kind != split]
        beside = {kind: divide(crops, chosen, kind, seed) for kind in cast(list[SplitKind], kinds)}
        for kind, divided in beside.items():
            CONSOLE.print(f"Training {chosen.name} on the {kind} split, for comparison …")
            others += train(divided, runs / kind, runs / kind / "bundle").card.scores
        CONSOLE.print(f"Training {chosen.name} on {'all of it' if pooled else f'the {split} split'} …")
        run = runs / ("whole" if pooled else split)
        bundle = train(parts, run, target, others, pooled.refusal if pooled else None)
    print_scores(bundle.name, bundle.card.scores, bundle.card.refusal)
    CONSOLE.print(f"Bundle: {bundle.folder}")


def _require_not_itself(target: Path, *others: Bundle | None) -> None:
    """Keep the models that the training starts from and learns from.

    Raises:
        BundleError: one of them lies where the new one is to go.
    """
    for one in others:
        if one and one.folder.resolve() == target.resolve():
            raise BundleError(
                f"The model {one.name} would be replaced by what learns from it: choose another --name."
            )


def _require_no_job(name: str) -> None:
    """Leave the name to a job that has it: it could not keep what it trained.

    Raises:
        BundleError: there is such a job, and it has not ended.
    """
    from training.jobs import table  # loads SQLAlchemy, which --help need not wait for

    for job in table.everything():
        if job.spec.name == name and not job.state.ended:
            raise BundleError(f"The job {job.id} trains a model called {name}: choose another --name.")


def _verbosity() -> int:
    """Keras' progress bar on a terminal, one line an epoch in a log."""
    return 1 if sys.stdout.isatty() else 2
