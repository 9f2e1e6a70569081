"""Lips, teeth, tongue and chin, moved by the action units of the lower face."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.drawing.action_units import ActionUnits
from core.drawing.brush import Brush, darker, ellipse, mix, moved, smooth
from core.drawing.canvas import Points
from core.drawing.person import Colour, Person

INSIDE: Final[Colour] = (58, 22, 26)
TEETH: Final[Colour] = (243, 238, 228)
TONGUE: Final[Colour] = (176, 84, 86)
ROSE: Final[Colour] = (176, 66, 74)

_T: Final = np.linspace(0, 1, 25)
_FROM_CENTRE: Final = np.abs(2 * _T - 1)


@dataclass(frozen=True, eq=False)
class MouthShape:
    """The lips' four edges, each float64 (25, 2) from the person's right corner to their left one.

    Attributes:
        top, bottom: the outer edges of upper and lower lip.
        upper, lower: their inner edges, which meet when the mouth is closed.
    """

    top: Points
    upper: Points
    lower: Points
    bottom: Points

    @property
    def opening(self) -> Points:
        """The outline between the lips."""
        return np.concatenate([self.upper, self.lower[::-1]])

    @property
    def gap(self) -> float:
        """How far the lips stand apart in the middle."""
        return float(self.lower[12, 1] - self.upper[12, 1])


def drop_jaw(units: ActionUnits) -> float:
    """How far AU26 and AU27 lower the chin."""
    return 0.19 * units[26] + 0.34 * units[27]


def shape_mouth(person: Person, units: ActionUnits) -> MouthShape:
    """Where the lips are."""
    right, left = (_corner(person, units, side) for side in (-1, 1))
    line = right + _T[:, None] * (left - right)
    gap = 0.075 * units[25] + 0.27 * units[26] + 0.42 * units[27] + 0.05 * units[16]
    raised = 0.045 * units[9] + 0.05 * units[17] + 0.02 * units[25] * units[12]
    middle = 0.995 - raised - line[12, 1] + 0.02 * units[12]
    # A stretched or snarling mouth opens like a box, a dropped jaw like an egg.
    power = 2.2 + 2.5 * max(units[20], units[10] * units[25], units[16])
    bulge = 1 - _FROM_CENTRE**power
    sneer = 0.075 * np.interp(_T, (0, 1), (units.on(10, -1), units.on(10, 1)))
    upper_y = line[:, 1] + (middle - sneer) * bulge
    # The inner edge dips in the middle, where the upper lip is fullest.
    edge_y = upper_y + 0.012 * bulge * (1 - 2 * _FROM_CENTRE)
    lower_y = upper_y + gap * bulge ** (0.75 if gap > 0.2 else 1.0)
    thin = 1 - 0.55 * units[23] - 0.2 * units[12] - 0.15 * units[20] - 0.15 * units[17]
    upper_lip = 0.085 * person.lip_fullness * thin
    lower_lip = 0.125 * person.lip_fullness * thin
    bow = (1 - _FROM_CENTRE**1.7) * (1 - 0.16 * np.exp(-((_FROM_CENTRE / 0.22) ** 2)))
    x = line[:, 0]
    return MouthShape(
        top=np.stack([x, upper_y - upper_lip * bow], axis=1),
        upper=np.stack([x, edge_y], axis=1),
        lower=np.stack([x, np.maximum(lower_y, edge_y)], axis=1),
        bottom=np.stack([x, lower_y + lower_lip * (1 - _FROM_CENTRE**2.4)], axis=1),
    )


def _corner(person: Person, units: ActionUnits, side: int) -> Points:
    pull, dimple = units.on(12, side), units.on(14, side)
    out = (
        0.13 * pull
        + 0.14 * units[20]
        - 0.02 * dimple
        - 0.05 * units[23]
        - 0.12 * units[27]
        - 0.08 * units[26]
    )
    up = (
        0.17 * pull
        + 0.045 * dimple
        - 0.14 * units[15]
        - 0.03 * units[20]
        - 0.05 * units[27]
        + person.mouth_curve
    )
    return np.array([side * (0.405 * person.mouth_width + out), 1.01 - up])


def draw_mouth(brush: Brush, person: Person, units: ActionUnits) -> None:
    """Mouth with what shows between the lips, and the shadows around it."""
    shape = shape_mouth(person, units)
    lips = mix(person.skin, ROSE, 0.42)
    _draw_surroundings(brush, person, units, shape)
    if shape.gap > 0.02:
        brush.fill(shape.opening, INSIDE)
        _draw_teeth(brush, units, shape)
    brush.fill(np.concatenate([shape.top, shape.upper[::-1]]), darker(lips, 0.14), 1, 0.008)
    brush.fill(np.concatenate([shape.lower, shape.bottom[::-1]]), lips, 1, 0.008)
    shine = (shape.lower + shape.bottom)[8:17] / 2
    brush.stroke(shine, 0.035, mix(lips, (255, 240, 235), 0.6), 0.5, 0.014)
    closed = darker(lips, 0.62)
    brush.stroke(shape.upper, 0.026, closed, 0.9, 0.005, (0.8, 1, 1, 1, 0.8))
    if shape.gap > 0.02:
        brush.stroke(shape.lower, 0.014, closed, 0.6, 0.005)
    for corner, side in ((shape.upper[0], -1), (shape.upper[-1], 1)):
        deep = 0.3 + 0.5 * max(units.on(12, side), units.on(14, side), units[15])
        brush.fill(ellipse(corner[0], corner[1], 0.03, 0.025), closed, deep, 0.015)


def _draw_teeth(brush: Brush, units: ActionUnits, shape: MouthShape) -> None:
    opening = shape.opening
    if shape.gap > 0.2:
        brush.fill(ellipse(0, shape.lower[12, 1] + 0.02, 0.24, 0.13), TONGUE, 0.9, 0.03, within=opening)
    shown = min(0.13, 0.05 + 0.12 * max(units[12], units[10], 0.6 * units[20]))
    inner = shape.upper[2:-2]
    brush.fill(
        np.concatenate([moved(inner, 0, -0.03), moved(inner[::-1], 0, shown)]),
        TEETH,
        0.97,
        0.006,
        within=opening,
    )
    if max(units[16], units[20]) > 0.3:
        inner = shape.lower[4:-4]
        brush.fill(
            np.concatenate([moved(inner, 0, -0.05), moved(inner[::-1], 0, 0.03)]),
            darker(TEETH, 0.12),
            0.9,
            0.006,
            opening,
        )
    brush.stroke(moved(shape.upper, 0, 0.02), 0.05, INSIDE, 0.4, 0.015, (1.0, 1.0), within=opening)


def _draw_surroundings(brush: Brush, person: Person, units: ActionUnits, shape: MouthShape) -> None:
    """Folds beside the mouth, the hollow above the chin, and what AU14, AU15 and AU17 press into the skin."""
    line = darker(person.skin, 0.5)
    bottom = shape.bottom[12, 1]
    for corner, side in ((shape.upper[0], -1), (shape.upper[-1], 1)):
        pull = units.on(12, side)
        fold = smooth(
            [
                (0.27 * side, 0.56 - 0.05 * units[9]),
                (side * (0.4 + 0.07 * pull), 0.72 - 0.04 * units[9]),
                (corner[0] + side * (0.12 + 0.03 * pull), corner[1] - 0.04),
                (corner[0] + side * 0.12, corner[1] + 0.1),
            ]
        )
        deep = 0.1 + 0.22 * person.age + 0.4 * max(pull, units[9], units.on(10, side), 0.6 * units[20])
        brush.stroke(fold, 0.05, line, min(0.7, deep), 0.022, (0.3, 1, 1, 0.2))
        dimple = smooth(
            [
                (corner[0] + side * 0.07, corner[1] - 0.09),
                (corner[0] + side * 0.1, corner[1]),
                (corner[0] + side * 0.06, corner[1] + 0.09),
            ]
        )
        brush.stroke(dimple, 0.045, line, 0.8 * units.on(14, side), 0.012)
        sag = smooth(
            [(corner[0] + side * 0.02, corner[1] + 0.03), (corner[0] + side * 0.06, corner[1] + 0.16)]
        )
        brush.stroke(sag, 0.04, line, 0.6 * units[15], 0.016, (1, 0.6, 0.1))
    brush.stroke(
        smooth([(-0.2, bottom + 0.05), (0, bottom + 0.075), (0.2, bottom + 0.05)]),
        0.07,
        line,
        0.32 + 0.35 * units[17],
        0.03,
    )
    for x, y in ((-0.12, 0.2), (0.1, 0.17), (0.0, 0.26), (-0.04, 0.15), (0.15, 0.27)):
        brush.fill(ellipse(x, bottom + y, 0.03, 0.02), line, 0.28 * units[17], 0.022)
    brush.fill(ellipse(0, 0.84, 0.05, 0.08), line, 0.14, 0.025)
