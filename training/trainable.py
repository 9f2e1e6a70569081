"""Whether data are enough to train on."""

from typing import Final

import numpy as np

from core.errors import DataError
from core.expressions import EXPRESSIONS, Expression
from training.datasets.labelled import LabelledCrops
from training.splits import groups

BASIC: Final = tuple(e for e in EXPRESSIONS if e not in {Expression.CONTEMPT, Expression.NEUTRAL})
"""Ekman's six. CK+48 has no neutral face and FER2013 no contempt, so these two may be missing."""

FEWEST_SUBJECTS: Final = 2
"""One to learn a class from, and one to be judged on."""


def refusals(data: LabelledCrops) -> tuple[str, ...]:
    """Say why data are not trained on unless told otherwise: a sentence a reason, none where they may be.

    One of the six basic expressions is missing, or an expression is shown by fewer than two subjects; where
    nobody is named, a group of near-identical pictures counts as one.
    """
    labels, people = data.labels, groups(data)
    shown = {e: people[labels == column] for column, e in enumerate(EXPRESSIONS)}
    missing = [e.value for e in BASIC if not len(shown[e])]
    few = [e.value for e, who in shown.items() if len(who) and len(np.unique(who)) < FEWEST_SUBJECTS]
    reasons = []
    if missing:
        reasons.append(f"There are no pictures of {', '.join(missing)}: add some.")
    if few:
        reasons.append(
            f"Only one subject shows {', '.join(few)}: add pictures of other people, so that one can be "
            "learned from and another judged on."
        )
    return tuple(reasons)


def require_trainable(data: LabelledCrops) -> None:
    """Let data pass that may be trained on.

    Raises:
        DataError: with the reasons of `refusals`.
    """
    found = refusals(data)
    if found:
        raise DataError(f"{' '.join(found)} To train all the same, say --anyway.")
