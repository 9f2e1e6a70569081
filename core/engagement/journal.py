"""A live engagement while it goes on: each reading is on disk at once, so that a killed server loses none."""

import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.engagement.moment import Moment
from core.settings import settings


class Opening(BaseModel):
    """What is known when an engagement begins.

    Attributes:
        consent: what the customer agreed to.
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=lambda: secrets.token_hex(8))
    begun: datetime = Field(default_factory=lambda: datetime.now(UTC))
    consent: str = Field(min_length=1)
    model: str
    digest: str
    name: str = ""
    channel: str = ""


class Journal:
    """The readings of one live engagement, appended to a file; never a frame."""

    def __init__(self, opening: Opening) -> None:
        self.opening = opening
        self._file = _folder() / f"{opening.id}.jsonl"
        self._file.parent.mkdir(parents=True, exist_ok=True)
        if not self._file.exists():
            self._append(opening.model_dump_json())

    def add(self, moment: Moment) -> None:
        """Keep one reading."""
        self._append(moment.model_dump_json(exclude_none=True))

    def moments(self) -> list[Moment]:
        """All readings so far; a line that a kill cut short is left out."""
        return list(self._read())

    def delete(self) -> None:
        """Forget it; call it when the result was kept or is not wanted."""
        self._file.unlink(missing_ok=True)

    def _append(self, line: str) -> None:
        with self._file.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    def _read(self) -> Iterator[Moment]:
        if not self._file.exists():
            return
        for line in self._file.read_text(encoding="utf-8").splitlines()[1:]:
            try:
                yield Moment.model_validate(json.loads(line))
            except ValueError:
                continue


def unfinished() -> tuple[Journal, ...]:
    """Engagements that were begun and not ended, oldest first: going on, or cut off."""
    found = []
    for file in sorted(_folder().glob("*.jsonl")):
        try:
            with file.open(encoding="utf-8") as stream:
                found.append(Journal(Opening.model_validate_json(stream.readline())))
        except (OSError, ValidationError):
            continue
    return tuple(sorted(found, key=lambda journal: journal.opening.begun))


def find_journal(name: str) -> Journal | None:
    """One that goes on, by its id."""
    return next((journal for journal in unfinished() if journal.opening.id == name), None)


def _folder() -> Path:
    return settings().home / "engagements"
