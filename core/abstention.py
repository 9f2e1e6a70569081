"""Why a face gets no label, in words a person understands."""

from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict

from core.bundles import Thresholds
from core.expressions import Expression
from core.faces import Quality

MIN_SIZE: Final = 24.0
"""Pixels. Half the crop: below it the model would see mostly interpolation."""

MIN_SHARPNESS: Final = 0.0075
"""Under it lie 1% of FER2013's crops after a blur of 1.5 px, a quarter after 2 px, two thirds after 2.5 px,
none as they are (their 0.1% quantile is 0.13)."""

MIN_BRIGHTNESS: Final = 16.0
MIN_CONTRAST: Final = 6.0
"""Grey levels. FER2013's 0.5% quantiles are 48 and 23, and 24 and 11 at half the light."""

MAX_YAW: Final = 50.0
"""Degrees. 99.5% of FER2013's faces, which the model learned from, are turned less."""


class Reason(StrEnum):
    """What stands against an answer."""

    NO_FACE = "no face"
    TOO_SMALL = "too small"
    TOO_DARK = "too dark"
    WASHED_OUT = "washed out"
    BLURRED = "blurred"
    TURNED_AWAY = "turned away"
    UNLIKE_A_FACE = "unlike a face"
    AMBIGUOUS = "ambiguous"


ADVICE: Final[dict[Reason, str]] = {
    Reason.NO_FACE: "No face was found. Try a picture in which a face looks towards the camera.",
    Reason.TOO_SMALL: f"The face is too small. Come closer: it needs {MIN_SIZE:.0f} pixels across.",
    Reason.TOO_DARK: "The face is too dark. Try more light.",
    Reason.WASHED_OUT: "The face has hardly any contrast. Try softer light or another exposure.",
    Reason.BLURRED: "The face is blurred. Hold still, or focus on the face.",
    Reason.TURNED_AWAY: "The face is turned away. Try one that looks towards the camera.",
    Reason.UNLIKE_A_FACE: "The model is not sure that this is a human face. Try a larger or clearer picture.",
    Reason.AMBIGUOUS: "The model cannot decide.",
}


class Abstention(BaseModel):
    """No label, and why."""

    model_config = ConfigDict(frozen=True)

    reason: Reason
    between: tuple[Expression, Expression] | None = None

    def __str__(self) -> str:
        if self.between:
            return f"{self.reason}: {self.between[0]} or {self.between[1]}"
        return str(self.reason)

    @property
    def advice(self) -> str:
        """One sentence on what is wrong and what would help."""
        if self.between:
            return f"It could be {self.between[0]} or {self.between[1]}: the model cannot decide."
        return ADVICE[self.reason]


def judge_quality(quality: Quality) -> Abstention | None:
    """Say why a face cannot be read however it looks, or None where it can."""
    checks = (
        (quality.size < MIN_SIZE, Reason.TOO_SMALL),
        (quality.brightness < MIN_BRIGHTNESS, Reason.TOO_DARK),
        (quality.contrast < MIN_CONTRAST, Reason.WASHED_OUT),
        (quality.sharpness < MIN_SHARPNESS, Reason.BLURRED),
        (quality.yaw is not None and abs(quality.yaw) > MAX_YAW, Reason.TURNED_AWAY),
    )
    return next((Abstention(reason=reason) for failed, reason in checks if failed), None)


def judge_answer(
    probabilities: dict[Expression, float], face: float | None, thresholds: Thresholds
) -> Abstention | None:
    """Say why an answer is not sure enough to give, or None where it is.

    Args:
        probabilities: of at least two expressions.
        face: probability that it is a face at all; None where the model has no opinion.
    """
    if face is not None and thresholds.face is not None and face < thresholds.face:
        return Abstention(reason=Reason.UNLIKE_A_FACE)
    first, second = sorted(probabilities, key=lambda e: -probabilities[e])[:2]
    if probabilities[first] < thresholds.confidence:
        return Abstention(reason=Reason.AMBIGUOUS, between=(first, second))
    return None
