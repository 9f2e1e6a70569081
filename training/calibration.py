"""One temperature and the thresholds for abstaining, chosen on the inner part of a run."""

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from core.bundles import Thresholds
from core.classifier import softmax

COVERAGE = 0.9
"""Share of inner crops that the confidence threshold keeps."""

FACES_KEPT = 0.98
"""Share of inner faces that the face threshold keeps."""


def fit_temperature(logits: npt.NDArray[np.float32], truth: npt.NDArray[np.intp]) -> float:
    """The temperature with the smallest negative log-likelihood (Guo et al., ICML 2017).

    Args:
        logits: float32 (n, classes).
        truth: intp (n,), class numbers.
    """
    labels = np.arange(logits.shape[1])

    def loss(log_temperature: float) -> float:
        return float(log_loss(truth, softmax(logits / np.float32(np.exp(log_temperature))), labels=labels))

    return float(np.exp(minimize_scalar(loss, bounds=(-2.0, 2.0), method="bounded").x))


def choose_thresholds(
    logits: npt.NDArray[np.float32], temperature: float, face: npt.NDArray[np.float32] | None
) -> Thresholds:
    """Choose when to abstain from inner crops that do show a face.

    Args:
        logits: float32 (n, classes).
        face: float32 (n,), probability of being a face, where the network has that output.
    """
    confidence = softmax(logits / np.float32(temperature)).max(axis=1)
    return Thresholds(
        confidence=round(float(np.quantile(confidence, 1 - COVERAGE)), 4),
        coverage=COVERAGE,
        face=round(float(np.quantile(face, 1 - FACES_KEPT)), 4) if face is not None else None,
    )
