"""Beard and moustache."""

import numpy as np

from core.drawing.action_units import ActionUnits
from core.drawing.brush import Brush, darker, mix, moved, smooth
from core.drawing.head import outline_face
from core.drawing.mouth import shape_mouth
from core.drawing.person import Beard, Person


def draw_beard(brush: Brush, person: Person, units: ActionUnits) -> None:
    """Beard and moustache; drawn before the mouth."""
    if person.beard is Beard.NONE:
        return
    colour = mix(person.hair_colour, darker(person.skin, 0.6), 0.2)
    opacity, softness = (0.3, 0.07) if person.beard is Beard.STUBBLE else (0.92, 0.025)
    mouth = shape_mouth(person, units)
    if person.beard is not Beard.MOUSTACHE:
        face = outline_face(person, units)
        jaw = face[face[:, 1] > 0.35]
        inner = [
            (-0.93, 0.45),
            (-0.78, 0.85),
            (-0.56, 1.0),
            (-0.3, 0.78),
            (0, 0.76),
            (0.3, 0.78),
            (0.56, 1.0),
            (0.78, 0.85),
            (0.93, 0.45),
        ]
        outline = np.concatenate([jaw * (1.0, 1.02), smooth(inner)])
        brush.fill(outline, colour, opacity, softness, flat=True)
        if person.beard is Beard.FULL:
            brush.shade(outline, darker(colour, 0.5), 0.6)
    if person.beard is not Beard.STUBBLE:
        lip = mouth.top[2:-2]
        nose = np.stack([lip[:, 0], np.minimum(lip[:, 1], 0.83) - 0.035], axis=1)
        corners = moved(mouth.top[:1], -0.05, 0.06), moved(mouth.top[-1:], 0.05, 0.06)
        outline = np.concatenate([corners[0], moved(lip, 0, -0.02), corners[1], nose[::-1]])
        brush.fill(outline, colour, 0.92, 0.02)
