"""Pictures to try Mien on: photos from installed packages, and people drawn by Mien."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.resources import files
from typing import Final, Protocol

import cv2
import numpy as np

from core.drawing import Sitter, draw_group, sample_action_units, sample_person, sample_scene
from core.expressions import EXPRESSIONS, Expression


class Sample(Protocol):
    """A sample picture with its origin."""

    @property
    def key(self) -> str:
        """What a link calls it."""

    @property
    def title(self) -> str:
        """What its button says."""

    @property
    def attribution(self) -> str:
        """Who made it and what may be done with it."""

    @property
    def file(self) -> str:
        """A file name for it."""

    def read(self) -> bytes:
        """The encoded picture."""


@dataclass(frozen=True)
class PackagedSample:
    """A photo from the scikit-image package."""

    key: str
    title: str
    attribution: str
    file: str

    def read(self) -> bytes:
        """The encoded picture."""
        return files("skimage.data").joinpath(self.file).read_bytes()


@dataclass(frozen=True)
class DrawnSitter:
    """One drawn person: the same numbers give the same picture.

    Attributes:
        head: where the point between the eyes stands, shares of width and height.
    """

    expression: Expression
    seed: int
    head: tuple[float, float] = (0.5, 0.48)


@dataclass(frozen=True)
class DrawnSample:
    """A picture of drawn people, those farthest behind first.

    Attributes:
        size: width and height in pixels.
        framing: the height in distances between a person's eyes.
    """

    key: str
    title: str
    sitters: tuple[DrawnSitter, ...]
    size: tuple[int, int] = (512, 512)
    framing: float = 5.0

    @property
    def attribution(self) -> str:
        """Who made it and what may be done with it."""
        return f"{self.title}. Drawn by Mien, licence-free."

    @property
    def file(self) -> str:
        """A file name for it."""
        return f"{self.key}.png"

    def read(self) -> bytes:
        """The encoded picture."""
        return _draw(self)


@lru_cache(maxsize=4)  # a few hundred kilobytes; a page would draw them again at every click
def _draw(sample: DrawnSample) -> bytes:
    people = [_seat(sitter, sample.framing) for sitter in sample.sitters]
    picture = draw_group(people, *sample.size)
    return cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1].tobytes()


def _seat(sitter: DrawnSitter, framing: float) -> Sitter:
    rng = np.random.default_rng([sitter.seed, EXPRESSIONS.index(sitter.expression)])
    person, scene = sample_person(rng), sample_scene(rng)
    units = sample_action_units(sitter.expression, rng, spread=0.05, stray=0)
    return person, units, replace(scene, framing=framing, head=sitter.head)


def _by_key(samples: Sequence[Sample]) -> dict[str, Sample]:
    return {sample.key: sample for sample in samples}


SAMPLES: Final = _by_key(
    [
        PackagedSample(
            "astronaut",
            "Astronaut",
            "Eileen Collins. Photo: NASA, public domain, from the scikit-image package.",
            "astronaut.png",
        ),
        DrawnSample("drawn-surprise", "Drawn surprise", (DrawnSitter(Expression.SURPRISE, 9),)),
        DrawnSample("drawn-sadness", "Drawn sadness", (DrawnSitter(Expression.SADNESS, 8),)),
        DrawnSample(
            "drawn-group",
            "Drawn group",
            (
                DrawnSitter(Expression.ANGER, 22, (0.335, 0.36)),
                DrawnSitter(Expression.SADNESS, 26, (0.665, 0.36)),
                DrawnSitter(Expression.HAPPINESS, 24, (0.17, 0.6)),
                DrawnSitter(Expression.SURPRISE, 9, (0.5, 0.61)),
                DrawnSitter(Expression.NEUTRAL, 20, (0.83, 0.6)),
            ),
            (1000, 640),
            9.4,
        ),
        PackagedSample(
            "cat",
            "Cat",
            "Chelsea. Photo: Stéfan van der Walt, CC0, from the scikit-image package.",
            "chelsea.png",
        ),
    ]
)
