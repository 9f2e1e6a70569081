"""How long a bundle takes here."""

import time
from typing import Final

import numpy as np
import numpy.typing as npt

from core.bundles import Bundle
from core.classifier import Classifier

CALLS: Final = 50


def time_one(bundle: Bundle, crop: npt.NDArray[np.uint8]) -> float:
    """Milliseconds of one crop at a time, on one core: the least, for whatever else runs only adds to it.

    Args:
        crop: uint8 (1, 48, 48, 1).
    """
    classifier = Classifier(bundle, threads=1)
    seconds = []
    for _ in range(CALLS):
        start = time.perf_counter()
        classifier.answer(crop)
        seconds.append(time.perf_counter() - start)
    return min(seconds) * 1000
