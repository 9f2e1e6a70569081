"""`python -m core`: pictures and folders in, one JSON object, CSV line or table row out; or a recording."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from core.classifier import Classifier, load_classifier
from core.engagement.command import engagement
from core.errors import MienError
from core.folders import pictures_at
from core.images import MAX_BYTES
from core.output import results_and_bar
from core.readings import read_bytes
from core.reports import to_record
from core.writers import Format

app = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


@app.callback()
def main() -> None:
    """Mien reads the facial expression in pictures and says how sure it is."""


@app.command()
def classify(
    paths: Annotated[
        list[Path], typer.Argument(help="Pictures, and folders to search for pictures.", readable=False)
    ],
    crops: Annotated[bool, typer.Option("--crops", help="Each picture is already a face crop.")] = False,
    model: Annotated[str | None, typer.Option(help="Model to ask; the champion if left out.")] = None,
    format: Annotated[Format, typer.Option(help="json: one object a line.")] = Format.JSON,
    output: Annotated[Path | None, typer.Option(help="File to write; the terminal if left out.")] = None,
) -> None:
    """Read every face in PATHS.

    Exit status: 0 if every file was read, 1 if some could not be, 2 for wrong usage.
    """
    messages = Console(stderr=True, soft_wrap=True, markup=False, emoji=False)
    try:
        classifier = load_classifier(model)
    except MienError as error:
        raise typer.BadParameter(str(error), param_hint="--model" if model else "the model") from None
    files = list(pictures_at(paths))
    if not any(os.path.lexists(path) for path in paths):
        raise typer.BadParameter(f"there is nothing at {', '.join(map(str, paths))}", param_hint="PATHS")
    if not files:
        raise typer.BadParameter(f"{', '.join(map(str, paths))}: no pictures in there", param_hint="PATHS")
    if output is not None and any(_is_same(file, output) for file in files):
        raise typer.BadParameter(f"{output} is one of the pictures: name another file", param_hint="--output")
    failed = 0
    try:
        with results_and_bar(format, output, messages) as (writer, bar):
            for file in bar.track(files, description="Reading"):
                record = _classify(file, classifier, crops)
                failed += record["error"] is not None
                writer.write(record)
    except BrokenPipeError:
        # Whoever reads has seen enough. What is left in the buffer must go somewhere, or Python complains.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None
    except OSError as error:
        where = output or "the output"
        raise typer.BadParameter(f"cannot write {where}: {error.strerror}", param_hint="--output") from None
    if failed:
        messages.print(f"{failed} of {len(files)} files could not be read.", style="yellow")
        raise typer.Exit(1)


app.command()(engagement)


def _is_same(file: Path, output: Path) -> bool:
    try:
        return os.path.samefile(file, output)  # noqa: PTH121 - a link to a picture is that picture
    except OSError:
        return False


def _classify(file: Path, classifier: Classifier, is_crop: bool) -> dict[str, Any]:
    name = classifier.bundle.name
    try:
        if file.exists() and not file.is_file() and not file.is_dir():
            return to_record(str(file), None, name, "This is not a file: name a picture or a folder.")
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        return to_record(str(file), read_bytes(data, classifier, is_crop), name)
    except OSError as error:
        return to_record(str(file), None, name, f"The file cannot be opened: {error.strerror}.")
    except MienError as error:
        return to_record(str(file), None, name, str(error))
