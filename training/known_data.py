"""Data sets that can be chosen by name: built in, on this machine, or to be fetched."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from filelock import FileLock, Timeout

from core.corrections import accepted_corrections, accepted_folder
from core.errors import DataError
from core.expressions import EXPRESSIONS
from core.settings import settings
from training.datasets.archives import open_archive
from training.datasets.classes import expressions_of
from training.datasets.fer2013 import find_csv
from training.datasets.fetching import NICKNAMES, PREFIX
from training.datasets.reading import DRAWN

SUFFIXES: Final = frozenset({".zip", ".npz", ".csv"})
PATIENCE: Final = 60.0
"""Seconds to wait for another upload to be kept."""

TITLES: Final = {"ckplus48": "CK+48", "fer2013": "FER2013"}


@dataclass(frozen=True)
class KnownData:
    """One data set to choose.

    Attributes:
        address: as `read` takes it.
    """

    address: str
    title: str


def known_data() -> tuple[KnownData, ...]:
    """The drawn faces first, then what lies in the data folder, then what Kaggle hands out."""
    folder = settings().data_folder
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    here = [
        KnownData(str(entry), entry.name)
        for entry in entries
        if not entry.name.startswith(".") and (entry.is_dir() or entry.suffix.lower() in SUFFIXES)
    ]
    corrected = len(accepted_corrections())
    if corrected:
        here.insert(0, KnownData(str(accepted_folder()), f"Corrected faces, {corrected} accepted"))
    fetched = [
        KnownData(f"{PREFIX}{name}", f"{TITLES[name]}, fetched from Kaggle (needs an account)")
        for name in NICKNAMES
    ]
    return (KnownData(DRAWN, "Drawn faces, built in"), *here, *fetched)


def keep_upload(name: str, content: bytes) -> Path:
    """Keep an uploaded zip in the data folder; the same one twice is kept once.

    Raises:
        DataError: it is no zip that may be read, or there is no room.
    """
    folder = settings().data_folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".upload.lock", timeout=PATIENCE):  # two may choose one name at once
            return _keep(folder, name, content)
    except Timeout:
        raise DataError("Another upload is being kept: try again in a moment.") from None
    except OSError as error:
        raise DataError(f"The upload cannot be kept in {folder}: {error.strerror}.") from None


def _keep(folder: Path, name: str, content: bytes) -> Path:
    stem = "".join(c if c.isalnum() or c in "._-+" else "-" for c in PurePosixPath(name).stem).strip(".-")
    target = folder / f"{stem or 'upload'}.zip"
    number = 1
    while target.exists() and target.read_bytes() != content:
        number += 1
        target = folder / f"{stem or 'upload'}-{number}.zip"
    if target.exists():
        return target
    with TemporaryDirectory(dir=folder, prefix=".upload-") as staging:
        staged = Path(staging) / target.name
        staged.write_bytes(content)
        with open_archive(staged) as archive:
            if not (expressions_of(archive.names) or find_csv(archive.names)):
                raise DataError(
                    f"{PurePosixPath(name).name} was not kept, since nothing lies in the folder of any "
                    f"expression: make one folder a class ({', '.join(EXPRESSIONS)})."
                )
        staged.rename(target)
    return target
