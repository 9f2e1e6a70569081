"""Neck, shoulders, head and nose."""

import numpy as np

from core.drawing.action_units import ActionUnits
from core.drawing.brush import Brush, darker, ellipse, mirrored, mix, moved, on_side, smooth
from core.drawing.canvas import Points
from core.drawing.mouth import drop_jaw
from core.drawing.person import Colour, Hair, Person

_WARM_WHITE: Colour = (255, 244, 230)
_BLUSH: Colour = (206, 92, 82)


def chin_height(person: Person, units: ActionUnits) -> float:
    """How far the chin stands below the eyes."""
    return 1.8 * person.chin + drop_jaw(units)


def outline_face(person: Person, units: ActionUnits) -> Points:
    """The outline of skull, cheeks and jaw; a dropped jaw takes the chin along."""
    width, jaw = 1.15 * person.face_width, person.jaw_width * person.face_width
    chin, drop = chin_height(person, units), drop_jaw(units)
    half = [
        (0.0, -1.62),
        (0.48 * width, -1.54),
        (0.85 * width, -1.2),
        (width, -0.65),
        (1.01 * width, 0.0),
        (0.97 * width, 0.5),
        (0.97 * jaw, 0.98 + 0.3 * drop),
        (0.73 * jaw, 0.79 * chin),
        (0.36 * jaw, 0.965 * chin),
        (0.0, chin),
    ]
    return smooth(mirrored(half), closed=True)


def draw_shoulders(brush: Brush, person: Person, units: ActionUnits) -> None:
    """Neck and clothes, drawn before the head; `brush` should be upright."""
    outline = smooth(
        mirrored([(0.0, 0.9), (0.6, 0.9), (0.62, 1.6), (0.7, 2.1), (0.6, 2.7), (0.0, 2.9)]), closed=True
    )
    brush.fill(outline, darker(person.skin, 0.12), flat=True)
    brush.shade(outline, darker(person.skin, 0.5), 0.6)
    under_chin = ellipse(0, chin_height(person, units) + 0.08, 0.7, 0.3)
    brush.fill(under_chin, darker(person.skin, 0.55), 0.55, 0.11, within=outline, flat=True)
    body = [
        (0.0, 2.54),
        (0.42, 2.46),
        (0.78, 2.16),
        (1.5, 2.42),
        (2.05, 2.72),
        (2.4, 3.2),
        (2.5, 4.5),
        (2.5, 9.0),
        (0.0, 9.0),
    ]
    shirt = smooth(mirrored(body), closed=True)
    brush.fill(shirt, person.clothes, flat=True)
    brush.shade(shirt, darker(person.clothes, 0.5), 0.8)
    collar = smooth([(-0.79, 2.16), (-0.44, 2.45), (0, 2.56), (0.44, 2.45), (0.79, 2.16)])
    brush.stroke(collar, 0.09, mix(person.clothes, (255, 255, 255), 0.18), 0.9, 0.004, (1.0, 1.0), flat=True)


def draw_head(brush: Brush, person: Person, units: ActionUnits) -> None:
    """Ears and the shaded face, without features."""
    skin, shadow = person.skin, darker(person.skin, 0.42)
    chin = chin_height(person, units)
    if person.hair is not Hair.HEADSCARF:
        for side in (-1, 1):
            ear = ellipse(1.16 * side * person.face_width, 0.25, 0.15, 0.34, -8 * side)
            brush.fill(ear, darker(skin, 0.08), flat=True)
            inner = ellipse(1.18 * side * person.face_width, 0.25, 0.08, 0.2, -8 * side)
            brush.fill(inner, shadow, 0.5, 0.03, flat=True)
    outline = outline_face(person, units)
    brush.fill(outline, darker(skin, 0.2), flat=True)
    middle = moved(outline * (0.88, 0.91), 0, 0.005)
    brush.canvas.fill(
        brush.projection(middle, flat=True),
        skin,
        softness=0.11 * brush.projection.scale,
        within=brush.projection(outline, flat=True),
    )
    brush.shade(outline, shadow, 1.0)
    light_x = 0.3 * brush.light[0]
    bright = _highlight(skin)
    brush.fill(ellipse(light_x, -0.75, 0.5, 0.26), bright, 0.55, 0.17)
    brush.fill(ellipse(0.4 * light_x, chin - 0.24, 0.2, 0.12), bright, 0.35, 0.08)
    for side in (-1, 1):
        lit = 0.5 + 0.4 * side * brush.light[0]
        raised = 0.07 * units[6] + 0.04 * units.on(12, side)
        brush.fill(ellipse(0.68 * side, 0.46 - raised, 0.26, 0.16), mix(skin, _BLUSH, 0.5), 0.28, 0.1)
        brush.fill(
            ellipse(0.66 * side, 0.36 - raised, 0.22, 0.12), bright, lit * (0.5 + 0.3 * units[6]), 0.08
        )
        hollow = smooth([(0.95 * side, 0.62), (0.75 * side, 0.82), (0.62 * side, 1.05)])
        brush.stroke(hollow, 0.2, shadow, 0.12 + 0.12 * units.on(12, side), 0.09)


def draw_nose(brush: Brush, person: Person, units: ActionUnits) -> None:
    """Bridge, tip, nostrils; AU9 wrinkles the bridge and, like AU10, lifts the wings."""
    line, bright = darker(person.skin, 0.5), _highlight(person.skin)
    width, length = person.nose_width, person.nose_length
    wrinkled = units[9]
    up = 0.05 * wrinkled + 0.025 * units[10]
    dark_side = -1 if brush.light[0] > 0 else 1
    bridge = on_side(
        smooth([(0.12, -0.12), (0.1, 0.1), (0.12, 0.34 * length), (0.19 * width, 0.52 * length)]), dark_side
    )
    brush.stroke(bridge, 0.12, line, 0.3 + 0.4 * brush.contrast, 0.04, (0.5, 1.0, 1.0))
    brush.stroke(smooth([(0, 0.02), (0, 0.3), (0, 0.46 * length)]), 0.09, bright, 0.5, 0.03)
    brush.fill(ellipse(0, 0.68 * length - up, 0.24 * width, 0.08), line, 0.3, 0.045)
    brush.fill(ellipse(0.02 * brush.light[0], 0.53 * length - up / 2, 0.08, 0.06), bright, 0.7, 0.03)
    for side in (-1, 1):
        wing = smooth(
            [
                (0.19 * width, 0.48 - up),
                (0.255 * width, 0.55 - up),
                (0.25 * width, 0.63 - up),
                (0.19 * width, 0.665 - up),
            ]
        ) * (side, length)
        brush.stroke(wing, 0.04, line, 0.6 + 0.3 * wrinkled, 0.012, (0.2, 1, 1, 0.4))
        nostril = ellipse(0.105 * side * width, 0.655 * length - up, 0.062 * width, 0.026, -14 * side)
        brush.fill(nostril, darker(person.skin, 0.8), 0.85, 0.01)
        for y in (-0.1, -0.02, 0.07):
            wrinkle = smooth([(0.02 * side, y), (0.08 * side, y - 0.025), (0.15 * side, y + 0.03)])
            brush.stroke(wrinkle, 0.03, line, 0.75 * wrinkled, 0.009)
        pinch = smooth([(0.16 * side, 0.14), (0.25 * side, 0.28), (0.28 * side, 0.42)])
        brush.stroke(pinch, 0.035, line, 0.6 * wrinkled, 0.014)
    brush.stroke(
        smooth([(-0.1, 0.7 * length - up), (0, 0.715 * length - up), (0.1, 0.7 * length - up)]),
        0.035,
        line,
        0.7,
        0.012,
    )


def nose_tip(person: Person, units: ActionUnits) -> Points:
    """Where the tip of the nose is, float64 (1, 2)."""
    up = 0.05 * units[9] + 0.025 * units[10]
    return np.array([[0.0, 0.56 * person.nose_length - up / 2]])


def _highlight(skin: Colour) -> Colour:
    """Skin in full light; dark skin shines no less, but less of it is white."""
    return mix(skin, _WARM_WHITE, 0.2 + 0.25 * skin[0] / 255)
