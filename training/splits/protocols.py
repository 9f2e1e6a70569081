"""What keeps the two sides of a split apart, in words."""

from typing import Final, Literal, TypeAlias

from core.bundles import Score

SplitKind: TypeAlias = Literal["subject", "sequence", "official", "random"]

PROTOCOLS: Final[dict[SplitKind, str]] = {
    "subject": "nobody in the test part was seen in training",
    "sequence": "no recording stands on both sides, but its person may",
    "official": "the data set's own division",
    "random": "random split of frames, as in the reference work",
}
NOBODY_NAMED: Final = "no near-copy stands on both sides; who is shown is not known"
"""What keeping people apart comes to in data that does not name them."""

ANOTHER: Final = "by another training of this recipe"
FOLDS: Final = " folds: "
"""In the protocol of a cross-validation."""


def how_apart(score: Score) -> str:
    """How the crops of a score were kept apart, in words that hold where nobody is named too.

    Folds say by themselves that they are other trainings.
    """
    how = score.how if score.subjects is not None else score.how.replace(PROTOCOLS["subject"], NOBODY_NAMED)
    return how if score.own or FOLDS in score.protocol else f"{how}; {ANOTHER}"
