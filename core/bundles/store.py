"""Where bundles lie, and reading one so that a damaged one is noticed before it answers."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from core.bundles.card import Card
from core.errors import BundleError
from core.settings import settings

CARD_FILE: Final = "card.json"
RUNTIME_FILE: Final = "model.tflite"
KERAS_FILE: Final = "model.keras"
CHAMPION_FILE: Final = "champion"

MEASURED_AFTERWARDS: Final = ("scores", "refusal", "robustness", "groups")
"""Fields of a card that change nothing about the bundle."""


@dataclass(frozen=True, eq=False)
class Bundle:
    """A bundle whose card was read.

    Attributes:
        digest: names card and model together, without what was measured afterwards.
    """

    folder: Path
    card: Card
    digest: str

    @property
    def name(self) -> str:
        """The name under which it is chosen."""
        return self.card.name


def bundle_names() -> tuple[str, ...]:
    """Names of all bundles, the champion first, damaged ones included: they say so when chosen."""
    names = {
        file.parent.name
        for root in _roots()
        if root.is_dir()
        for file in root.glob(f"*/{CARD_FILE}")
        if not file.parent.name.startswith(".")
    }
    champion = champion_name()
    return tuple(sorted(names, key=lambda name: (name != champion, name)))


def is_own(folder: Path) -> bool:
    """Whether it is a place for a bundle that was trained here, not one that came with Mien."""
    return folder.parent.resolve() == settings().trained_models.resolve()


def champion_name() -> str | None:
    """The bundle being served; None where none has been named."""
    for root in _roots():
        file = root / CHAMPION_FILE
        with suppress(OSError):  # closed to this user: as if nobody had named one
            if file.is_file():
                return file.read_text(encoding="utf-8", errors="replace").strip() or None
    return None


def find_bundle(name: str | None = None) -> Bundle:
    """Read a bundle's card by name, the champion's without one.

    Raises:
        BundleError: no such bundle, or its card or model is missing, incomplete or altered.
    """
    wanted = name if name is not None else champion_name()
    known = bundle_names()
    if wanted is None or wanted not in known:
        choices = f"choose one of {', '.join(known)}" if known else "restore the models folder, or train one"
        missing = (
            f"There is no model called {wanted!r}"
            if wanted is not None
            else "No model has been named champion"
        )
        raise BundleError(f"{missing}: {choices}.")
    discarded = settings().trained_models / wanted  # since the names were looked up
    folder = next((root / wanted for root in _roots() if (root / wanted / CARD_FILE).is_file()), discarded)
    bundle = read_bundle(folder)
    if bundle.name != wanted:
        raise BundleError(
            f"The model in the folder {wanted} is called {bundle.name} on its card: rename the folder."
        )
    return bundle


def read_bundle(folder: Path) -> Bundle:
    """Read and check the bundle in a folder; unchanged files are not read again.

    Raises:
        BundleError: card or model is missing, incomplete or altered.
    """
    stats = []
    with suppress(OSError):  # a closed folder has no readable card either
        for file in sorted(folder.iterdir()):
            with suppress(OSError):  # staged beside, and renamed meanwhile
                stats.append((file.name, file.stat()))
    return _read_bundle(folder, tuple((name, s.st_mtime_ns, s.st_size, s.st_ino) for name, s in stats))


@lru_cache(maxsize=256)
def _read_bundle(folder: Path, fingerprint: tuple[tuple[str | int, ...], ...]) -> Bundle:
    try:
        data = (folder / CARD_FILE).read_bytes()
        card = Card.model_validate_json(data)
    except OSError:
        raise BundleError(f"The model {folder.name} has no readable card: restore its folder.") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise BundleError(
            f"The card of the model {folder.name} is damaged at {where} ({first['msg'].lower()}): "
            "restore its folder or choose another model."
        ) from None
    for file, expected in card.files.items():
        if not _is_the_file(folder / file, expected):
            raise BundleError(
                f"The model {folder.name} is damaged: {file} is missing or not the file its card names. "
                "Restore its folder or choose another model."
            )
    if RUNTIME_FILE not in card.files:
        raise BundleError(f"The card of the model {folder.name} names no {RUNTIME_FILE}: export it again.")
    return Bundle(folder, card, _digest(data))


def _digest(card: bytes) -> str:
    fields = json.loads(card)
    said = {name: value for name, value in fields.items() if name not in MEASURED_AFTERWARDS}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:12]


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is_the_file(path: Path, digest: str) -> bool:
    try:
        return path.is_file() and file_digest(path) == digest
    except OSError:
        return False


def _roots() -> tuple[Path, Path]:
    """Own bundles hide shipped ones of the same name."""
    return settings().trained_models, settings().shipped_models
