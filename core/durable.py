"""Files that a kill or a power cut leaves whole."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace_text(path: Path, text: str) -> None:
    """Write a file in one step: readers see the old text or the new one."""
    new = path.with_suffix(".new")
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def sync(path: Path) -> None:
    """See a written file onto the disk, before another one names it."""
    with path.open("r+b") as file:  # Windows syncs no file that is open for reading alone
        os.fsync(file.fileno())


@contextmanager
def staged_file(path: Path) -> Iterator[Path]:
    """A file beside `path` to write; it takes the place of `path` once the `with` block ends well.

    Another machine that shares the folder may have the same process numbers, so its name is drawn.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    staged = path.with_name(f".{secrets.token_hex(6)}-{path.name}")
    try:
        yield staged
        sync(staged)
        staged.replace(path)
    finally:
        staged.unlink(missing_ok=True)


def append_line(path: Path, line: str) -> None:
    """Add one line to a log; what a kill left half-written there before stays a line of its own."""
    end_last_line(path)
    with path.open("ab") as file:
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def end_last_line(path: Path) -> None:
    """Let a log end with a whole line, also where a kill or a full disk cut the last one short."""
    with path.open("a+b") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
