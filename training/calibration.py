"""One temperature and the thresholds for abstaining, chosen on the inner part of a run."""

import math

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from sklearn.metrics import log_loss

from core.bundles import Thresholds
from core.classifier import softmax

COVERAGE = 0.9
"""Share of inner crops that the confidence threshold keeps."""

PRIOR = 0.5
"""Standard deviation of the logarithm of temperatures: those published for image classifiers lie between 1
and 3, ours between 0.6 and 1.2."""

FACES_KEPT = 0.98
"""Share of inner faces that the face threshold keeps: why not fewer, decision 24 says."""


def fit_temperature(logits: npt.NDArray[np.float32], truth: npt.NDArray[np.intp], people: int) -> float:
    """The most probable temperature (Guo et al., ICML 2017), before the crops of few people near 1.

    The negative log-likelihood of one crop a person, and a normal prior on the temperature's logarithm: a
    handful of people answered without a fault would else make every answer certain (decision 20).

    Args:
        logits: float32 (n, classes).
        truth: intp (n,), class numbers.
        people: how many are shown; groups of near-copies where nobody is named.
    """
    labels = np.arange(logits.shape[1])

    def loss(log_temperature: float) -> float:
        scaled = softmax(logits / np.float32(np.exp(log_temperature)))
        return people * float(log_loss(truth, scaled, labels=labels)) + (log_temperature / PRIOR) ** 2 / 2

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
        confidence=_rounded_down(float(np.quantile(confidence, 1 - COVERAGE))),
        coverage=COVERAGE,
        face=_rounded_down(float(np.quantile(face, 1 - FACES_KEPT))) if face is not None else None,
    )


def _rounded_down(threshold: float) -> float:
    """To four digits, and below 1, which would refuse what a sure network answers."""
    return min(math.floor(threshold * 1e4), 9999) / 1e4
