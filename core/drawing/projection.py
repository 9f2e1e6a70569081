"""From the face's own coordinates to picture pixels."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from core.drawing.canvas import Points

_HALF_HEAD: Final = (1.35, 2.1, 1.4)
"""Half width, height and depth of the ellipsoid on which features lie, in distances between the eyes
(63 mm in an adult). Wider than the head, so that features near its edge still turn with it."""

_NOSE_REACH: Final = 0.5
_MIDDLE: Final = (0.0, 0.3)


@dataclass(frozen=True)
class Projection:
    """A head seen by a distant camera.

    The face's coordinates start between the eyes, x to the picture's right and y down, one distance
    between the eyes long.

    Attributes:
        origin: where the point between the eyes stands when the head looks straight ahead, pixels.
        scale: pixels a distance between the eyes.
        yaw, pitch, roll: degrees, as in `Scene`.
    """

    origin: tuple[float, float]
    scale: float
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0

    def __call__(self, points: Points, flat: bool = False) -> Points:
        """Project points, float64 (n, 2), to pixels.

        Args:
            flat: the points lie on the outline of the head and not on its front.
        """
        turned = (points - _MIDDLE) @ self._turn[:2]
        if not flat:
            turned += _depth(points)[:, None] * self._turn[2]
        return np.asarray((turned + _MIDDLE) * self.scale + self.origin, np.float64)

    @cached_property
    def _turn(self) -> Points:
        """What x, y and depth add to the picture's x and y, float64 (3, 2)."""
        yaw, pitch, roll = np.radians([self.yaw, self.pitch, self.roll])
        turned = np.array(
            [
                [np.cos(yaw), np.sin(yaw) * np.sin(pitch)],
                [0.0, np.cos(pitch)],
                [np.sin(yaw), -np.cos(yaw) * np.sin(pitch)],
            ]
        )
        roll_matrix = np.array([[np.cos(roll), np.sin(roll)], [-np.sin(roll), np.cos(roll)]])
        return np.asarray(turned @ roll_matrix, np.float64)

    @property
    def upright(self) -> "Projection":
        """The same place without the pose, for shoulders and background."""
        return Projection(self.origin, self.scale)


def _depth(points: Points) -> Points:
    """How far the face stands out at each point, float64 (n,); the nose rises from its root to its tip."""
    x, y = points.T
    width, height, depth = _HALF_HEAD
    away = (x / width) ** 2 + ((y - _MIDDLE[1]) / height) ** 2
    z = depth * np.sqrt(np.maximum(1 - away, 0))
    if np.abs(x).min() < 0.6:
        along = np.maximum(np.minimum(y / 0.56, (0.9 - y) / 0.34), 0)
        z += _NOSE_REACH * along * np.exp(-((x / 0.2) ** 2))
    return np.asarray(z, np.float64)
