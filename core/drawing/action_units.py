"""What a face does: facial action units, and the prototypes of the eight expressions in them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from core.expressions import Expression


class ActionUnit(IntEnum):
    """Movements by their numbers in FACS (Ekman, Friesen & Hager, Facial Action Coding System, 2002)."""

    INNER_BROW_RAISER = 1
    OUTER_BROW_RAISER = 2
    BROW_LOWERER = 4
    UPPER_LID_RAISER = 5
    CHEEK_RAISER = 6
    LID_TIGHTENER = 7
    NOSE_WRINKLER = 9
    UPPER_LIP_RAISER = 10
    LIP_CORNER_PULLER = 12
    DIMPLER = 14
    LIP_CORNER_DEPRESSOR = 15
    LOWER_LIP_DEPRESSOR = 16
    CHIN_RAISER = 17
    LIP_STRETCHER = 20
    LIP_TIGHTENER = 23
    LIPS_PART = 25
    JAW_DROP = 26
    MOUTH_STRETCH = 27


ONE_SIDED: Final = frozenset({ActionUnit.LIP_CORNER_PULLER, ActionUnit.DIMPLER, ActionUnit.UPPER_LIP_RAISER})
"""The units that `ActionUnits.side` confines to one side of the face."""


@dataclass(frozen=True)
class ActionUnits:
    """How strongly each unit acts.

    Attributes:
        intensities: 0 to 1 by the FACS number; what is not named rests.
        side: 0 for both sides alike; −1 confines `ONE_SIDED` to the person's right, 1 to their left.
    """

    intensities: Mapping[int, float]
    side: float = 0.0

    def __post_init__(self) -> None:
        unknown = set(self.intensities) - set(ActionUnit)
        if unknown or not all(0 <= value <= 1 for value in self.intensities.values()):
            raise ValueError(
                "`intensities` must map FACS numbers that Mien draws to 0 to 1. "
                f"Received: {dict(self.intensities)}"
            )

    def __getitem__(self, unit: int) -> float:
        return self.intensities.get(unit, 0.0)

    def on(self, unit: int, side: int) -> float:
        """The intensity on the person's right (−1) or left (1)."""
        share = min(1.0, 1 + self.side * side) if unit in ONE_SIDED else 1.0
        return self[unit] * share

    def scaled(self, share: float) -> "ActionUnits":
        """The same movement, weaker or stronger; each intensity stays at most 1."""
        return ActionUnits({u: min(1.0, v * share) for u, v in self.intensities.items()}, self.side)


REST: Final = ActionUnits({})

PROTOTYPES: Final[Mapping[Expression, tuple[Mapping[int, float], ...]]] = {
    Expression.ANGER: (
        {4: 1, 5: 0.6, 7: 0.7, 23: 0.9},
        {4: 1, 7: 0.8, 17: 0.6, 23: 0.9},
        {4: 1, 5: 0.5, 7: 0.6, 10: 0.5, 16: 0.5, 23: 0.3, 25: 0.7},
    ),
    Expression.CONTEMPT: (
        {12: 0.6, 14: 1},
        {14: 1, 12: 0.3, 7: 0.2},
        {12: 0.5, 14: 0.9, 10: 0.5},
    ),
    Expression.DISGUST: (
        {9: 1, 4: 0.4, 7: 0.4, 10: 0.6, 17: 0.5},
        {9: 0.9, 4: 0.4, 10: 0.7, 16: 0.6, 25: 0.6},
        {10: 1, 9: 0.6, 15: 0.4, 17: 0.6},
    ),
    Expression.FEAR: (
        {1: 1, 2: 0.5, 4: 0.6, 5: 1, 20: 0.9, 25: 0.6},
        {1: 0.9, 2: 0.6, 4: 0.5, 5: 0.9, 20: 0.7, 25: 0.4, 26: 0.4},
        {1: 1, 2: 0.4, 4: 0.7, 5: 1, 20: 0.8},
    ),
    Expression.HAPPINESS: (
        {6: 0.9, 12: 1, 25: 0.6},
        {6: 0.7, 12: 0.8},
        {6: 1, 12: 1, 25: 0.8, 26: 0.4},
    ),
    Expression.NEUTRAL: ({},),
    Expression.SADNESS: (
        {1: 1, 4: 0.5, 15: 0.9},
        {1: 0.9, 4: 0.4, 15: 0.8, 17: 0.7},
        {1: 0.8, 4: 0.6, 7: 0.3, 15: 0.7, 17: 0.4},
    ),
    Expression.SURPRISE: (
        {1: 0.9, 2: 1, 5: 0.8, 25: 0.5, 26: 0.8},
        {1: 1, 2: 1, 5: 0.9, 25: 0.5, 27: 0.7},
        {1: 0.8, 2: 0.9, 5: 0.6, 25: 0.4, 26: 0.7},
    ),
}
"""Variants of each expression: EMFACS (Friesen & Ekman, 1983) and table 10-1 of the FACS Investigator's
Guide (Ekman, Friesen & Hager, 2002), the intensities ours. Contempt alone is on one side of the face."""


def sample_action_units(
    expression: Expression, rng: np.random.Generator, spread: float = 0.15, stray: float = 0.1
) -> ActionUnits:
    """Draw one person's way to show an expression, at its peak.

    Args:
        spread: standard deviation of each intensity of the prototype.
        stray: largest intensity of a movement that does not belong to it; two such are drawn.
    """
    prototype = PROTOTYPES[expression][rng.integers(len(PROTOTYPES[expression]))]
    intensities = {unit: float(np.clip(rng.normal(peak, spread), 0, 1)) for unit, peak in prototype.items()}
    for unit in rng.choice([unit.value for unit in ActionUnit], 2, replace=False):
        intensities[int(unit)] = max(intensities.get(int(unit), 0.0), float(rng.uniform(0, stray)))
    side = float(rng.choice([-1, 1])) if expression is Expression.CONTEMPT else float(rng.normal(0, 0.1))
    return ActionUnits(intensities, float(np.clip(side, -1, 1)))
