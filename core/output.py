"""Where the results of a command go, and the bar that tells how far it is."""

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import Progress

from core.writers import WRITERS, Format, JsonWriter


@contextmanager
def results_and_bar(
    format: Format, output: Path | None, messages: Console
) -> Iterator[tuple[JsonWriter, Progress]]:
    """Open what is written to, and show a bar where `messages` go to a terminal.

    On one terminal the results stand above the bar; a table is drawn once the bar is gone.

    Raises:
        OSError: the output cannot be opened or written.
    """
    with ExitStack() as stack:
        stream = _terminal_or_pipe(format)
        if output:
            stream = stack.enter_context(output.open("w", encoding="utf-8"))
        together = stream.isatty() and sys.stderr.isatty() and format is not Format.TABLE
        bar = Progress(
            console=messages, transient=True, disable=not messages.is_terminal, redirect_stdout=together
        )
        if together:
            stack.enter_context(bar)
            writer = stack.enter_context(WRITERS[format](sys.stdout))  # which is the bar's now
        else:
            writer = stack.enter_context(WRITERS[format](stream))
            stack.enter_context(bar)
        yield writer, bar


def _terminal_or_pipe(format: Format) -> TextIO:
    """Standard output; in UTF-8 where programs read on, with escapes where a terminal lacks a letter."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        if format is Format.TABLE:
            sys.stdout.reconfigure(errors="backslashreplace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout
