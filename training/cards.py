"""Writing the card of a bundle; light enough for a process without Keras."""

from pathlib import Path

from core.bundles import CARD_FILE, Card
from core.durable import replace_text


def write_card(card: Card, folder: Path) -> None:
    """Write the card beside its model, in one step."""
    replace_text(folder / CARD_FILE, card.model_dump_json(indent=2) + "\n")
