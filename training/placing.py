"""Where a new bundle may be put, and how it gets there in one step."""

import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core.bundles import CARD_FILE, Bundle
from core.bundles.card import NAME_PATTERN
from core.bundles.store import CHAMPION_FILE, champion_name, is_own, read_bundle
from core.durable import sync
from core.errors import BundleError
from core.settings import settings
from training.cards import changing_cards
from training.registry import LOG_FILE

RESERVED: Final = frozenset({CHAMPION_FILE, LOG_FILE})
"""Files beside the bundles, whose names none of them can have."""


def require_name(name: str) -> None:
    """Refuse what cannot be the name of a model's folder everywhere.

    Raises:
        BundleError: it cannot.
    """
    if not re.fullmatch(NAME_PATTERN, name):
        raise BundleError(
            f"{name!r} cannot name a model: use up to 64 small letters, digits, dots and dashes."
        )
    if name in RESERVED:
        raise BundleError(f"{name!r} cannot name a model, for a file has that name: choose another one.")


def require_place(target: Path) -> None:
    """Refuse a place that a new bundle must not take, before any work is done for it.

    Raises:
        BundleError: what stands there is no model, nothing can be written there, or among the own models the
            name is that of what serves or of a shipped one: a promotion replaces those, nothing else does.
    """
    _require_replaceable(target)
    try:
        with staging(target):
            pass
    except OSError as error:
        raise BundleError(
            f"Nothing can be written in {target.parent} ({error.strerror}): choose another folder."
        ) from None


@contextmanager
def staging(target: Path) -> Iterator[Path]:
    """An empty folder beside `target` to fill; gone afterwards, unless it was moved."""
    staged = target.with_name(f".new-{secrets.token_hex(4)}")
    staged.mkdir(parents=True)
    try:
        yield staged
    finally:
        if staged.exists():
            shutil.rmtree(staged)


def publish(staged: Path, target: Path) -> Bundle:
    """Move a finished bundle into place in one step; the model that stood there before goes only then.

    Raises:
        BundleError: as `require_place`; what serves may have changed while the new model learned.
    """
    read_bundle(staged)
    _require_replaceable(target)
    for file in staged.iterdir():
        sync(file)
    with staging(target) as old, changing_cards():
        try:
            if target.exists():
                target.rename(old / target.name)
            staged.rename(target)
        except BaseException:  # a cancel too may come between the two
            if (old / target.name).exists() and not target.exists():
                (old / target.name).rename(target)
            raise
    return read_bundle(target)


def _require_replaceable(target: Path) -> None:
    if target.exists() and not (target / CARD_FILE).is_file():
        raise BundleError(f"{target} exists and holds no model: choose another name or folder.")
    if is_own(target) and (
        target.name == champion_name() or (settings().shipped_models / target.name).exists()
    ):
        raise BundleError(f"There is a model {target.name!r} to keep: give this one another name.")
