"""`python -m training crossval`: train and judge folds in which nobody stands on both sides."""

from pathlib import Path
from typing import Annotated

import typer

from core.bundles import find_bundle
from core.settings import settings
from training.commands.console import absolute, failing_plainly, require_writable
from training.commands.tables import print_scores
from training.recipe import MOST_SEED, load_recipe
from training.splits import SplitKind
from training.starting import require_start


def crossval(
    data: Annotated[list[str], typer.Option(help="Data set; give it again for several.")],
    recipe: Annotated[str, typer.Option(help="Name in training/recipes, or a TOML file.")] = "recommended",
    split: Annotated[
        SplitKind, typer.Option(help="What must not stand on both sides; random leaks.")
    ] = "subject",
    folds: Annotated[int, typer.Option(min=2, help="Trainings, each tested on its own part.")] = 10,
    seed: Annotated[int, typer.Option(min=0, max=MOST_SEED)] = 42,
    initial: Annotated[
        str | None, typer.Option("--from", help="Model to start from; it must not have seen the test people.")
    ] = None,
    teacher: Annotated[
        str | None,
        typer.Option(help="Model to learn from besides the labels; it must not have seen the test people."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Folds at a time on this machine; by its processors if left out."),
    ] = None,
    name: Annotated[str | None, typer.Option(help="Name of the result; the recipe's if left out.")] = None,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Train even if a class is missing or only one person shows it.")
    ] = False,
    anew: Annotated[
        bool, typer.Option("--anew", help="Train again what an earlier call finished or began.")
    ] = False,
    output: Annotated[Path | None, typer.Option(help="JSON file to write besides.")] = None,
) -> None:
    """Cross-validate a recipe on DATA.

    Folds that an earlier call finished are not trained again, unless --anew says so. They run as processes
    on this machine, or as Ray tasks where MIEN_RAY_ADDRESS is set.
    """
    with failing_plainly():
        require_writable(output, *data, recipe)
        chosen = load_recipe(recipe)
        require_start(chosen, initial)
        if teacher:
            find_bundle(teacher)
        from training.bundling import Naming  # loads Keras, which --help need not wait for
        from training.crossval import cross_validate
        from training.executors import default_workers

        called = Naming(chosen.name if name is None else name, chosen.description).name
        result = cross_validate(
            chosen,
            [absolute(one) for one in data],
            split,
            folds,
            seed,
            settings().home / "runs" / called / f"{split}-{folds}-folds-{seed}",
            workers or default_workers(),
            initial,
            teacher,
            anyway=anyway,
            anew=anew,
        )
        if output:
            output.write_text(result.model_dump_json(indent=2) + "\n", encoding="utf-8")
    print_scores(called, result.scores, result.refusal)
