"""Hair and headscarf."""

from typing import Final

import numpy as np

from core.drawing.action_units import ActionUnits
from core.drawing.brush import Brush, PointList, darker, ellipse, mirrored, mix, moved, smooth
from core.drawing.canvas import Points
from core.drawing.head import outline_face
from core.drawing.person import Hair, Person

_BEHIND: Final[dict[Hair, PointList]] = {
    Hair.LONG: [
        (0, -1.97),
        (0.8, -1.82),
        (1.32, -1.2),
        (1.42, 0),
        (1.46, 1.2),
        (1.5, 2.3),
        (1.0, 2.75),
        (0, 2.4),
    ],
    Hair.BOB: [
        (0, -1.94),
        (0.8, -1.8),
        (1.34, -1.2),
        (1.46, -0.1),
        (1.5, 0.9),
        (1.22, 1.42),
        (0.6, 1.2),
        (0, 1.2),
    ],
    Hair.CURLY: [(0, -2.22), (0.9, -2.02), (1.5, -1.32), (1.56, -0.6), (1.36, 0.05), (0.9, 0.2), (0, 0.2)],
    Hair.BUN: [(0, -1.84), (0.7, -1.72), (1.2, -1.2), (1.25, -0.3), (1.1, 0.2), (0, 0.2)],
}
_HAIRLINE: Final[dict[Hair, PointList]] = {
    Hair.CROPPED: [
        (-1.07, -0.2),
        (-1.0, -0.62),
        (-0.82, -1.02),
        (-0.4, -1.16),
        (0.4, -1.16),
        (0.82, -1.02),
        (1.0, -0.62),
        (1.07, -0.2),
    ],
    Hair.PARTED: [
        (-1.08, 0),
        (-1.03, -0.5),
        (-0.84, -0.86),
        (-0.3, -0.95),
        (0.25, -1.12),
        (0.62, -1.26),
        (0.98, -0.7),
        (1.06, 0.1),
    ],
    Hair.CURLY: [
        (-1.1, -0.15),
        (-0.98, -0.6),
        (-0.7, -0.98),
        (-0.3, -1.06),
        (0.3, -1.06),
        (0.7, -0.98),
        (0.98, -0.6),
        (1.1, -0.15),
    ],
    Hair.LONG: [
        (-1.34, 1.6),
        (-1.16, 0.9),
        (-1.06, 0.2),
        (-0.98, -0.45),
        (-0.6, -1.05),
        (0.05, -1.32),
        (0.62, -1.0),
        (0.98, -0.45),
        (1.06, 0.2),
        (1.16, 0.9),
        (1.34, 1.6),
    ],
    Hair.BOB: [
        (-1.3, 1.25),
        (-1.12, 0.7),
        (-1.03, 0.1),
        (-0.98, -0.5),
        (-0.7, -0.76),
        (0, -0.8),
        (0.7, -0.76),
        (0.98, -0.5),
        (1.03, 0.1),
        (1.12, 0.7),
        (1.3, 1.25),
    ],
    Hair.BUN: [(-1.06, 0.1), (-1.0, -0.6), (-0.7, -1.08), (0, -1.2), (0.7, -1.08), (1.0, -0.6), (1.06, 0.1)],
}
_TOP: Final[dict[Hair, PointList]] = {
    Hair.CROPPED: [(1.17, -0.25), (1.14, -0.8), (0.9, -1.37), (0.5, -1.68), (0, -1.76)],
    Hair.PARTED: [(1.12, 0.12), (1.2, -0.2), (1.22, -0.7), (1.02, -1.42), (0.55, -1.84), (0, -1.94)],
    Hair.CURLY: [(1.4, -0.1), (1.5, -0.8), (1.3, -1.52), (0.75, -2.02), (0, -2.16)],
    Hair.LONG: [(1.4, 1.6), (1.42, 1.0), (1.38, 0.2), (1.28, -0.9), (0.98, -1.52), (0.5, -1.87), (0, -1.97)],
    Hair.BOB: [(1.36, 1.25), (1.46, 0.8), (1.42, 0.1), (1.3, -0.9), (1.0, -1.52), (0.5, -1.84), (0, -1.94)],
    Hair.BUN: [(1.1, 0.15), (1.18, -0.2), (1.17, -0.7), (0.95, -1.37), (0.5, -1.72), (0, -1.82)],
}
_SCARF: Final[PointList] = [
    (0, -1.9),
    (0.7, -1.78),
    (1.22, -1.2),
    (1.36, -0.1),
    (1.3, 0.9),
    (1.24, 1.9),
    (1.5, 2.9),
    (0, 3.2),
]
_SCARF_OPENING: Final[PointList] = [
    (0, -1.12),
    (0.55, -1.05),
    (0.92, -0.6),
    (1.02, 0.1),
    (0.95, 0.8),
    (0.66, 1.42),
    (0, 1.78),
]


def draw_hair_behind(brush: Brush, person: Person) -> None:
    """What hangs behind the head."""
    colour = darker(person.hair_colour, 0.2)
    if person.hair in _BEHIND:
        outline = smooth(mirrored(_BEHIND[person.hair]), closed=True)
        brush.fill(_curled(outline) if person.hair is Hair.CURLY else outline, colour, flat=True)
    if person.hair is Hair.BUN:
        brush.fill(ellipse(0, -1.97, 0.5, 0.42), colour, flat=True)
        brush.fill(ellipse(-0.12, -2.07, 0.2, 0.14), mix(colour, (255, 255, 255), 0.2), 0.5, 0.08, flat=True)


def draw_hair(brush: Brush, person: Person, units: ActionUnits) -> None:
    """What frames the face; drawn after it."""
    if person.hair is Hair.HEADSCARF:
        _draw_scarf(brush, person, units)
    if person.hair not in _HAIRLINE:
        return
    width = (person.face_width, 1.0)
    hairline = smooth(_HAIRLINE[person.hair]) * width
    right = _TOP[person.hair]
    top = smooth([*right, *((-x, y) for x, y in reversed(right[:-1]))]) * width
    top = _curled(top) if person.hair is Hair.CURLY else top
    outline = np.concatenate([hairline, top])
    brush.stroke(
        moved(hairline, 0, 0.04), 0.13, darker(person.skin, 0.55), 0.4, 0.05, (0.4, 1, 1, 0.4), flat=True
    )
    brush.fill(outline, person.hair_colour, 1, 0.006, flat=True)
    brush.shade(outline, darker(person.hair_colour, 0.6), 0.8)
    shine = mix(person.hair_colour, (255, 240, 225), 0.3)
    middle = 0.45 * top[4:-4] + 0.55 * np.stack(
        [
            np.interp(np.linspace(0, 1, len(top) - 8), np.linspace(0, 1, len(hairline)), hairline[::-1, i])
            for i in (0, 1)
        ],
        axis=1,
    )
    brush.stroke(middle, 0.16, shine, 0.45, 0.05, (0, 0.2, 1, 1, 0.6, 0.1), flat=True)


def _draw_scarf(brush: Brush, person: Person, units: ActionUnits) -> None:
    colour = mix(person.clothes, (255, 255, 255), 0.25)
    outer = smooth(mirrored(_SCARF), closed=True)
    face = outline_face(person, units)
    chin = float(face[:, 1].max())
    opening = smooth(mirrored([*_SCARF_OPENING[:-1], (0, max(1.78, chin - 0.02))]), closed=True)
    # A ring: along the outer edge and back along the inner one.
    ring = np.concatenate([outer, outer[:1], opening[:1], opening[::-1]])
    brush.fill(ring, colour, 1, 0.004, flat=True)
    brush.shade(ring, darker(colour, 0.5), 0.8)
    edge = np.concatenate([opening, opening[:1]])
    brush.stroke(edge, 0.05, darker(colour, 0.35), 0.6, 0.015, (1.0, 1.0), flat=True)
    for side in (-1, 1):
        for reach in (0.95, 0.6):
            fold = smooth(
                [(1.15 * reach * side, 1.1), (0.9 * reach * side, 1.75), (0.1 * side, 2.1 + 0.3 * reach)]
            )
            brush.stroke(fold, 0.07, darker(colour, 0.35), 0.45, 0.03, flat=True)


def _curled(outline: Points) -> Points:
    """Waves along an outline."""
    dense = np.repeat(outline, 2, axis=0)
    dense[1:-1:2] = (outline[:-1] + outline[1:]) / 2
    centre = np.array([0.0, -0.7])
    wave = 1 + 0.035 * np.sin(np.arange(len(dense)) * np.pi / 4)
    return np.asarray((dense - centre) * wave[:, None] + centre, np.float64)
