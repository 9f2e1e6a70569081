"""`python -m training jobs`: everything the Retrain page does, from a terminal."""

import time
from collections.abc import Callable
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from training.commands.console import CONSOLE, absolute, failing_plainly, user_name
from training.jobs import Job, JobSpec, JobState, get_runner
from training.jobs.job import VERDICT_FILE
from training.jobs.progress import read_progress
from training.recipe import MOST_SEED, load_recipe
from training.splits import SplitKind
from training.verdict import read_verdict

PAUSE = 0.5

app = typer.Typer(
    no_args_is_help=True,
    help="Trainings in the background: queue, watch, read the log, cancel, resume, delete.",
)


@app.command()
def submit(
    data: Annotated[list[str] | None, typer.Option(help="Data set; give it again for several.")] = None,
    recipe: Annotated[str, typer.Option(help="Name in training/recipes, or a TOML file.")] = "recommended",
    split: Annotated[SplitKind, typer.Option(help="What must not stand on both sides.")] = "subject",
    seed: Annotated[int, typer.Option(min=0, max=MOST_SEED)] = 42,
    initial: Annotated[str | None, typer.Option("--from", help="Model to start from.")] = None,
    name: Annotated[
        str | None, typer.Option(help="Name of the bundle, refused where taken; the recipe's if left out.")
    ] = None,
    title: Annotated[str, typer.Option(help="One line that says what it is.")] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="Train even on data that are refused.")] = False,
    epochs: Annotated[int | None, typer.Option(help="Instead of the recipe's.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Instead of the recipe's.")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="Instead of the recipe's.")] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Watch it, and exit with its outcome.")] = False,
) -> None:
    """Queue a training, of the drawn faces where no data is named, and see to it that a worker runs."""
    with failing_plainly():
        from training.jobs.naming import free_name, require_free  # SQLAlchemy: --help need not wait for it

        if name is not None:
            require_free(name)
        chosen = load_recipe(recipe).adjusted(
            epochs=epochs, batch_size=batch_size, learning_rate=learning_rate
        )
        spec = JobSpec(
            recipe=chosen,
            data=tuple(absolute(one) for one in data or ["drawn"]),
            split=split,
            seed=seed,
            initial=initial,
            name=name or free_name(chosen.name),
            title=title,
            anyway=anyway,
        )
        job = get_runner().submit(spec, user_name())
        if not wait:
            CONSOLE.print(
                f"Queued as {job.id}, to become {job.spec.name}: `jobs watch {job.id}` follows it.",
                highlight=False,
            )
            return
        _watch(job.id)


@app.command("list")
def list_jobs() -> None:
    """All jobs, newest first."""
    with failing_plainly():
        jobs = get_runner().list()
    if not jobs:
        CONSOLE.print("There are no jobs yet: `jobs submit --recipe drawn` queues one.")
        return
    table = Table("Job", "State", "Model", "Recipe", "Data", "By", "Created", "Message")
    for job in jobs:
        state = f"{job.state}, place {job.place + 1}" if job.place is not None else str(job.state)
        cells = (state, job.spec.name, job.spec.recipe.name, ", ".join(job.spec.data), job.by)
        created = f"{job.created.astimezone():%Y-%m-%d %H:%M}"
        table.add_row(job.id, *cells, created, job.message)
    CONSOLE.print(table)


@app.command()
def watch(job: Annotated[str, typer.Argument(help="As `jobs list` names it.")]) -> None:
    """Show a job's progress until it ends, and exit with its outcome."""
    with failing_plainly():
        _watch(job)


@app.command()
def log(
    job: Annotated[str, typer.Argument(help="As `jobs list` names it.")],
    lines: Annotated[int, typer.Option(min=1, help="How many, from the end.")] = 50,
) -> None:
    """Show the end of what a job's process printed."""
    with failing_plainly():
        printed = get_runner().logs(job, lines)
    typer.echo(printed.rstrip("\n") or "Nothing was printed yet.")


@app.command()
def cancel(job: Annotated[str, typer.Argument(help="As `jobs list` names it.")]) -> None:
    """Stop a job; what it learned up to the last epoch is kept."""
    with failing_plainly():
        found = get_runner().cancel(job)
    CONSOLE.print(f"{found.id} is {'stopping' if not found.state.ended else found.state}.", highlight=False)


@app.command()
def resume(
    job: Annotated[str, typer.Argument(help="As `jobs list` names it.")],
    wait: Annotated[bool, typer.Option("--wait", help="Watch it, and exit with its outcome.")] = False,
) -> None:
    """Go on with a job that was lost, cancelled or failed."""
    with failing_plainly():
        found = get_runner().resume(job)
        CONSOLE.print(f"{found.id} is queued again.", highlight=False)
        if wait:
            _watch(job)


@app.command()
def delete(job: Annotated[str, typer.Argument(help="As `jobs list` names it.")]) -> None:
    """Forget a job that ended, with its log and checkpoints; its model stays."""
    with failing_plainly():
        get_runner().delete(job)
    CONSOLE.print(f"{job} is deleted.", highlight=False)


def _watch(name: str) -> None:
    """Follow a job; leaving does not stop it."""
    runner = get_runner()
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=CONSOLE, disable=not CONSOLE.is_terminal) as bar:
        task = bar.add_task("Waiting", total=1.0)
        told = _tell_once()
        while not (job := runner.get(name)).state.ended:
            progress = read_progress(job)
            bar.update(task, description=progress.sentence, completed=progress.share)
            if not CONSOLE.is_terminal:
                told(progress.sentence)
            time.sleep(PAUSE)
    CONSOLE.print(f"{job.state.capitalize()}: {job.message}", highlight=False)
    if job.state is not JobState.DONE:
        raise typer.Exit(1)
    _print_verdict(job)


def _print_verdict(job: Job) -> None:
    """What the gate said and why, as on the page."""
    verdict = read_verdict(job.folder / VERDICT_FILE)
    if verdict is None:
        return
    sides = [side for side in (verdict.challenger, verdict.champion) if side]
    table = Table("Held-out faces", *(side.name for side in sides))
    table.add_row("Right", *(side.score.accuracy.in_percent for side in sides))
    table.add_row("Macro-F1", *(f"{side.score.macro_f1.value:.3f}" for side in sides))
    table.add_row("Calibration error", *(f"{side.score.expected_calibration_error:.3f}" for side in sides))
    table.add_row("One crop", *(f"{side.milliseconds_per_crop:.1f} ms" for side in sides))
    table.add_row("Size", *(f"{side.megabytes:.1f} MB" for side in sides))
    CONSOLE.print(table)
    for line in (*verdict.reasons, *verdict.cautions):
        CONSOLE.print(f"- {line}", highlight=False)


def _tell_once() -> Callable[[str], Any]:
    """Print a sentence where it differs from the one before."""
    last = ""

    def tell(sentence: str) -> None:
        nonlocal last
        if sentence != last:
            CONSOLE.print(sentence, highlight=False)
            last = sentence

    return tell
