"""Measures of calibration and of abstaining that scikit-learn does not have, and one that it is slow at."""

from typing import Final

import numpy as np
import numpy.typing as npt

from core.bundles import CoveragePoint, ReliabilityBin

BINS: Final = 15
COVERAGES: Final = tuple(round(0.05 * step, 2) for step in range(1, 21))

Floats = npt.NDArray[np.float32]
Classes = npt.NDArray[np.intp]


def macro_f1(truth: Classes, guess: Classes, labels: Classes) -> float:
    """Mean F1 of some classes, 0 for one that is neither shown nor answered.

    As scikit-learn's `f1_score(average="macro")`, to which a test holds it. That one takes 2 ms, mostly
    for checks, and an interval asks a thousand times.

    Args:
        truth: intp (n,), class numbers.
        guess: intp (n,).
        labels: intp (k,), the classes that count.
    """
    size = 1 + max(int(truth.max(initial=0)), int(guess.max(initial=0)), int(labels.max(initial=0)))
    shown, answered = np.bincount(truth, minlength=size), np.bincount(guess, minlength=size)
    right = np.bincount(truth[truth == guess], minlength=size)
    f1 = 2 * right / np.maximum(shown + answered, 1)
    return float(f1[labels].mean())


def reliability(probabilities: Floats, truth: Classes, bins: int = BINS) -> tuple[ReliabilityBin, ...]:
    """Confidence against accuracy in equal-width bins of confidence; empty bins are left out.

    Args:
        probabilities: float32 (n, classes).
        truth: intp (n,), class numbers.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    return tuple(
        ReliabilityBin(
            n=int((which == bin_).sum()),
            confidence=float(confidence[which == bin_].mean()),
            accuracy=float(right[which == bin_].mean()),
        )
        for bin_ in np.unique(which)
    )


def expected_calibration_error(probabilities: Floats, truth: Classes, bins: int = BINS) -> float:
    """Mean gap between confidence and accuracy over the bins (Guo et al., ICML 2017).

    Args:
        probabilities: float32 (n, classes).
        truth: intp (n,), class numbers.
    """
    found = reliability(probabilities, truth, bins)
    return sum(bin_.n * abs(bin_.confidence - bin_.accuracy) for bin_ in found) / len(truth)


def risk_coverage(probabilities: Floats, truth: Classes) -> tuple[CoveragePoint, ...]:
    """Accuracy on the most confident share of the rows, for shares from 5% to all (Geifman & El-Yaniv, 2017).

    Args:
        probabilities: float32 (n, classes).
        truth: intp (n,), class numbers.
    """
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    right = (probabilities.argmax(axis=1) == truth)[order]
    kept = [max(1, round(share * len(truth))) for share in COVERAGES]
    return tuple(
        CoveragePoint(coverage=share, accuracy=float(right[:n].mean()))
        for share, n in zip(COVERAGES, kept, strict=True)
    )
