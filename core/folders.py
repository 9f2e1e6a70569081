"""The pictures that paths stand for."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from core.images import SUFFIXES


def pictures_at(paths: Sequence[Path]) -> Iterator[Path]:
    """Files as named, those in folders whose names end like a picture's, and folders that stay closed.

    Folders are searched deeply, also behind links, each once. What begins with a dot is left alone: other
    programs keep their notes and thumbnails so.
    """
    for path in paths:
        if os.path.isdir(path):  # noqa: PTH112 - `Path.is_dir` raises where a folder above is closed
            yield from _search(path)
        else:
            yield path


def _search(folder: Path) -> list[Path]:
    closed: list[Path] = []
    seen = {os.path.realpath(folder)}
    found = [
        Path(place, name)
        for place, folders, names in os.walk(
            folder, onerror=lambda error: closed.append(Path(error.filename)), followlinks=True
        )
        for name in _visible(place, folders, names, seen)
    ]
    return sorted(file for file in found if file.suffix.lower() in SUFFIXES and file.is_file()) + closed


def _visible(place: str, folders: list[str], names: list[str], seen: set[str]) -> list[str]:
    """Return the files of a folder, and keep `os.walk` out of hidden folders and those that were `seen`."""
    entered = []
    for name in sorted(folders):
        real = os.path.realpath(Path(place, name))
        if not name.startswith(".") and real not in seen:
            seen.add(real)
            entered.append(name)
    folders[:] = entered
    return [name for name in names if not name.startswith(".")]
