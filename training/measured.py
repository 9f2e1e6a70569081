"""What was measured of a bundle after it was made, written into its card."""

from collections.abc import Sequence

from core.bundles import Bundle, GroupScore, Robustness
from core.bundles.store import read_bundle
from core.errors import BundleError
from training.cards import write_card


def keep_measured(
    bundle: Bundle, robustness: Sequence[Robustness] = (), groups: Sequence[GroupScore] = ()
) -> Bundle:
    """Write figures into a bundle's card, over earlier ones of their kind; its digest stays.

    Raises:
        BundleError: the card cannot be written.
    """
    found = {"robustness": tuple(robustness), "groups": tuple(groups)}
    card = bundle.card.model_copy(update={name: value for name, value in found.items() if value})
    try:
        write_card(card, bundle.folder)
    except OSError as error:
        raise BundleError(f"The card of {bundle.name} cannot be written: {error.strerror}.") from None
    return read_bundle(bundle.folder)
