"""Writing the card of a bundle; light enough for a process without Keras."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from core.bundles import CARD_FILE, Card
from core.durable import replace_text
from core.errors import BundleError
from core.settings import settings

PATIENCE: Final = 60.0
"""Seconds to wait for another card to be written."""


@contextmanager
def changing_cards() -> Iterator[None]:
    """Let nobody else change a card, or put a model in the place of another, meanwhile.

    Raises:
        BundleError: somebody else takes too long.
        OSError: nothing can be written.
    """
    lock = settings().home / ".measured.lock"  # a folder of shipped models is no place for it
    lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(lock, timeout=PATIENCE):
            yield
    except Timeout:
        raise BundleError("Another card is being written: try again in a moment.") from None


def write_card(card: Card, folder: Path) -> None:
    """Write the card beside its model, in one step."""
    replace_text(folder / CARD_FILE, card.model_dump_json(indent=2) + "\n")
