"""People as pictures, with the landmarks known from geometry."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from core.drawing.action_units import ActionUnits
from core.drawing.beard import draw_beard
from core.drawing.brush import Brush, darker, ellipse, mix
from core.drawing.canvas import Canvas
from core.drawing.eyes import draw_brow, draw_eye, draw_frown, draw_glasses
from core.drawing.hair import draw_hair, draw_hair_behind
from core.drawing.head import draw_head, draw_nose, draw_shoulders, nose_tip
from core.drawing.mouth import draw_mouth, shape_mouth
from core.drawing.person import Person
from core.drawing.projection import Projection
from core.drawing.scene import Scene
from core.images import Picture

Sitter: TypeAlias = tuple[Person, ActionUnits, Scene]
"""One person of a group: who, what the face does, and the pose and place in the picture."""


def draw_face(person: Person, units: ActionUnits, scene: Scene, size: int) -> Picture:
    """Draw a head-and-shoulders portrait.

    Args:
        size: side of the square picture in pixels.

    Returns:
        uint8 (size, size, 3), RGB.
    """
    return draw_group([(person, units, scene)], size, size)


def draw_group(sitters: Sequence[Sitter], width: int, height: int) -> Picture:
    """Draw people in one picture, the first one farthest behind; light and lens are the first one's.

    Returns:
        uint8 (height, width, 3), RGB.
    """
    scene = sitters[0][2]
    canvas = Canvas(height, width, scene.background)
    _draw_background(canvas, scene, width, height)
    for person, units, own in sitters:
        _draw_figure(canvas, person, units, own, place(own, width, height))
    return _expose(canvas.finish(), scene, place(scene, width, height).scale)


def landmarks(
    person: Person, units: ActionUnits, scene: Scene, width: int, height: int
) -> npt.NDArray[np.float32]:
    """Where `draw_group` puts eyes, nose tip and mouth corners, as in `core.faces.Face.landmarks`.

    Returns:
        float32 (5, 2), picture pixels.
    """
    mouth = shape_mouth(person, units)
    points = np.concatenate(
        [[(-0.5, 0.0), (0.5, 0.0)], nose_tip(person, units), mouth.upper[:1], mouth.upper[-1:]]
    )
    return place(scene, width, height)(points).astype(np.float32)


def place(scene: Scene, width: int, height: int) -> Projection:
    """Where the head of a scene stands in a picture of the given size in pixels."""
    origin = (scene.head[0] * width - 0.5, scene.head[1] * height - 0.5)
    return Projection(origin, height / scene.framing, scene.yaw, scene.pitch, scene.roll)


def _draw_figure(
    canvas: Canvas, person: Person, units: ActionUnits, scene: Scene, projection: Projection
) -> None:
    angle = np.radians(scene.light)
    light = (float(np.sin(angle)), float(-np.cos(angle)))
    brush = Brush(canvas, projection, light, scene.contrast)
    draw_hair_behind(brush, person)
    draw_shoulders(replace(brush, projection=projection.upright), person, units)
    draw_head(brush, person, units)
    draw_frown(brush, person, units)
    for side in (-1, 1):
        draw_eye(brush, person, units, scene.gaze, side)
        draw_brow(brush, person, units, side)
    draw_nose(brush, person, units)
    draw_beard(brush, person, units)
    draw_mouth(brush, person, units)
    draw_hair(brush, person, units)
    if person.glasses:
        draw_glasses(brush, person)


def _draw_background(canvas: Canvas, scene: Scene, width: int, height: int) -> None:
    page = np.array([[-1.0, -1.0], [width, -1.0], [width, height], [-1.0, height]])
    canvas.fill(page, darker(scene.background, 0.3), 0.8, towards=(0.0, 1.0))
    glow = ellipse(width * 0.5, height * 0.4, width * 0.42, height * 0.42)
    canvas.fill(glow, mix(scene.background, (255, 255, 255), 0.5), 0.6, height * 0.1)


def _expose(pixels: npt.NDArray[np.float32], scene: Scene, scale: float) -> Picture:
    """What lens and sensor do: blur, exposure, noise."""
    if scene.blur * scale > 0.3:
        pixels = np.asarray(cv2.GaussianBlur(pixels, (0, 0), scene.blur * scale), np.float32)
    pixels = pixels * np.float32(scene.exposure)
    if scene.noise:
        grain = np.random.default_rng(scene.grain).standard_normal(pixels.shape[:2], np.float32)
        pixels = pixels + (scene.noise * grain)[..., None]
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
