"""Find out what kind of data set is meant, and read it."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from core.corrections import accepted_folder
from core.errors import DataError
from core.expressions import parse_expression
from core.images import SUFFIXES
from training.datasets import fer2013
from training.datasets.archives import open_archive
from training.datasets.ckplus import EXPECTED, read_ckplus
from training.datasets.families import WELL_KNOWN
from training.datasets.fer2013 import read_fer2013, read_fer2013_folder
from training.datasets.ferplus import read_ferplus, read_ferplus_folder
from training.datasets.fetching import PREFIX, fetch, name_of
from training.datasets.labelled_folder import read_labelled_folder
from training.datasets.read_data import ReadData
from training.datasets.shared_pictures import unite_copies
from training.datasets.subjects import CKPLUS_FRAME

DRAWN: Final = "drawn"
"""The word for the faces that Mien draws itself; a folder of that name is meant by `./drawn/` in full.
`drawn:SUBJECTS` and `drawn:SUBJECTS:SEED` draw as many people, other ones for another seed."""

READERS: Final[Mapping[str, Callable[[Path], ReadData]]] = {".npz": read_ferplus, ".csv": read_fer2013}


def read(sources: Sequence[str | Path]) -> ReadData:
    """Read data sets into one.

    Each is a path, `drawn` or `drawn:SUBJECTS:SEED` for the built-in drawn faces, or `kaggle:…` to fetch one.
    By looking it is decided whether a path holds FER+ votes (npz), FER2013 (csv or folders), CK+48, or any
    other folder or zip with one subfolder a class. Near-copies that two of them hold stay together, see
    `unite_copies`.

    Raises:
        DataError: with what to mend.
    """
    parts = [_read_one(str(source)) for source in sources]
    _require_names(sources, parts)
    skipped = tuple(one for part in parts for one in part.skipped)
    return ReadData(unite_copies([part.crops for part in parts]), skipped)


def _require_names(sources: Sequence[str | Path], parts: Sequence[ReadData]) -> None:
    """Refuse two folders that are called the same: nobody could tell their people and figures apart.

    Raises:
        DataError: there are such.
    """
    places: dict[str, Path] = {}
    for source, part in zip(sources, parts, strict=True):
        place = Path(source).resolve()
        name = name_of(place)
        if name in WELL_KNOWN or name not in part.crops.sources:
            continue
        if places.setdefault(name, place) != place:
            raise DataError(f"Two data sets are called {name}: rename the folder of one.")


def _read_one(source: str) -> ReadData:
    if source.partition(":")[0] == DRAWN:
        from training.datasets.drawn import load_drawn, size_of  # loads the renderer

        return ReadData(load_drawn(*size_of(source)))
    if not source.strip():
        raise DataError("A data set has no name: give its path, or drawn.")
    path = fetch(source) if source.startswith(PREFIX) else Path(source)
    if not path.exists():
        raise DataError(f"There is no data at {path}: check the path.")
    _require_deletable(path.resolve())
    return _reader(path)(path)


def _require_deletable(path: Path) -> None:
    """Refuse corrected faces by any other path than their folder's.

    Runs would keep them, though whoever left them may have them deleted.

    Raises:
        DataError: they lie there.
    """
    accepted = accepted_folder().resolve()
    if path != accepted and (
        path.is_relative_to(accepted.parent) or (accepted.is_relative_to(path) and accepted.exists())
    ):
        raise DataError(
            f"Corrected faces lie in {path.name}, and no run may keep them: name {accepted} itself."
        )


def _reader(path: Path) -> Callable[[Path], ReadData]:
    if path.suffix.lower() in READERS and not path.is_dir():
        return READERS[path.suffix.lower()]
    if path.is_dir() and _holds_npz(path):
        return read_ferplus_folder
    with open_archive(path, fer2013.LIMITS) as archive:  # its csv is larger than any picture may be
        names = archive.names
    suffixes = {name.suffix.lower() for name in names}
    if ".npz" in suffixes and not suffixes & SUFFIXES:
        raise DataError(
            f"{path.name} holds npz files, which are read unpacked: give the folder in which they lie."
        )
    if fer2013.find_csv(names):
        return read_fer2013
    if fer2013.are_pictures(names):
        return read_fer2013_folder
    return read_ckplus if _is_ckplus(names) else read_labelled_folder


def _holds_npz(folder: Path) -> bool:
    """Whether a folder is our npz form, and not one of pictures in which such a file lies about."""
    below = (file.suffix.lower() for file in folder.glob("[!.]*/**/*"))
    return any(folder.glob("*.npz")) and not any(suffix in SUFFIXES for suffix in below)


def _is_ckplus(names: Sequence[PurePosixPath]) -> bool:
    """Whether all of CK+48's classes are there, and nine in ten pictures are called like its frames."""
    pictures = [(name, parse_expression(name.parent.name)) for name in names if name.suffix.lower() == ".png"]
    framed = [label for name, label in pictures if CKPLUS_FRAME.match(name.stem)]
    return set(EXPECTED) == set(framed) - {None} and len(framed) > 0.9 * len(pictures)
