"""How a person is pictured: pose, light, background, lens."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.drawing.person import Colour

BACKGROUNDS: Final[tuple[Colour, ...]] = (
    (214, 224, 228),
    (226, 218, 206),
    (206, 218, 204),
    (222, 210, 216),
    (190, 202, 214),
    (236, 232, 224),
    (120, 134, 142),
)


@dataclass(frozen=True)
class Scene:
    """One moment before the camera.

    Attributes:
        yaw: degrees, to the picture's right positive.
        pitch: degrees, upwards positive.
        roll: degrees, clockwise positive.
        light: where the light comes from, degrees: 0 from above, positive from the picture's right.
        contrast: 0 for flat light to 1 for a hard side light.
        exposure: what every colour is multiplied by.
        gaze: how far the irises are off, in their radii: to the picture's right and down.
        blur: standard deviation, in distances between the eyes.
        noise: standard deviation of the sensor's noise, grey values.
        grain: seed of that noise.
        framing: side of a square picture, in distances between the eyes.
        head: where the point between the eyes stands, shares of width and height.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    light: float = -35.0
    contrast: float = 0.4
    exposure: float = 1.0
    gaze: tuple[float, float] = (0.0, 0.0)
    background: Colour = BACKGROUNDS[0]
    blur: float = 0.0
    noise: float = 0.0
    grain: int = 0
    framing: float = 5.0
    head: tuple[float, float] = (0.5, 0.48)


def sample_scene(rng: np.random.Generator) -> Scene:
    """Draw a scene as a calm portrait has it: nearly frontal, well lit, sharp."""
    return Scene(
        yaw=float(rng.uniform(-12, 12)),
        pitch=float(rng.uniform(-5, 5)),
        roll=float(rng.uniform(-6, 6)),
        light=float(rng.uniform(-60, 60)),
        contrast=float(rng.uniform(0.2, 0.6)),
        exposure=float(rng.uniform(0.95, 1.05)),
        gaze=(float(rng.uniform(-0.15, 0.15)), float(rng.uniform(-0.05, 0.1))),
        background=BACKGROUNDS[rng.integers(len(BACKGROUNDS))],
    )


def sample_snapshot(rng: np.random.Generator) -> Scene:
    """Draw a scene as a phone or webcam has it: turned, dim or bright, blurred, noisy, only the face."""
    return Scene(
        yaw=float(rng.normal(0, 9)),
        pitch=float(rng.normal(0, 5)),
        roll=float(rng.normal(0, 6)),
        light=float(rng.uniform(-100, 100)),
        contrast=float(rng.uniform(0, 1)),
        exposure=float(rng.uniform(0.55, 1.15)),
        gaze=(float(rng.normal(0, 0.2)), float(rng.normal(0, 0.1))),
        background=BACKGROUNDS[rng.integers(len(BACKGROUNDS))],
        blur=float(rng.exponential(0.015)),
        noise=float(rng.uniform(0, 6)),
        grain=int(rng.integers(2**31)),
        framing=3.4,
        head=(0.5, 0.42),
    )
