"""Which pictures of a data set are face crops already, and the face of those that are not."""

from typing import Final

import numpy as np
import numpy.typing as npt

from core import faces
from core.images import Picture

CROP_SIDE: Final = 100
"""Pictures no longer than this on any side are crops already; public sets of crops have 48 to 100 px."""

NO_FACE: Final = "No face was found in it."


def is_crop(picture: Picture) -> bool:
    """Whether a picture, uint8 (h, w, 3), shows a face alone."""
    return bool(max(picture.shape[:2]) <= CROP_SIDE)


def cut_largest(picture: Picture) -> npt.NDArray[np.uint8] | None:
    """The largest face of a photo on our template, uint8 (48, 48, 1); None where none is found."""
    found = faces.find(picture)
    return np.asarray(faces.crop(picture, [found[0].landmarks])[0], np.uint8) if found else None
