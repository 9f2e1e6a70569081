"""Eyes, lids, brows and glasses, moved by the action units of the upper face."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.drawing.action_units import ActionUnits
from core.drawing.brush import Brush, darker, ellipse, mix, moved, on_side, smooth
from core.drawing.canvas import Points
from core.drawing.person import Colour, Person

SCLERA: Final[Colour] = (240, 236, 232)
LASHES: Final[Colour] = (38, 28, 28)
FRAMES: Final[Colour] = (46, 42, 48)
IRIS_RADIUS: Final = 0.112
"""Of a distance between the eyes; an iris of 11.7 mm would have 0.093, a little more looks friendlier."""

_T: Final = np.linspace(0, 1, 17)


@dataclass(frozen=True, eq=False)
class EyeShape:
    """One eye's lids, both float64 (17, 2) from the inner corner to the outer one."""

    upper: Points
    lower: Points

    @property
    def opening(self) -> Points:
        """The outline between the lids."""
        return np.concatenate([self.upper, self.lower[::-1]])


def shape_eye(person: Person, units: ActionUnits, side: int) -> EyeShape:
    """Where the lids are: AU5 raises the upper one, AU6 and AU7 bring both together."""
    size = person.eye_size
    upper = 0.118 + 0.1 * units[5] - 0.045 * units[7] - 0.03 * units[6] - 0.05 * units[9] - 0.015 * units[4]
    lower = 0.075 + 0.018 * units[5] - 0.038 * units[7] - 0.055 * units[6] - 0.035 * units[9]
    inner, outer = (
        np.array([0.5 - 0.235 * size, 0.03]),
        np.array([0.5 + 0.235 * size, 0.03 - person.eye_tilt]),
    )
    line = inner + _T[:, None] * (outer - inner)
    arch = np.sin(np.pi * _T**0.9) ** 0.8
    bowl = np.sin(np.pi * _T**1.15) ** 0.85
    up = np.stack([line[:, 0], line[:, 1] - max(0.025, upper) * size * arch], axis=1)
    down = np.stack([line[:, 0], line[:, 1] + max(0.012, lower) * size * bowl], axis=1)
    return EyeShape(on_side(up, side), on_side(down, side))


def shape_brow(person: Person, units: ActionUnits, side: int) -> Points:
    """The middle line of a brow: AU1 raises its inner end, AU2 its outer part, AU4 draws it down and in."""
    inner_up = 0.18 * units[1] + 0.03 * units[2] - 0.19 * units[4] * (1 - 0.75 * units[1]) - 0.07 * units[9]
    middle_up = 0.05 * units[1] + 0.15 * units[2] - 0.13 * units[4] * (1 - 0.3 * units[1]) - 0.06 * units[9]
    outer_up = 0.17 * units[2] - 0.03 * units[4] - 0.02 * units[1]
    inward = 0.07 * units[4]
    y, arch = -0.36 * person.brow_height, 0.07 * person.brow_arch
    points = [
        (0.2 - inward, y - inner_up),
        (0.36 - inward / 2, y - 0.5 * arch - 0.6 * inner_up - 0.4 * middle_up),
        (0.58, y - arch - middle_up),
        (0.74, y - 0.6 * arch - 0.5 * middle_up - 0.5 * outer_up),
        (0.86, y + 0.05 - outer_up),
    ]
    return on_side(smooth(points), side)


def draw_eye(brush: Brush, person: Person, units: ActionUnits, gaze: tuple[float, float], side: int) -> None:
    """Socket, eyeball, lids and lashes of one eye."""
    shape = shape_eye(person, units, side)
    opening, skin = shape.opening, person.skin
    shadow = darker(skin, 0.45)
    brush.fill(ellipse(0.5 * side, -0.12, 0.34, 0.17), shadow, 0.22, 0.07)
    brush.fill(ellipse(0.26 * side, -0.1, 0.07, 0.16), shadow, 0.3, 0.05)
    brush.fill(opening, SCLERA)
    centre = (0.5 * side + gaze[0] * IRIS_RADIUS, -0.008 + gaze[1] * IRIS_RADIUS)
    _draw_iris(brush, person, centre, opening)
    brush.stroke(moved(shape.upper, 0, 0.025), 0.07, shadow, 0.5, 0.02, (1.0, 1.0), within=opening)
    brush.fill(
        ellipse(centre[0] - 0.035, centre[1] - 0.04, 0.026, 0.026), (255, 255, 255), 0.95, within=opening
    )
    brush.stroke(shape.upper, 0.052, LASHES, 1, 0.003, (0.4, 0.9, 1.1, 0.7))
    brush.stroke(shape.lower, 0.02, darker(skin, 0.6), 0.75, 0.005, (0.3, 1, 1))
    fold = moved(shape.upper, 0, 0.02 * units[5] - 0.055)
    brush.stroke(fold, 0.022, darker(skin, 0.55), 0.65, 0.008, (0.2, 1, 1, 0.3))
    _draw_lines(brush, person, units, side)


def draw_brow(brush: Brush, person: Person, units: ActionUnits, side: int) -> None:
    """One brow, in the colour of the hair but never as light as the skin."""
    colour = mix(person.hair_colour, darker(person.skin, 0.75), 0.35)
    colour = mix(colour, (20, 14, 14), 0.3)
    line = shape_brow(person, units, side)
    width = 0.105 * person.brow_thickness
    brush.stroke(line, width * 1.25, colour, 0.35, 0.02, (0.4, 0.95, 1.0, 0.9, 0.3))
    brush.stroke(line, width, colour, 0.92, 0.008, (0.35, 0.9, 1.0, 0.8, 0.1))


def draw_frown(brush: Brush, person: Person, units: ActionUnits) -> None:
    """Lines of the forehead: across it with AU1 and AU2, upright between the brows with AU4."""
    line, soft = darker(person.skin, 0.5), 0.012
    lined = 0.5 + 0.5 * person.age
    raised = max(units[1], units[2])
    for y, reach in ((-0.82, 0.62), (-0.96, 0.5)):
        width = reach * (0.45 + 0.55 * units[2])
        arch = smooth(
            [(-width, y + 0.03), (-width / 2, y - 0.01), (0, y), (width / 2, y - 0.01), (width, y + 0.03)]
        )
        brush.stroke(arch, 0.03, line, 0.55 * lined * raised + 0.12 * person.age, soft)
    for side in (-1, 1):
        crease = smooth([(0.085 * side, -0.48), (0.065 * side, -0.36), (0.08 * side, -0.24)])
        brush.stroke(crease, 0.035, line, 0.75 * lined * units[4], soft)
    brush.fill(ellipse(0, -0.34, 0.1, 0.14), line, 0.25 * units[4], 0.05)


def draw_glasses(brush: Brush, person: Person) -> None:
    """Round glasses; they turn with the head."""
    for side in (-1, 1):
        rim = ellipse(0.5 * side, 0.04, 0.385, 0.33)
        brush.fill(rim, (255, 255, 255), 0.07)
        brush.stroke(np.concatenate([rim, rim[:2]]), 0.035, FRAMES, 0.95, taper=(1.0, 1.0))
        arm = smooth([(0.87 * side, -0.04), (1.02 * side, -0.06), (1.12 * side, -0.05)])
        brush.stroke(arm, 0.045, FRAMES, 0.95, taper=(1.0, 0.8))
    brush.stroke(smooth([(-0.125, -0.0), (0, -0.05), (0.125, -0.0)]), 0.04, FRAMES, 0.95, taper=(1.0, 1.0))


def _draw_iris(brush: Brush, person: Person, centre: tuple[float, float], opening: Points) -> None:
    rings: tuple[tuple[float, Colour], ...] = (
        (1.0, darker(person.iris, 0.55)),
        (0.82, person.iris),
        (0.45, (14, 12, 14)),
    )
    for share, colour in rings:
        radius = IRIS_RADIUS * share
        brush.fill(ellipse(*centre, radius, radius), colour, within=opening)
    glow = ellipse(centre[0] + 0.03, centre[1] + 0.05, 0.05, 0.03, -35)
    brush.fill(glow, mix(person.iris, (255, 255, 255), 0.45), 0.4, 0.012, within=opening)


def _draw_lines(brush: Brush, person: Person, units: ActionUnits, side: int) -> None:
    """What AU6 and AU7 do to the skin around an eye: bags below and crow's feet beside it."""
    line = darker(person.skin, 0.5)
    squeezed = max(units[6], 0.6 * units[7], 0.5 * units[9])
    bag = on_side(smooth([(0.28, 0.14), (0.46, 0.19), (0.68, 0.13)]), side)
    brush.stroke(bag, 0.03, line, 0.15 + 0.2 * person.age + 0.4 * squeezed, 0.014)
    for start, end in (
        ((0.83, -0.03), (0.98, -0.11)),
        ((0.84, 0.03), (1.0, 0.03)),
        ((0.82, 0.08), (0.96, 0.15)),
    ):
        foot = on_side(smooth([start, end], steps=6), side)
        brush.stroke(foot, 0.022, line, units[6] * (0.3 + 0.4 * person.age), 0.008, (0.4, 1, 0.2))
