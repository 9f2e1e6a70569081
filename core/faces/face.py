"""One face in a picture."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.faces.quality import Quality


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in picture pixels; it may reach over the edge of the picture."""

    x: float
    y: float
    width: float
    height: float

    @property
    def area(self) -> float:
        """Square pixels."""
        return self.width * self.height


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A detected face.

    Attributes:
        box: where it is, in picture pixels; None when the picture was handed in as a crop in which
            no face could be located.
        landmarks: float32 (5, 2), picture pixels: right eye, left eye, nose tip, right and left mouth
            corner, "right" being the person's right (on the picture's left). None as for `box`.
        score: the detector's confidence, 0 to 1.
        quality: what decides whether the face can be read at all.
    """

    box: Box | None
    landmarks: npt.NDArray[np.float32] | None
    score: float
    quality: Quality
