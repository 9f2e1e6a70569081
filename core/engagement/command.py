"""`python -m core engagement`: a recording of any length from the disk to a report, without an upload."""

import json
import time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from core.classifier import load_classifier
from core.engagement.recording import RATE, Recording, read_recording
from core.engagement.report import make_report
from core.engagement.tables import moments_csv
from core.errors import MienError


def engagement(
    recording: Annotated[Path, typer.Argument(help="A video of a customer who was told and agreed.")],
    person: Annotated[
        list[int] | None,
        typer.Option(help="Number of the customer; again for each number that is the same person."),
    ] = None,
    rate: Annotated[float, typer.Option(min=0.1, max=60, help="Looks a second.")] = RATE,
    model: Annotated[str | None, typer.Option(help="Model to ask; the champion if left out.")] = None,
    course: Annotated[Path | None, typer.Option(help="CSV file for what was read at each time.")] = None,
) -> None:
    """Judge one person in a RECORDING and print the report as JSON; only readings come out, never a frame.

    Where several people are in sight, nobody is judged until --person says who the customer is.

    Exit status: 0 with a report, 1 without one, 2 for wrong usage.
    """
    messages = Console(stderr=True, soft_wrap=True)
    try:
        if not recording.is_file():
            raise typer.BadParameter(f"there is no file at {recording}", param_hint="RECORDING")
        found = _read(recording, rate, model, messages)
    except MienError as error:
        messages.print(str(error), style="red", markup=False, highlight=False)
        raise typer.Exit(1) from None
    known = ", ".join(f"{number} ({len(one.moments)} looks)" for number, one in found.people.items())
    unknown = [number for number in person or () if number not in found.people]
    if not found.people:
        messages.print("No face was found in the recording.")
        raise typer.Exit(1)
    if unknown or (not person and len(found.people) > 1):
        messages.print(f"Say who the customer is with --person: {known}.", highlight=False)
        raise typer.Exit(1)
    if found.broken:
        messages.print(found.broken, style="yellow")
    moments = found.moments_of(person or list(found.people))
    report = make_report(moments, end=found.seconds, incomplete=found.incomplete)
    if course is not None:
        try:
            course.write_text(moments_csv(moments, report.settings), encoding="utf-8")
        except OSError as error:
            told = f"cannot write {course}: {error.strerror}"
            raise typer.BadParameter(told, param_hint="--course") from None
    typer.echo(json.dumps(report.model_dump(mode="json"), indent=2))


def _read(file: Path, rate: float, model: str | None, messages: Console) -> Recording:
    start = time.monotonic()
    with Progress(console=messages, transient=True, disable=not messages.is_terminal) as bar:
        task = bar.add_task("Reading", total=None)

        def watch(recording: Recording) -> bool:
            bar.update(task, completed=recording.seconds, total=recording.length)
            return True

        found = read_recording(file, load_classifier(model), rate, watch)
    took = time.monotonic() - start
    messages.print(
        f"{found.seconds:.0f} seconds read in {took:.0f}, {found.looks} looks.", style="dim", highlight=False
    )
    return found
