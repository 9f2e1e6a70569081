"""Where commands write, and how they fail."""

import getpass
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

from core.errors import MienError
from training.jobs.failures import tells_of_full_disk

CONSOLE = Console(markup=False, emoji=False)  # names and paths are told as they are


def prepare_terminal() -> None:
    """Write UTF-8 where programs read on, and escapes where a terminal lacks a letter."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="backslashreplace")


def require_text(arguments: Sequence[str]) -> None:
    """Refuse arguments that are no text: they would come to names and cards that nobody could write.

    Raises:
        SystemExit: there are such.
    """
    for argument in arguments:
        try:
            argument.encode()
        except UnicodeEncodeError:
            sys.exit(f"Error: {argument!a} is not written in UTF-8: write it so, or rename the file.")


def user_name() -> str:
    """Who types; some containers have no name for their user."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "somebody"


@contextmanager
def failing_plainly() -> Iterator[None]:
    """Turn a failure that a user can mend into its sentence and exit status 1."""
    try:
        yield
    except MienError as error:
        _fail(str(error))
    except Exception as error:
        if tells_of_full_disk(error):
            _fail("The disk is full: make room and call again; a training then goes on with --resume.")
        if not isinstance(error, OSError) or error.filename is None:
            raise
        _fail(f"{error.filename} cannot be used ({error.strerror}): name another place, or let Mien use it.")


def absolute(data: str) -> str:
    """A path as processes elsewhere find it; names of data sets stay as they are."""
    if data.partition(":")[0] in {"drawn", "kaggle"}:  # what defines these words takes a second to load
        return data
    path = Path(data)
    return str(path.resolve()) if path.exists() else data


def require_writable(file: Path | None, *given: str | Path | None) -> None:
    """Refuse a file that cannot be written, before the work whose result it is to hold.

    Args:
        given: what the command reads; nothing of it is overwritten.

    Raises:
        BadParameter: it is one of those.
        OSError: it cannot be written.
    """
    if file is None:
        return
    if any(one is not None and Path(one).resolve() == file.resolve() for one in given):
        raise typer.BadParameter(f"{file} is what is to be read: name another file.")
    file.parent.mkdir(parents=True, exist_ok=True)
    is_new = not file.exists()
    file.open("a").close()
    if is_new:
        file.unlink()


def _fail(sentence: str) -> NoReturn:
    console = Console(stderr=True, soft_wrap=True, markup=False, emoji=False)
    console.print(f"Error: {sentence}", style="red", highlight=False)
    raise typer.Exit(1) from None
