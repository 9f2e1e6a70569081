"""`python -m core engagement`: a recording of any length from the disk to a report, without an upload."""

import hashlib
import json
import os
import time
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress

from core.bundles import Bundle
from core.classifier import load_classifier
from core.engagement.recording import RATE, Recording, read_recording
from core.engagement.report import make_report
from core.engagement.report_settings import (
    EXIT_SECONDS,
    LONGEST_EXIT,
    LONGEST_REST,
    SHORTEST_EXIT,
    SMALLEST_SHARE,
    Choice,
    Method,
    ReportSettings,
)
from core.engagement.store import (
    CHANNEL_LENGTH,
    CONSENT_LENGTH,
    NAME_LENGTH,
    Engagement,
    keep_engagement,
    reach_storage,
)
from core.engagement.tables import moments_csv
from core.engagement.texts import printable
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
    method: Annotated[Method, typer.Option(help="How the index is computed.")] = "peak-end",
    exit_seconds: Annotated[
        float | None,
        typer.Option(
            min=SHORTEST_EXIT,
            max=LONGEST_EXIT,
            show_default=f"{EXIT_SECONDS:.0f}",
            help="Length of the last part.",
        ),
    ] = None,
    exit_share: Annotated[
        float | None,
        typer.Option(min=SMALLEST_SHARE, max=1, help="Instead: the last part's share of the engagement."),
    ] = None,
    baseline: Annotated[
        float, typer.Option(min=0, max=LONGEST_REST, help="Seconds of rest at the start to subtract.")
    ] = 0.0,
    weight: Annotated[
        list[str] | None,
        typer.Option(help="Of an expression in the valence, -1 to 1, as in happiness=0.8; again for others."),
    ] = None,
    keep: Annotated[
        str | None, typer.Option(metavar="NAME", help="Keep the result under this name, as the page does.")
    ] = None,
    consent: Annotated[
        str, typer.Option(help="What the customer was told and agreed to; nothing is kept without.")
    ] = "",
    channel: Annotated[str, typer.Option(help="Channel or queue of what is kept; never an employee.")] = "",
) -> None:
    """Judge one person in a RECORDING and print the report as JSON; only readings come out, never a frame.

    Where several people are in sight, nobody is judged until --person says who the customer is.

    Exit status: 0 with a report, 1 without one, 2 for wrong usage.
    """
    messages = Console(stderr=True, soft_wrap=True, markup=False, emoji=False)
    if exit_seconds is not None and exit_share is not None:
        raise typer.BadParameter(
            "the last part has one length: leave --exit-seconds or --exit-share out",
            param_hint="--exit-share",
        )
    settings = _chosen(
        weight or [],
        method=method,
        exit_seconds=EXIT_SECONDS if exit_seconds is None else exit_seconds,
        exit_share=exit_share,
        baseline_seconds=baseline,
    )
    _check_labels(keep, channel, consent)
    if course is not None:
        _check_place(course, recording)
    if not recording.is_file():
        raise typer.BadParameter(f"there is no file at {recording}", param_hint="RECORDING")
    try:
        if keep is not None:
            reach_storage()
        bundle, found = _read(recording, rate, model, messages)
        numbers = _customer(found, person or [])
        if found.broken:
            messages.print(found.broken, style="yellow")
        if frozen := found.frozen(numbers):
            messages.print(frozen, style="yellow", highlight=False)
        moments = found.moments_of(numbers)
        report = make_report(moments, settings, found.seconds, found.incomplete)
        typer.echo(json.dumps(report.model_dump(mode="json"), indent=2))
        if keep is not None:
            kept = Engagement(
                id=_id(recording, rate, bundle.digest, *numbers),
                name=keep.strip() or "Recording",
                channel=channel.strip(),
                source="recorded",
                model=bundle.name,
                digest=bundle.digest,
                consent=consent,
                report=report,
                moments=tuple(moments),
            )
            keep_engagement(kept, "the command line")
            messages.print(f"Kept as {kept.name}, id {kept.id}.", highlight=False)
        if course is not None:
            _write(course, moments_csv(moments, report.settings))
    except MienError as error:
        messages.print(str(error), style="red", highlight=False)
        raise typer.Exit(1) from None


class NobodyError(MienError):
    """There is nobody to judge, or nobody said whom."""


def _customer(found: Recording, person: list[int]) -> list[int]:
    """The numbers to judge; NobodyError where there is no one, or it has to be said who."""
    if not found.people:
        raise NobodyError("No face was found in the recording.")
    known = ", ".join(
        f"{number} ({len(one.moments)} {'look' if len(one.moments) == 1 else 'looks'})"
        for number, one in found.people.items()
    )
    if unknown := [number for number in person if number not in found.people]:
        raise NobodyError(f"Nobody has the number {unknown[0]}: choose with --person among {known}.")
    if not person and len(found.people) > 1:
        raise NobodyError(f"Say who the customer is with --person: {known}.")
    if together := found.together(person):
        raise NobodyError(together)
    return sorted(set(person)) or list(found.people)


def _chosen(weights: list[str], **others: object) -> ReportSettings:
    """The settings, of which only some are chosen; BadParameter where one is beyond its limits."""
    parted = [text.partition("=") for text in weights]
    try:
        return Choice.model_validate(
            others | {"weights": {name.strip(): value for name, _, value in parted}}
        ).settings()
    except ValidationError as error:
        first = error.errors()[0]
        where = " ".join(str(part) for part in first["loc"] if part != "[key]")
        raise typer.BadParameter(f"{where}: {first['msg']}") from None


def _check_labels(name: str | None, channel: str, consent: str) -> None:
    """Tell before a long reading what could not be kept after it."""
    if name is None:
        for option, text in (("--consent", consent), ("--channel", channel)):
            if text:
                raise typer.BadParameter("it belongs to a result that is kept: add --keep", param_hint=option)
        return
    if not str(printable(consent)).strip():
        told = "say what the customer was told and agreed to: nothing is kept without"
        raise typer.BadParameter(told, param_hint="--consent")
    for option, text, most in (
        ("--keep", name, NAME_LENGTH),
        ("--channel", channel, CHANNEL_LENGTH),
        ("--consent", consent, CONSENT_LENGTH),
    ):
        try:
            text.encode()
        except UnicodeEncodeError:
            raise typer.BadParameter("it must be UTF-8", param_hint=option) from None
        if len(text) > most:
            raise typer.BadParameter(f"it may have {most} characters", param_hint=option)


def _check_place(file: Path, recording: Path) -> None:
    """Tell before a long reading where its course could not be written after it, or must not be."""
    if file.exists() and recording.exists() and file.samefile(recording):
        raise typer.BadParameter(f"{file} is the recording: name another file", param_hint="--course")
    if file.is_dir() or not os.access(file if file.exists() else file.parent, os.W_OK):
        raise typer.BadParameter(
            f"cannot write {file}: name a file in a folder that is there", param_hint="--course"
        )


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"cannot write {file}: {error.strerror}", param_hint="--course") from None


def _id(file: Path, *how: object) -> str:
    """Of what is made of a file: kept again, it replaces itself."""
    with file.open("rb") as stream:
        content = hashlib.file_digest(stream, "sha256").hexdigest()
    return hashlib.sha256(repr((content, *how)).encode()).hexdigest()[:16]


def _read(file: Path, rate: float, model: str | None, messages: Console) -> tuple[Bundle, Recording]:
    start = time.monotonic()
    with Progress(console=messages, transient=True, disable=not messages.is_terminal) as bar:
        task = bar.add_task("Reading", total=None)

        def watch(recording: Recording) -> bool:
            bar.update(task, completed=recording.seconds, total=recording.length)
            return True

        classifier = load_classifier(model)
        found = read_recording(file, classifier, rate, watch)
    took = time.monotonic() - start
    messages.print(
        f"{found.seconds:.0f} seconds read in {took:.0f}, {found.looks} looks.", style="dim", highlight=False
    )
    return classifier.bundle, found
