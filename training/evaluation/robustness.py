"""What is lost when the same crops come turned, darker, blurred or badly compressed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from core.bundles import Robustness
from core.classifier import Classifier
from core.faces import CROP_SIZE
from training.datasets.labelled import LabelledCrops
from training.datasets.recutting import recut
from training.evaluation.predictions import Predictions, predict
from training.evaluation.refusal import unanswered
from training.evaluation.scoring import called
from training.named import UNCUT

Crop = npt.NDArray[np.uint8]
"""uint8 (48, 48)."""


def _turned(degrees: float) -> Callable[[Crop], Crop]:
    centre = (CROP_SIZE - 1) / 2
    matrix = cv2.getRotationMatrix2D((centre, centre), degrees, 1.0)

    def turn(crop: Crop) -> Crop:
        return np.asarray(
            cv2.warpAffine(crop, matrix, (CROP_SIZE, CROP_SIZE), borderMode=cv2.BORDER_REPLICATE), np.uint8
        )

    return turn


def _compressed(crop: Crop) -> Crop:
    _, data = cv2.imencode(".jpg", crop, [cv2.IMWRITE_JPEG_QUALITY, 30])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8)


CHANGES: Final[dict[str, Callable[[Crop], Crop]]] = {
    "turned by 15°": _turned(15),
    "turned by -15°": _turned(-15),
    "half the brightness": lambda crop: crop // 2,
    "blurred by 1.5 px": lambda crop: np.asarray(cv2.GaussianBlur(crop, (0, 0), 1.5), np.uint8),
    "JPEG at quality 30": _compressed,
}
UNCHANGED: Final = "as they are"


def measure_robustness(
    classifier: Classifier, data: LabelledCrops, leaks: bool = False
) -> tuple[Robustness, ...]:
    """Accuracy and abstention on the same pictures, as they are and changed in each way.

    Args:
        data: crops as their data set holds them: each is changed first, then cut on Mien's template, with
            detector, cropping and model as in serving. Those that are on it already are not cut again.
        leaks: whether the bundle learned from them.

    Raises:
        DataError: no row has a label that the bundle knows.
    """
    plain = predict(classifier, recut(data))
    found = {UNCHANGED: plain}
    for name, change in CHANGES.items():
        found[name] = predict(classifier, recut(_changed(data, change)))
    if not data.framed.all():
        found[UNCUT] = predict(classifier, data)
    return tuple(
        Robustness(
            change=name,
            data=called(answers.data),
            n=len(answers.data),
            leaks=leaks,
            accuracy=_accuracy(answers),
            lost=_accuracy(plain) - _accuracy(answers),
            unanswered=float(unanswered(answers).mean()),
        )
        for name, answers in found.items()
    )


def _changed(data: LabelledCrops, change: Callable[[Crop], Crop]) -> LabelledCrops:
    with ThreadPoolExecutor() as pool:
        crops = np.stack(list(pool.map(change, data.crops[..., 0])))
    return replace(data, crops=crops[..., None])


def _accuracy(found: Predictions) -> float:
    return float((found.guess == found.truth).mean())
