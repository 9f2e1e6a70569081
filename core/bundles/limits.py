"""What a model cannot be trusted with, as it holds now."""

from typing import Final

from core.bundles.card import Card

UNMEASURED: Final = "Whether it is as good for one group of people as for another was not measured."
"""A limit of every model whose card has no figures of groups."""

SAID_BEFORE: Final = frozenset(
    {"The data name neither age, gender nor skin colour, so fairness between groups was not measured."}
)
"""What older cards say for `UNMEASURED`, whatever their data names and whatever was measured since."""


def limits_told(card: Card) -> tuple[str, ...]:
    """The limits on a card as they hold now: what was measured since is none any more."""
    limits = tuple(limit for limit in card.limits if limit not in SAID_BEFORE)
    return limits if card.groups else (*limits, UNMEASURED)
