"""Picture to readings: the one path that pages, API and command line take."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict

from core import faces
from core.abstention import Abstention, Reason, judge_answer, judge_quality
from core.classifier import Classifier
from core.errors import MienError, PictureError
from core.expressions import Expression
from core.faces import Face, Quality
from core.images import Picture, decode

log = logging.getLogger(__name__)


class Reading(BaseModel):
    """The result for one face: a label, or why there is none."""

    model_config = ConfigDict(frozen=True)

    box: tuple[float, float, float, float] | None
    """x, y, width, height in picture pixels; None where no face was located."""
    label: Expression | None
    abstained: Abstention | None
    probabilities: dict[Expression, float]
    """Calibrated, summing to 1; empty where no face was found."""
    face: float | None
    """Probability that this is a face at all; None where the model has no opinion."""
    quality: Quality | None


@dataclass(frozen=True, eq=False)
class PictureReading:
    """All that was read from one picture.

    Attributes:
        readings: largest face first. A picture without a face has one reading that says so.
        crops: uint8 (faces, 48, 48, 1), what the model saw.
        model: name and digest of the bundle.
        milliseconds: time a stage took, in order.
    """

    picture: Picture
    readings: tuple[Reading, ...]
    crops: npt.NDArray[np.uint8]
    model: str
    digest: str
    milliseconds: dict[str, float] = field(default_factory=dict)


NO_FACE = Reading(
    box=None,
    label=None,
    abstained=Abstention(reason=Reason.NO_FACE),
    probabilities={},
    face=None,
    quality=None,
)


def read_bytes(data: bytes, classifier: Classifier, is_crop: bool = False) -> PictureReading:
    """Decode a picture and read every face in it.

    Args:
        data: an encoded picture.
        is_crop: the picture is already a face crop, so there is exactly one face to read.

    Raises:
        PictureError: the bytes are no picture that can be read, or reading it failed in a way nobody foresaw,
            which the log then tells: one picture never ends the reading of others.
    """
    milliseconds: dict[str, float] = {}
    try:
        with _timed(milliseconds, "decode"):
            picture = decode(data)
        return _read(picture, classifier, is_crop, milliseconds)
    except MienError:
        raise
    except MemoryError:
        raise PictureError(
            "There is not enough memory for this picture: scale it down and try again."
        ) from None
    except Exception as error:
        log.exception("A picture of %d bytes could not be read", len(data))
        raise PictureError(
            "This picture could not be read: save it again as PNG or JPEG and retry."
        ) from error


def read_picture(picture: Picture, classifier: Classifier, is_crop: bool = False) -> PictureReading:
    """Read every face in an RGB picture, uint8 (h, w, 3)."""
    return _read(picture, classifier, is_crop, {})


def _read(
    picture: Picture, classifier: Classifier, is_crop: bool, milliseconds: dict[str, float]
) -> PictureReading:
    with _timed(milliseconds, "find"):
        found = (faces.find_in_crop(picture),) if is_crop else faces.find(picture)
    with _timed(milliseconds, "crop"):
        crops = faces.crop(picture, [face.landmarks for face in found])
    with _timed(milliseconds, "classify"):
        answer = classifier.answer(crops)
    card = classifier.bundle.card
    readings = []
    for index, face in enumerate(found):
        row = answer.probabilities[index]
        probabilities = {label: float(p) for label, p in zip(card.labels, row, strict=True)}
        is_face = float(answer.face[index]) if answer.face is not None else None
        abstained = judge_quality(face.quality) or judge_answer(probabilities, is_face, card.thresholds)
        readings.append(
            Reading(
                box=_corner_and_size(face),
                label=None if abstained else max(probabilities, key=lambda e: probabilities[e]),
                abstained=abstained,
                probabilities=probabilities,
                face=is_face,
                quality=face.quality,
            )
        )
    return PictureReading(
        picture, tuple(readings) or (NO_FACE,), crops, card.name, classifier.bundle.digest, milliseconds
    )


def _corner_and_size(face: Face) -> tuple[float, float, float, float] | None:
    box = face.box
    return (box.x, box.y, box.width, box.height) if box else None


@contextmanager
def _timed(milliseconds: dict[str, float], stage: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    milliseconds[stage] = (time.perf_counter() - start) * 1000
