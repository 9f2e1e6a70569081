"""Who is drawn: one person's looks, which stay the same whatever the face does."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import numpy as np

Colour: TypeAlias = tuple[float, float, float]
"""Red, green, blue, 0 to 255."""


class Hair(StrEnum):
    """How the hair is worn."""

    BALD = "bald"
    CROPPED = "cropped"
    PARTED = "parted"
    CURLY = "curly"
    LONG = "long"
    BOB = "bob"
    BUN = "bun"
    HEADSCARF = "headscarf"


class Beard(StrEnum):
    """How the beard is worn."""

    NONE = "none"
    STUBBLE = "stubble"
    MOUSTACHE = "moustache"
    FULL = "full"


SKINS: Final[tuple[Colour, ...]] = (
    (246, 226, 212),
    (243, 215, 194),
    (238, 204, 174),
    (226, 187, 152),
    (209, 165, 125),
    (178, 130, 94),
    (146, 101, 72),
    (115, 77, 56),
    (88, 58, 44),
    (66, 45, 36),
)
"""Ten tones from light to dark, as many as the Monk scale has and as far apart, a little warmer."""

HAIRS: Final[tuple[Colour, ...]] = (
    (34, 28, 30),
    (52, 38, 32),
    (84, 56, 40),
    (122, 80, 50),
    (176, 130, 76),
    (150, 70, 40),
    (160, 158, 158),
)
IRISES: Final[tuple[Colour, ...]] = ((70, 44, 28), (92, 60, 34), (110, 98, 56), (84, 116, 96), (88, 124, 158))
CLOTHES: Final[tuple[Colour, ...]] = (
    (62, 92, 118),
    (150, 86, 76),
    (86, 118, 96),
    (198, 160, 92),
    (108, 90, 132),
    (214, 206, 194),
    (58, 62, 74),
)


@dataclass(frozen=True)
class Person:
    """One person's looks. What has no unit is relative to an average of 1.

    Attributes:
        chin: from the eyes to the chin.
        brow_height: of the brows above the eyes.
        eye_tilt: how far the outer corners stand above the inner ones, in distances between the eyes.
        mouth_curve: how far the resting corners point up, in distances between the eyes.
        age: 0 for smooth skin to 1 for lined skin.
    """

    skin: Colour = SKINS[2]
    hair_colour: Colour = HAIRS[2]
    iris: Colour = IRISES[1]
    clothes: Colour = CLOTHES[0]
    hair: Hair = Hair.PARTED
    beard: Beard = Beard.NONE
    glasses: bool = False
    age: float = 0.2
    face_width: float = 1.0
    jaw_width: float = 1.0
    chin: float = 1.0
    eye_size: float = 1.0
    eye_tilt: float = 0.03
    brow_thickness: float = 1.0
    brow_height: float = 1.0
    brow_arch: float = 1.0
    nose_width: float = 1.0
    nose_length: float = 1.0
    mouth_width: float = 1.0
    mouth_curve: float = 0.0
    lip_fullness: float = 1.0


def sample_person(rng: np.random.Generator) -> Person:
    """Draw a person: every skin tone as likely as any other, everything else independent of it."""
    bearded = rng.random() < 0.3
    styles = [Hair.BALD, Hair.CROPPED, Hair.PARTED, Hair.CURLY] if bearded else list(Hair)
    tone = rng.uniform(0, len(SKINS) - 1)
    age = float(rng.beta(1.2, 2))

    def about(mean: float, spread: float) -> float:
        return float(mean * np.clip(rng.normal(1, spread), 1 - 2 * spread, 1 + 2 * spread))

    return Person(
        skin=_between(SKINS, tone),
        hair_colour=HAIRS[-1] if age > 0.65 else HAIRS[_darker(rng, len(HAIRS) - 1, tone)],
        iris=IRISES[_darker(rng, len(IRISES), tone)],
        clothes=CLOTHES[rng.integers(len(CLOTHES))],
        hair=styles[rng.integers(len(styles))],
        beard=list(Beard)[1 + rng.integers(3)] if bearded else Beard.NONE,
        glasses=bool(rng.random() < 0.2),
        age=age,
        face_width=about(1, 0.05),
        jaw_width=about(1, 0.07),
        chin=about(1, 0.04),
        eye_size=about(1, 0.09),
        eye_tilt=float(rng.uniform(-0.01, 0.07)),
        brow_thickness=about(1, 0.2),
        brow_height=about(1, 0.08),
        brow_arch=about(1, 0.3),
        nose_width=about(1, 0.12),
        nose_length=about(1, 0.06),
        mouth_width=about(1, 0.07),
        mouth_curve=float(rng.normal(0, 0.012)),
        lip_fullness=about(1, 0.2),
    )


def _darker(rng: np.random.Generator, count: int, tone: float) -> int:
    """An index among colours ordered from dark to light; light hair and eyes are rarer on dark skin."""
    return int(rng.integers(count if tone < 4 else 2))


def _between(colours: tuple[Colour, ...], position: float) -> Colour:
    low = min(int(position), len(colours) - 2)
    share = position - low
    red, green, blue = (a + share * (b - a) for a, b in zip(colours[low], colours[low + 1], strict=True))
    return red, green, blue
