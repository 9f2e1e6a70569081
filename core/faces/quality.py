"""Measures that tell whether a face can be read at all."""

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

NOSE_REACH: Final = 0.6
"""How far the nose tip stands before the eyes, in distances between the eyes (an adult head: about 38 mm
of 63 mm). Yaw follows from it: the tip moves sideways by `NOSE_REACH · tan(yaw)`."""


class Quality(BaseModel):
    """How good a face is to read. Pose is None where no landmarks were found."""

    model_config = ConfigDict(frozen=True)

    size: float = Field(description="shorter side of the face's box, picture pixels")
    sharpness: float = Field(description="variance of the crop's Laplacian over the crop's variance")
    brightness: float = Field(description="mean grey of the crop, 0 to 255")
    contrast: float = Field(description="standard deviation of the crop's grey, 0 to 127.5")
    roll: float | None = Field(description="tilt of the eye line, degrees, clockwise positive")
    yaw: float | None = Field(description="turn to the side, degrees, to the picture's right positive")


def measure_quality(
    crop: npt.NDArray[np.uint8], size: float, landmarks: npt.NDArray[np.float32] | None
) -> Quality:
    """Measure one face on its crop.

    Args:
        crop: uint8 (48, 48, 1), as the model sees it, so that a measure does not depend on the photo's size.
        size: shorter side of the face's box in picture pixels.
        landmarks: float32 (5, 2) in picture pixels, or None.
    """
    values = crop[..., 0].astype(np.float32)
    variance = float(values.var())
    laplacian = cv2.Laplacian(values, cv2.CV_32F, borderType=cv2.BORDER_REPLICATE)
    roll, yaw = _pose(landmarks) if landmarks is not None else (None, None)
    return Quality(
        size=size,
        sharpness=float(laplacian.var()) / max(variance, 1.0),
        brightness=float(values.mean()),
        contrast=variance**0.5,
        roll=roll,
        yaw=yaw,
    )


def _pose(landmarks: npt.NDArray[np.float32]) -> tuple[float, float]:
    right_eye, left_eye, nose = landmarks[:3].astype(np.float64)
    eye_line = left_eye - right_eye
    distance = float(np.hypot(*eye_line))
    if distance < 1e-6:
        return 0.0, 90.0
    roll = float(np.degrees(np.arctan2(eye_line[1], eye_line[0])))
    sideways = float((nose - (right_eye + left_eye) / 2) @ eye_line) / distance**2
    return roll, float(np.degrees(np.arctan(sideways / NOSE_REACH)))
