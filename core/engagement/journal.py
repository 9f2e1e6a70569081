"""An engagement while it goes on: each reading is on disk at once, so that a killed server loses none."""

import json
import logging
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final, Literal, Self

from filelock import FileLock
from pydantic import BaseModel, ConfigDict, Field

from core.engagement.audit import note
from core.engagement.moment import Moment
from core.errors import MienError
from core.settings import settings

ID: Final = re.compile("[0-9a-f]{1,32}")
QUIET_SECONDS: Final = 60.0
"""Without a reading for so long an engagement is taken for cut off."""

ENDED: Final = "This engagement has ended: begin another one."


log = logging.getLogger(__name__)


class JournalError(MienError):
    """A reading cannot be kept."""


class EndedError(JournalError):
    """The engagement was finished or deleted meanwhile."""


class Opening(BaseModel):
    """What is known when an engagement begins.

    Attributes:
        consent: what the customer agreed to.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=lambda: secrets.token_hex(8), pattern=f"^{ID.pattern}$")
    begun: datetime = Field(default_factory=lambda: datetime.now(UTC))
    consent: str = Field(min_length=1)
    model: str
    digest: str
    name: str = ""
    channel: str = ""
    source: Literal["live", "api"] = "live"


class Journal:
    """The readings of one engagement, appended to a file; never a frame.

    Any number of threads and processes may have one of the same engagement. Once it is deleted nothing is
    written any more.
    """

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self._file = _folder() / f"{opening.id}.jsonl"

    @classmethod
    def begin(cls, opening: Opening) -> Self:
        """Begin an engagement.

        Raises:
            JournalError: its file cannot be written.
        """
        journal = cls(opening)
        try:
            journal._file.parent.mkdir(parents=True, exist_ok=True)
            with journal._file.open("x", encoding="utf-8") as stream:
                stream.write(opening.model_dump_json() + "\n")
        except OSError as error:
            with suppress(OSError):
                journal._file.unlink(missing_ok=True)  # half an opening would be nobody's
            raise JournalError(f"The engagement cannot be recorded: {error.strerror}.") from error
        return journal

    def add(self, moment: Moment) -> bool:
        """Keep one reading; False where there is one of the same time already.

        Raises:
            EndedError: the engagement was finished or deleted meanwhile.
            JournalError: the file cannot be written.
        """
        try:
            with self.held(), self._file.open("r+b") as stream:
                if moment.seconds in _TIMES.setdefault(self._file, _Times()).up_to_date(stream):
                    return False
                stream.write(moment.model_dump_json(exclude_none=True).encode() + b"\n")
        except FileNotFoundError:
            _TIMES.pop(self._file, None)
            raise EndedError(ENDED) from None
        except OSError as error:
            raise JournalError(f"The reading cannot be kept: {error.strerror}.") from error
        return True

    def moments(self) -> list[Moment]:
        """All readings so far in the order of time; a line that a kill cut short is left out."""
        return sorted(self._read(), key=lambda moment: moment.seconds)

    def count_looks(self) -> int:
        """How many readings there are, without reading them."""
        try:
            with self._file.open("rb") as stream:
                return max(0, sum(1 for _ in stream) - 1)
        except FileNotFoundError:
            return 0

    def delete(self) -> None:
        """Forget it; call it when the result was kept or is not wanted.

        Raises:
            JournalError: the file cannot be deleted.
        """
        try:
            with self.held():
                self._file.unlink(missing_ok=True)
        except OSError as error:
            raise JournalError(f"The readings cannot be deleted: {error.strerror}.") from error
        _TIMES.pop(self._file, None)

    @contextmanager
    def held(self) -> Iterator[bool]:
        """Keep others from writing and from ending it; whether it is still there.

        Raises:
            JournalError: the folder cannot be written.
        """
        lock = FileLock(self._lock, is_singleton=True)  # whoever holds it may ask again
        try:
            self._lock.parent.mkdir(parents=True, exist_ok=True)
            lock.acquire()
        except OSError as error:
            raise JournalError(f"The engagement cannot be changed: {error.strerror}.") from error
        try:
            yield self._file.exists()
        finally:
            lock.release()
            if not self._file.exists():  # an id never comes back, so nobody needs its lock
                with suppress(OSError):
                    self._lock.unlink(missing_ok=True)

    @property
    def quiet(self) -> bool:
        """Whether nothing has come for so long that it was cut off."""
        try:
            return time.time() - self._file.stat().st_mtime > QUIET_SECONDS
        except OSError:
            return False

    @property
    def _lock(self) -> Path:
        return self._file.with_suffix(".lock")

    def _read(self) -> Iterator[Moment]:
        try:
            lines = self._file.read_text(encoding="utf-8").splitlines()[1:]
        except FileNotFoundError:
            return
        for line in lines:
            try:
                yield Moment.model_validate(json.loads(line))
            except ValueError:
                continue


class _Times:
    """The times in a journal, read on from where the last look ended."""

    def __init__(self) -> None:
        self._seconds: set[float] = set()
        self._offset = 0

    def up_to_date(self, stream: BinaryIO) -> set[float]:
        """All times; the stream then stands at its end, on a new line."""
        stream.seek(self._offset)
        for line in stream:
            if not line.endswith(b"\n"):
                stream.write(b"\n")  # a kill cut it short
            with suppress(ValueError, KeyError, TypeError):
                self._seconds.add(float(json.loads(line)["seconds"]))
        self._offset = stream.tell()
        return self._seconds


_TIMES: Final[dict[Path, _Times]] = {}
"""Of the journals that this process writes, until they end: reading a file anew for each frame takes longer
the longer it is."""


def unfinished() -> tuple[Journal, ...]:
    """Engagements that were begun and not ended, oldest first: going on, or cut off."""
    found = [journal for file in _folder().glob("*.jsonl") if (journal := _open(file))]
    return tuple(sorted(found, key=lambda journal: journal.opening.begun))


def find_journal(name: str) -> Journal | None:
    """One that was begun and not ended, by its id."""
    return _open(_folder() / f"{name}.jsonl") if ID.fullmatch(name) else None


def delete_old_journals(now: datetime | None = None) -> None:
    """Delete those that began before the retention period, whoever left them, and damaged ones as old."""
    limit = (now or datetime.now(UTC)) - timedelta(days=settings().retention_days)
    for file in _folder().glob("*.jsonl"):
        journal = _open(file)
        try:
            if journal is not None and journal.opening.begun < limit:
                journal.delete()
                note("grown too old", journal.opening.id, "the server")
            elif journal is None and file.stat().st_mtime < limit.timestamp():
                file.unlink()
        except (JournalError, OSError) as error:  # the others are no less old
            log.warning("%s", error)


def _open(file: Path) -> Journal | None:
    """The journal in a file; None where it is gone, or is none."""
    try:
        with file.open(encoding="utf-8") as stream:
            return Journal(Opening.model_validate_json(stream.readline()))
    except (OSError, ValueError):  # also where a kill cut a letter in two
        return None


def _folder() -> Path:
    return settings().home / "engagements"
