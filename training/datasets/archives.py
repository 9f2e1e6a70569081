"""One safe way to look into a folder or a zip. Nothing is ever unpacked to disk, and no link is followed."""

import os
import stat
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Final, Protocol

from core.errors import DataError
from core.images import MAX_BYTES
from training.datasets.read_data import Cause, Skipped

IGNORED: Final = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Python reads the other methods in blocks whose unpacked size it does not bound."""


class EntryError(DataError):
    """One file of a data set cannot be read; the others may."""


@dataclass(frozen=True)
class Limits:
    """What is still taken for an honest data set. The largest known ones have 450,000 pictures."""

    entry_bytes: int = MAX_BYTES
    total_bytes: int = 32 * 2**30
    entries: int = 1_000_000


class Archive(Protocol):
    """A folder or zip that is open for reading.

    Attributes:
        names: files that may be read, sorted so that seeds mean the same everywhere.
        refused: files that are listed but not read: links, names that lead outside, encrypted or huge ones.
    """

    names: tuple[PurePosixPath, ...]
    refused: tuple[Skipped, ...]

    def read(self, name: PurePosixPath) -> bytes:
        """Read one of `names`; may be called from several threads.

        Raises:
            EntryError: the file is damaged or larger than the limit.
            DataError: what was read so far is more than the limit for all.
        """
        ...


@contextmanager
def open_archive(path: Path, limits: Limits | None = None) -> Iterator[Archive]:
    """Open a folder or zip.

    Raises:
        DataError: there is nothing at `path`, it is neither, or it holds more than `limits` allow.
    """
    limits = limits or Limits()
    if path.is_dir():
        yield _Folder(path, limits)
        return
    try:
        file = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise DataError(f"There is no data at {path}: check the path.") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        raise DataError(
            f"{path.name} is neither a folder nor a readable zip file: choose another one."
        ) from None
    with file:
        yield _Zip(file, path.name, limits)


@dataclass
class _Budget:
    """Counts what was really read, whatever headers promise."""

    name: str
    limits: Limits
    used: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, data: bytes) -> bytes:
        if len(data) > self.limits.entry_bytes:
            raise EntryError(_too_large(self.limits))
        with self.lock:
            self.used += len(data)
        if self.used > self.limits.total_bytes:
            raise DataError(_too_much(self.name, self.limits))
        return data


class _Folder:
    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._budget = _Budget(path.name, limits)
        names: list[PurePosixPath] = []
        refused: list[Skipped] = []

        def refuse(error: OSError) -> None:
            closed = PurePosixPath(os.path.relpath(error.filename, path))
            refused.append(_refuse(closed, f"The folder cannot be opened: {error.strerror}."))

        for folder, folders, files in os.walk(path, onerror=refuse):
            folders[:] = [name for name in folders if not _is_ignored(PurePosixPath(name))]
            for name in (*folders, *files):
                entry = Path(folder, name)
                relative = PurePosixPath(entry.relative_to(path).as_posix())
                if _is_ignored(relative):
                    continue
                try:
                    status = entry.lstat()
                except OSError as error:
                    if name not in folders:  # of a folder the walk itself says so
                        refused.append(_refuse(relative, f"The file cannot be opened: {error.strerror}."))
                    continue
                if stat.S_ISDIR(status.st_mode):
                    continue
                reason = _objection_to_file(relative, status, limits)
                if reason:
                    refused.append(_refuse(relative, reason))
                else:
                    names.append(relative)
            _check_count(len(names) + len(refused), path.name, limits)
        self.names = tuple(sorted(names))
        self.refused = tuple(refused)

    def read(self, name: PurePosixPath) -> bytes:
        try:
            with (self._path / name).open("rb") as file:
                return self._budget.spend(file.read(self._budget.limits.entry_bytes + 1))
        except OSError as error:
            raise EntryError(f"The file cannot be opened: {error.strerror}.") from None


class _Zip:
    def __init__(self, file: zipfile.ZipFile, name: str, limits: Limits) -> None:
        self._file = file
        self._budget = _Budget(name, limits)
        _check_count(len(file.infolist()), name, limits)
        if sum(entry.file_size for entry in file.infolist()) > limits.total_bytes:
            raise DataError(_too_much(name, limits))
        refused = []
        self._entries: dict[PurePosixPath, zipfile.ZipInfo] = {}
        for entry in file.infolist():
            path = PurePosixPath(entry.filename.replace("\\", "/"))
            if not path.parts or entry.is_dir() or _is_ignored(path):
                continue
            reason = _objection(entry, path, limits)
            if path in self._entries:
                reason = "Another file of the zip has the same name."
            if reason:
                refused.append(_refuse(path, reason))
            else:
                self._entries[path] = entry
        self.names = tuple(sorted(self._entries))
        self.refused = tuple(refused)

    def read(self, name: PurePosixPath) -> bytes:
        try:
            with self._file.open(self._entries[name]) as stream:
                return self._budget.spend(stream.read(self._budget.limits.entry_bytes + 1))
        except DataError:
            raise
        except Exception:  # zipfile raises almost anything on damaged entries
            raise EntryError("The file is damaged inside the zip.") from None


def _objection_to_file(name: PurePosixPath, status: os.stat_result, limits: Limits) -> str | None:
    if stat.S_ISLNK(status.st_mode):
        return "It is a link, and links are not followed."
    if not stat.S_ISREG(status.st_mode):
        return "It is not a plain file."
    if status.st_size > limits.entry_bytes:
        return _too_large(limits)
    if _printable(name) != str(name):
        return "Its name is not in UTF-8: rename it."
    return None


def _objection(entry: zipfile.ZipInfo, path: PurePosixPath, limits: Limits) -> str | None:
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0]:
        return "Its name leads out of the zip."
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "It is a link, and links are not followed."
    if entry.flag_bits & 0x1:
        return "It is encrypted: save the zip without a password."
    if entry.compress_type not in METHODS:
        return "It is packed by a method that is not read: save the zip the usual way."
    if entry.file_size > limits.entry_bytes:
        return _too_large(limits)
    return None


def _is_ignored(path: PurePosixPath) -> bool:
    return any(part in IGNORED or (part.startswith(".") and part != "..") for part in path.parts)


def _check_count(count: int, name: str, limits: Limits) -> None:
    if count > limits.entries:
        raise DataError(f"{name} has more than {limits.entries:,} files: hand over a smaller part of it.")


def _refuse(path: PurePosixPath, reason: str) -> Skipped:
    return Skipped(_printable(path), Cause.UNREADABLE, reason)


def _printable(path: PurePosixPath) -> str:
    """Bytes of a name that are no UTF-8 become question marks, since no terminal and no JSON takes them."""
    return str(path).encode(errors="surrogateescape").decode(errors="replace")


def _too_large(limits: Limits) -> str:
    return f"It is larger than the limit of {limits.entry_bytes / 2**20:.0f} MB."


def _too_much(name: str, limits: Limits) -> str:
    return f"{name} unpacks to more than {limits.total_bytes / 2**30:.0f} GB: hand over a smaller part of it."
