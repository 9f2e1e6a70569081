"""Corrections that people leave with their consent: a crop, the right label, and what was agreed to.

They wait in a queue until an analyst accepts or deletes them. Accepted ones form a folder with one subfolder
a class, which training reads like any other; beside each picture lies its consent. No picture of them is
kept anywhere else, so that deleting it here is deleting it.
"""

import io
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from filelock import FileLock, Timeout
from PIL import Image
from pydantic import BaseModel, ConfigDict, ValidationError

from core.errors import MienError
from core.expressions import Expression
from core.settings import settings

CONSENT: Final = (
    "I am the person shown, or may speak for them. This server may keep the small grey picture of the face "
    "that the model saw, with the label I chose, so that its analysts can train models with it. They delete "
    "it when I ask for it."
)
ACCEPTED: Final = "accepted"
"""Name of the folder of accepted ones, which as a data set is called after it."""

MOST_WAITING: Final = 2000
"""Corrections beyond these are refused until somebody has looked at some."""

PATIENCE: Final = 10.0
"""Seconds to wait for another analyst's click to be done."""


class CorrectionError(MienError):
    """A correction cannot be kept, or is not there any more."""


class Correction(BaseModel):
    """One face that a person says was read wrongly.

    Attributes:
        label: what it shows, says the person.
        answered: what the model said; None where it abstained.
        digest: of the model's bundle.
        consent: the text that was agreed to, at `time` (UTC).
        accepted_by: the analyst; None while it waits.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    label: Expression
    answered: Expression | None
    model: str
    digest: str
    consent: str
    time: datetime
    accepted_by: str | None = None

    @property
    def picture(self) -> Path:
        """The crop, a 48×48 grey PNG."""
        folder = accepted_folder() / self.label if self.accepted_by else _waiting_folder()
        return folder / f"{self.id}.png"


def keep_correction(
    crop: npt.NDArray[np.uint8],
    label: Expression,
    answered: Expression | None,
    model: str,
    digest: str,
    consent: str = CONSENT,
) -> Correction:
    """Put a crop into the queue; call it only when the person has agreed to `consent`.

    Args:
        crop: uint8 (48, 48, 1).

    Raises:
        CorrectionError: the queue is full, or cannot be written.
    """
    if len(list(_waiting_folder().glob("*.json"))) >= MOST_WAITING:
        raise CorrectionError("The review queue is full: an analyst has to look at it first.")
    correction = Correction(
        id=secrets.token_hex(6),
        label=label,
        answered=answered,
        model=model,
        digest=digest,
        consent=consent,
        time=datetime.now(UTC),
    )
    picture = io.BytesIO()
    Image.fromarray(crop[..., 0]).save(picture, "PNG")
    _write(correction, picture.getvalue())
    return correction


def waiting_corrections() -> tuple[Correction, ...]:
    """What nobody has looked at yet, oldest first."""
    return _read(_waiting_folder().glob("*.json"))


def accepted_corrections() -> tuple[Correction, ...]:
    """What analysts accepted, oldest first."""
    return _read(accepted_folder().glob("*/*.json"))


def accept_correction(correction: Correction, by: str) -> Correction:
    """Make a waiting correction part of the data set of accepted ones.

    Raises:
        CorrectionError: somebody else has accepted or deleted it, or it cannot be kept.
    """
    accepted = correction.model_copy(update={"accepted_by": by})
    with _alone():
        try:
            picture = correction.picture.read_bytes()
        except FileNotFoundError:
            raise CorrectionError("Somebody else has looked at this face already.") from None
        _write(accepted, picture)
        _remove(correction)
    return accepted


def delete_correction(correction: Correction) -> None:
    """Delete picture and consent, also where somebody has accepted them just now.

    Raises:
        CorrectionError: they cannot be deleted.
    """
    with _alone():
        for accepted_by in (None, "somebody"):  # whoever it was, it lies in the same place
            _remove(correction.model_copy(update={"accepted_by": accepted_by}))


def accepted_folder() -> Path:
    """The data set of accepted corrections."""
    return settings().home / "review" / ACCEPTED


def _waiting_folder() -> Path:
    return settings().home / "review" / "waiting"


def _write(correction: Correction, picture: bytes) -> None:
    """The consent first: no picture ever lies there without it."""
    folder = correction.picture.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        correction.picture.with_suffix(".json").write_text(
            correction.model_dump_json(indent=2), encoding="utf-8"
        )
        staged = correction.picture.with_suffix(".new")
        staged.write_bytes(picture)
        staged.replace(correction.picture)
    except OSError as error:
        with suppress(OSError):
            _remove(correction)
        raise CorrectionError(f"The face cannot be kept: {error.strerror}.") from None


def _remove(correction: Correction) -> None:
    """The picture first, for the same reason."""
    for suffix in (".new", ".png", ".json"):
        correction.picture.with_suffix(suffix).unlink(missing_ok=True)


@contextmanager
def _alone() -> Iterator[None]:
    """Let no analyst delete what another is accepting."""
    folder = settings().home / "review"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=PATIENCE):
            yield
    except Timeout:
        raise CorrectionError("Somebody else is looking at these faces: try again in a moment.") from None
    except OSError as error:
        raise CorrectionError(
            f"The faces cannot be changed: let Mien write in {folder} ({error.strerror})."
        ) from None


def _read(files: Iterable[Path]) -> tuple[Correction, ...]:
    found = []
    for file in files:
        try:
            correction = Correction.model_validate_json(file.read_bytes())
        except (OSError, ValidationError):  # deleted in between, or written by another hand
            continue
        if correction.picture.exists():
            found.append(correction)
    return tuple(sorted(found, key=lambda one: one.time))
