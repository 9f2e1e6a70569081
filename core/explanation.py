"""Why a model gave its answer: which parts of the face it rests on, and how firm it stands.

The map is by occlusion (Zeiler & Fergus, ECCV 2014): hide a patch, ask again, and see how much the answer
loses. It needs nothing but the runtime model, whatever the network is.
"""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from core.classifier import Classifier
from core.expressions import Expression
from core.faces.cropping import CROP_SIZE

PATCH: Final = 11
"""Pixels: an eye with its brow, or half a mouth."""

STRIDE: Final = 3

HIDDEN_BLUR: Final = 9.0
"""Standard deviation, pixels. What is hidden is blurred beyond recognition: a grey patch would be a
feature of its own."""

REGIONS: Final = {
    "the brows and forehead": (0, 15),
    "the eyes": (15, 23),
    "the nose and cheeks": (23, 31),
    "the mouth and chin": (31, 48),
}
"""Rows of the crop, first and beyond the last: the template puts the eyes at 18.8 and the mouth at 36.6."""

NOTABLE: Final = 1.25
"""A part is worth a word where it holds so much more of the loss than its share of the area."""

DARKER: Final = 0.5
SHIFT: Final = 3


@dataclass(frozen=True)
class Change:
    """What the model answers to a changed crop."""

    name: str
    label: Expression
    probability: float


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why one answer was given.

    Attributes:
        label: the expression that is explained.
        heat: float32 (48, 48), log-odds of the label that are lost where a pixel is hidden; below zero where
            hiding helps.
        regions: share of all that is lost, a region each, the largest first; sums to 1, or empty where
            nothing is lost anywhere.
        changes: answers to the same face mirrored, darkened and shifted.
    """

    label: Expression
    heat: npt.NDArray[np.float32]
    regions: dict[str, float]
    changes: tuple[Change, ...]

    @property
    def notable(self) -> tuple[str, ...]:
        """The parts that matter more than their size, the most important first."""
        return tuple(
            name
            for name, share in self.regions.items()
            if share > NOTABLE * (REGIONS[name][1] - REGIONS[name][0]) / CROP_SIZE
        )


def explain(classifier: Classifier, crop: npt.NDArray[np.uint8], label: Expression) -> Explanation:
    """Explain why a model finds an expression in a crop; takes about 200 ms.

    Args:
        crop: uint8 (48, 48, 1), as the model saw it.
        label: the expression to explain, one that the model knows.
    """
    column = classifier.bundle.card.labels.index(label)
    corners = _corners()
    hidden = np.stack([_hide(crop, corner) for corner in corners])
    whole = _log_odds(classifier, crop[None], column)[0]
    heat = _spread(whole - _log_odds(classifier, hidden, column), corners)
    return Explanation(label, heat, _shares(heat), _changes(classifier, crop))


def _corners() -> list[tuple[int, int]]:
    places = [*range(0, CROP_SIZE - PATCH, STRIDE), CROP_SIZE - PATCH]
    return [(y, x) for y in places for x in places]


def _hide(crop: npt.NDArray[np.uint8], corner: tuple[int, int]) -> npt.NDArray[np.uint8]:
    """Blur a patch away, with soft edges."""
    patch = np.zeros((CROP_SIZE, CROP_SIZE), np.float32)
    patch[corner[0] : corner[0] + PATCH, corner[1] : corner[1] + PATCH] = 1
    mask = cv2.GaussianBlur(patch, (0, 0), 1.0)
    blurred = cv2.GaussianBlur(crop[..., 0], (0, 0), HIDDEN_BLUR)
    mixed = mask * blurred + (1 - mask) * crop[..., 0]
    return np.asarray(np.rint(mixed), np.uint8)[..., None]


def _log_odds(classifier: Classifier, crops: npt.NDArray[np.uint8], column: int) -> npt.NDArray[np.float32]:
    """Of the label against all others, float32 (n,): unlike the probability it does not saturate."""
    card = classifier.bundle.card
    logits = classifier.logits(crops)[:, : len(card.labels)] / card.temperature
    others = np.delete(logits, column, axis=1)
    top = others.max(axis=1, keepdims=True)
    return np.asarray(logits[:, column] - (top[:, 0] + np.log(np.exp(others - top).sum(axis=1))), np.float32)


def _spread(lost: npt.NDArray[np.float32], corners: list[tuple[int, int]]) -> npt.NDArray[np.float32]:
    """Mean loss over the patches that cover each pixel."""
    total, count = (np.zeros((CROP_SIZE, CROP_SIZE), np.float32) for _ in range(2))
    for value, (y, x) in zip(lost, corners, strict=True):
        total[y : y + PATCH, x : x + PATCH] += value
        count[y : y + PATCH, x : x + PATCH] += 1
    return total / count


def _shares(heat: npt.NDArray[np.float32]) -> dict[str, float]:
    lost = heat.clip(min=0)
    if lost.sum() <= 0:
        return {}
    found = {name: float(lost[first:last].sum() / lost.sum()) for name, (first, last) in REGIONS.items()}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def _changes(classifier: Classifier, crop: npt.NDArray[np.uint8]) -> tuple[Change, ...]:
    changed = {
        "mirrored": crop[:, ::-1],
        "darkened by half": np.asarray(crop * DARKER, np.uint8),
        f"shifted by {SHIFT} pixels": np.pad(crop, ((0, 0), (SHIFT, 0), (0, 0)), mode="edge")[:, :CROP_SIZE],
    }
    probabilities = classifier.answer(np.stack(list(changed.values()))).probabilities
    labels = classifier.bundle.card.labels
    return tuple(
        Change(name, labels[int(row.argmax())], float(row.max()))
        for name, row in zip(changed, probabilities, strict=True)
    )
