"""What was measured of a bundle after it was made, written into its card."""

from collections.abc import Sequence
from typing import Final

from core.bundles import Bundle, GroupScore, Refusal, Robustness, Score
from core.bundles.store import read_bundle
from core.errors import BundleError
from training.cards import write_card

AS_GIVEN: Final = "as given"
"""How a protocol begins where data were judged that the model did not learn from."""


def keep_measured(
    bundle: Bundle,
    robustness: Sequence[Robustness] = (),
    groups: Sequence[GroupScore] = (),
    score: Score | None = None,
    refusal: Refusal | None = None,
) -> Bundle:
    """Write figures into a bundle's card, over earlier ones of their kind; its digest stays.

    Args:
        score: takes the place of the one on the same data by the same protocol, and else stands last; a
            held-out score that the card has already is not told twice.
        refusal: kept where the card has none, or one that leaks where this one does not.

    Raises:
        BundleError: the card cannot be written.
    """
    card = bundle.card
    measured = {"robustness": tuple(robustness), "groups": tuple(groups)}
    changes: dict[str, object] = {name: value for name, value in measured.items() if value}
    if score is not None:
        changes["scores"] = _with(card.scores, score)
    if refusal is not None and (card.refusal is None or (card.refusal.leaks and not refusal.leaks)):
        changes["refusal"] = refusal
    try:
        write_card(card.model_copy(update=changes), bundle.folder)
    except OSError as error:
        raise BundleError(f"The card of {bundle.name} cannot be written: {error.strerror}.") from None
    return read_bundle(bundle.folder)


def _with(scores: Sequence[Score], new: Score) -> tuple[Score, ...]:
    alike = [one for one in scores if (one.data, one.labels) == (new.data, new.labels)]
    same = next((one for one in alike if one.protocol == new.protocol), None)
    if same is not None:
        return tuple(new if one is same else one for one in scores)
    held_out = [one for one in alike if not one.leaks and not one.protocol.startswith(AS_GIVEN)]
    if not new.leaks and held_out:
        return tuple(scores)
    return (*scores, new)
