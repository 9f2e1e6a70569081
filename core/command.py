"""`python -m core classify`: pictures and folders in, one JSON object, CSV line or table row out."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress

from core.classifier import Classifier, load_classifier
from core.errors import MienError
from core.images import MAX_BYTES, SUFFIXES
from core.readings import read_bytes
from core.reports import to_record
from core.writers import WRITERS, Format

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Mien reads the facial expression in pictures and says how sure it is."""


@app.command()
def classify(
    paths: Annotated[list[Path], typer.Argument(help="Pictures, and folders to search for pictures.")],
    crops: Annotated[bool, typer.Option("--crops", help="Each picture is already a face crop.")] = False,
    model: Annotated[str | None, typer.Option(help="Model to ask; the champion if left out.")] = None,
    format: Annotated[Format, typer.Option(help="json: one object a line.")] = Format.JSON,
    output: Annotated[Path | None, typer.Option(help="File to write; the terminal if left out.")] = None,
) -> None:
    """Read every face in PATHS.

    Exit status: 0 if every file was read, 1 if some could not be, 2 for wrong usage.
    """
    messages = Console(stderr=True, soft_wrap=True)
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise typer.BadParameter(f"there is nothing at {', '.join(missing)}", param_hint="PATHS")
    try:
        classifier = load_classifier(model)
    except MienError as error:
        raise typer.BadParameter(str(error), param_hint="--model") from None
    files = list(_pictures(paths))
    if not files:
        raise typer.BadParameter("the folder holds no pictures", param_hint="PATHS")
    failed = 0
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(output.open("w", encoding="utf-8")) if output else sys.stdout
        except OSError as error:
            raise typer.BadParameter(
                f"cannot write {output}: {error.strerror}", param_hint="--output"
            ) from None
        writer = stack.enter_context(WRITERS[format](stream))
        bar = stack.enter_context(
            Progress(console=messages, transient=True, disable=not messages.is_terminal)
        )
        for file in bar.track(files, description="Reading"):
            record = _classify(file, classifier, crops)
            failed += record["error"] is not None
            writer.write(record)
    if failed:
        messages.print(f"{failed} of {len(files)} files could not be read.", style="yellow")
        raise typer.Exit(1)


def _pictures(paths: list[Path]) -> Iterator[Path]:
    """Files as named, and those in folders whose names end like a picture's."""
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
        else:
            yield path


def _classify(file: Path, classifier: Classifier, is_crop: bool) -> dict[str, Any]:
    name = classifier.bundle.name
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        return to_record(str(file), read_bytes(data, classifier, is_crop), name)
    except OSError as error:
        return to_record(str(file), None, name, f"The file cannot be opened: {error.strerror}.")
    except MienError as error:
        return to_record(str(file), None, name, str(error))
