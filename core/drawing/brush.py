"""Draw in a face's own coordinates, and the curves to draw."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np

from core.drawing.canvas import Canvas, Points
from core.drawing.person import Colour
from core.drawing.projection import Projection

PointList: TypeAlias = list[tuple[float, float]]

VISIBLE: Final = 0.02
"""Opacity below which nothing is drawn: most creases of a face at rest."""

_CATMULL_ROM: Final = 0.5 * np.array([[0, 2, 0, 0], [-1, 0, 1, 0], [2, -5, 4, -1], [-1, 3, -3, 1]])
_CIRCLE: Final = np.linspace(0, 2 * np.pi, 32, endpoint=False)
_COSINE_SINE: Final = np.stack([np.cos(_CIRCLE), np.sin(_CIRCLE)], axis=1)


@dataclass(frozen=True, eq=False)
class Brush:
    """Paints on a canvas through a projection; lengths are in distances between the eyes.

    Attributes:
        light: unit vector towards the light, in the picture, y down.
        contrast: 0 for flat to 1 for hard light.
    """

    canvas: Canvas
    projection: Projection
    light: tuple[float, float] = (0.0, -1.0)
    contrast: float = 0.4

    def fill(
        self,
        outline: Points,
        colour: Colour,
        opacity: float = 1.0,
        softness: float = 0.0,
        within: Points | None = None,
        flat: bool = False,
    ) -> None:
        """Fill an outline, as `Canvas.fill`."""
        if opacity < VISIBLE:
            return
        self.canvas.fill(
            self.projection(outline, flat),
            colour,
            opacity,
            softness * self.projection.scale,
            None if within is None else self.projection(within, flat),
        )

    def shade(self, outline: Points, colour: Colour, opacity: float, flat: bool = True) -> None:
        """Darken the side of a shape that the light does not reach, the more the harder the light."""
        away = (-self.light[0], -self.light[1])
        pixels = self.projection(outline, flat)
        self.canvas.fill(pixels, colour, opacity * self.contrast, within=pixels, towards=away)

    def stroke(
        self,
        line: Points,
        width: float,
        colour: Colour,
        opacity: float = 1.0,
        softness: float = 0.0,
        taper: tuple[float, ...] = (0.1, 1.0, 0.1),
        within: Points | None = None,
        flat: bool = False,
    ) -> None:
        """Draw along a line. `taper` gives the width along it, in shares of `width`, evenly spaced."""
        if opacity < VISIBLE:
            return
        self.canvas.stroke(
            self.projection(line, flat),
            _tapered(taper, len(line)) * (width * self.projection.scale),
            colour,
            opacity,
            softness * self.projection.scale,
            None if within is None else self.projection(within, flat),
        )


def smooth(points: PointList | Points, closed: bool = False, steps: int = 8) -> Points:
    """A Catmull–Rom curve through points, float64 (m, 2)."""
    knots = np.asarray(points, np.float64)
    if closed:
        knots = np.concatenate([knots[-1:], knots, knots[:2]])
    else:
        knots = np.concatenate([2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]])
    windows = np.stack([knots[i : len(knots) - 3 + i] for i in range(4)], axis=1)
    curve = _basis(steps) @ windows
    flat = curve.reshape(-1, 2)
    return flat if closed else np.concatenate([flat, knots[-2:-1]])


@lru_cache
def _tapered(taper: tuple[float, ...], count: int) -> Points:
    return np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(taper)), taper)


@lru_cache
def _basis(steps: int) -> Points:
    """The weights of four knots at the steps between the middle two, float64 (steps, 4)."""
    t = np.linspace(0, 1, steps, endpoint=False)
    return np.stack([t**0, t, t**2, t**3], axis=1) @ _CATMULL_ROM


def mirrored(right_half: PointList) -> PointList:
    """A closed outline from its half with x ≥ 0, given from top to bottom."""
    return right_half + [(-x, y) for x, y in reversed(right_half) if x > 0]


def ellipse(x: float, y: float, across: float, down: float, degrees: float = 0.0) -> Points:
    """The outline of an ellipse with the given half axes, float64 (32, 2)."""
    points = _COSINE_SINE * (across, down)
    if degrees:
        cosine, sine = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
        points = points @ np.array([[cosine, sine], [-sine, cosine]])
    return moved(points, x, y)


def moved(points: Points, x: float, y: float) -> Points:
    """The points moved right by x and down by y."""
    return np.add(points, (x, y), dtype=np.float64)


def on_side(points: Points, side: int) -> Points:
    """Points of the person's left half, or mirrored to their right with side −1."""
    return np.asarray(points * (side, 1.0), np.float64)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """A colour between two."""
    red, green, blue = (a + share * (b - a) for a, b in zip(one, other, strict=True))
    return red, green, blue


def darker(colour: Colour, share: float) -> Colour:
    """The colour in shadow: less light, and of that less blue and green, as skin has it."""
    red, green, blue = colour
    return red * (1 - share), green * (1 - 1.12 * share), blue * (1 - 1.15 * share)
