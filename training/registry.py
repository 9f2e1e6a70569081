"""Which bundle is served: promote one, go back, and who did so when.

Light enough for a page: it loads neither Keras nor MLflow.
"""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.bundles import Bundle, bundle_names, find_bundle
from core.bundles.store import CHAMPION_FILE, champion_name
from core.classifier import Classifier
from core.durable import append_line, replace_text
from core.errors import BundleError
from core.settings import settings

LOG_FILE: Final = "promotions.jsonl"
PATIENCE: Final = 30.0
"""Seconds to wait for another promotion to end; the slowest part of one is loading the model."""

log = logging.getLogger(__name__)


class Promotion(BaseModel):
    """One change of the champion."""

    model_config = ConfigDict(frozen=True)

    time: datetime = Field(description="UTC")
    action: Literal["promote", "rollback"]
    name: str = Field(description="the bundle that serves from then on")
    digest: str
    previous: str | None = Field(description="the bundle that served until then")
    by: str
    note: str


def promote(
    name: str, by: str, note: str = "", digest: str | None = None, expected: str | None = None
) -> Promotion:
    """Make a bundle the champion, if it is whole and answers: the next `load_classifier()` returns it.

    Args:
        digest: of the bundle that was judged; None takes whatever has the name.
        expected: what serves, as the person saw it; None takes it as it is.

    Raises:
        BundleError: it is unknown, damaged or the champion already, or another serves than was `expected`;
            what served before goes on serving.
    """
    with _alone():
        if expected is not None and expected != champion_name():
            raise BundleError(
                f"Somebody has changed it meanwhile: {champion_name()} serves now; decide again."
            )
        bundle = find_bundle(name)
        if digest is not None and bundle.digest != digest:
            raise BundleError(f"The model {name} is not the one that was judged: it was made anew since.")
        if name == champion_name() and _digest(name) in {None, bundle.digest}:
            raise BundleError(f"The model {name} is the champion already: there is nothing to promote.")
        return _enthrone("promote", bundle, by, note)


def rollback(by: str, note: str = "", expected: tuple[str | None, str | None] | None = None) -> Promotion:
    """Go back to the champion before this one; called again, to the one before that.

    Args:
        expected: what serves and what would serve then, as the person saw it; None takes it as it is.

    Raises:
        BundleError: there was none, it is gone, damaged or was trained again since, or it is another than
            was `expected`.
    """
    with _alone():
        earlier = previous_champion()
        if expected is not None and expected != (champion_name(), earlier):
            raise BundleError(
                f"Somebody has changed it meanwhile: {champion_name()} serves now, and going back would lead "
                f"{f'to {earlier}' if earlier else 'nowhere'}; decide again."
            )
        if earlier is None:
            raise BundleError("There is no earlier champion to go back to: promote a model by its name.")
        bundle = find_bundle(earlier)
        if _digest(bundle.name) not in {None, bundle.digest}:
            raise BundleError(
                f"The model {bundle.name} was trained again since it served: promote it by its name to serve "
                "it as it is now."
            )
        return _enthrone("rollback", bundle, by, note)


def previous_champion() -> str | None:
    """Whom a rollback returns to: the last before this one that is still there; None where none is."""
    current, known = champion_name(), bundle_names()
    line = _line(promotions(), current)
    _settle(line, current)
    return next((name for name in reversed(line) if name in known and name != current), None)


def discard(name: str) -> None:
    """Delete a bundle that was trained here.

    Raises:
        BundleError: it serves, came with Mien, or is not there.
    """
    with _alone():
        folder = _folder() / name
        if name == champion_name():
            raise BundleError(f"The model {name} serves: promote another one before you delete it.")
        if name not in bundle_names() or not folder.is_dir():
            raise BundleError(f"No model called {name!r} was trained here: nothing was deleted.")
        gone = folder.with_name(f".gone-{name}")
        _remove(gone)
        folder.rename(gone)  # in one step: nobody reads half a bundle
        _remove(gone)


def _remove(folder: Path) -> None:
    """Delete a folder; of one that is a link, the link alone."""
    if folder.is_symlink():
        folder.unlink()
    elif folder.exists():
        shutil.rmtree(folder)


def promotions() -> tuple[Promotion, ...]:
    """All changes of the champion, oldest first; a line that a kill cut short is left out."""
    file = _folder() / LOG_FILE
    if not file.exists():
        return ()
    found = []
    text = file.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.split("\n"), start=1):  # a note may hold what ends a line elsewhere
        if not line:
            continue
        try:
            found.append(Promotion.model_validate_json(line))
        except ValidationError:
            log.warning("Line %d of %s is unreadable and was left out.", number, file)
    return tuple(found)


def _line(entries: tuple[Promotion, ...], current: str | None) -> list[str]:
    """The champions through which rollbacks return, the newest last.

    Of a change that was noted the last step may have failed: then it changed nothing.
    """
    if not entries:
        return []
    line = [entries[0].previous] if entries[0].previous else []
    served_after = [*(entry.previous for entry in entries[1:]), current]
    for entry, after in zip(entries, served_after, strict=True):
        if after == entry.previous:
            continue
        _settle(line, entry.previous)
        if entry.action == "rollback" and entry.name in line:
            del line[_last(line, entry.name) + 1 :]
        else:
            line.append(entry.name)
    return line


def _settle(line: list[str], serving: str | None) -> None:
    """Let a line end with what served, also where a kill kept that from being noted."""
    if serving is None or line[-1:] == [serving]:
        return
    if line[-2:-1] == [serving]:
        line.pop()
    else:
        line.append(serving)


def _last(line: list[str], name: str) -> int:
    return max(place for place, other in enumerate(line) if other == name)


def _digest(name: str) -> str | None:
    """What a bundle was when it last became champion; None where it never did."""
    return next((entry.digest for entry in reversed(promotions()) if entry.name == name), None)


def _enthrone(action: Literal["promote", "rollback"], bundle: Bundle, by: str, note: str) -> Promotion:
    Classifier(bundle)  # runs it once
    entry = Promotion(
        time=datetime.now(UTC),
        action=action,
        name=bundle.name,
        digest=bundle.digest,
        previous=champion_name(),
        by=by,
        note=note,
    )
    staged = _folder() / f".{CHAMPION_FILE}"
    try:
        replace_text(staged, bundle.name + "\n")
        append_line(_folder() / LOG_FILE, entry.model_dump_json())
        staged.replace(_folder() / CHAMPION_FILE)  # last: it takes no room, so a full disk stops both or none
    finally:
        staged.unlink(missing_ok=True)
    return entry


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the one lock: two that promote never interleave."""
    try:
        _folder().mkdir(parents=True, exist_ok=True)
        with FileLock(_folder() / ".champion.lock", timeout=PATIENCE):
            yield
    except Timeout:
        raise BundleError("Another promotion is under way: try again in a moment.") from None
    except OSError as error:
        raise BundleError(
            f"The champion cannot be changed: let Mien write in {_folder()} ({error.strerror})."
        ) from None


def _folder() -> Path:
    return settings().trained_models
