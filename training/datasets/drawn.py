"""The built-in data set: drawn people, shaped like CK+, licence-free and of any size."""

import hashlib
import re
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from core import faces
from core.drawing import (
    ActionUnits,
    Person,
    Scene,
    draw_face,
    landmarks,
    sample_action_units,
    sample_person,
    sample_snapshot,
)
from core.durable import staged_file
from core.errors import DataError
from core.expressions import EXPRESSIONS, Expression
from core.settings import PROJECT_ROOT, settings
from training.datasets.labelled import LabelledCrops, one_hot

SOURCE: Final = "drawn faces"
SUBJECTS: Final = 60
MOST_SUBJECTS: Final = 5000
ADDRESS: Final = re.compile(r"^drawn(?::(\d{1,6})(?::(\d{1,9}))?)?$", re.ASCII)
FRAMES: Final = 3
"""Of a sequence, near-identical and rising in intensity, as in CK+48."""

ONSET: Final = (0.55, 0.85)
"""Range of the first frame's share of the peak; the last frame of a sequence is the peak."""

SIZES: Final = (48, 73)
"""Sides of the drawn pictures, pixels, the last excluded: faces are enlarged for the template, some
only a little."""

LANDMARK_JITTER: Final = 0.03
"""Standard deviation, distances between the eyes: about what YuNet strays from the drawn landmarks."""


@dataclass(frozen=True)
class _Frame:
    crop: npt.NDArray[np.uint8]
    expression: Expression
    subject: str
    sequence: str
    name: str


def size_of(address: str) -> tuple[int, int]:
    """Subjects and seed that `drawn`, `drawn:SUBJECTS` or `drawn:SUBJECTS:SEED` asks for.

    Raises:
        DataError: the address is none of these, or asks for more people than are drawn.
    """
    match = ADDRESS.match(address)
    subjects, seed = (int(match[1] or SUBJECTS), int(match[2] or 0)) if match else (0, 0)
    if not 2 <= subjects <= MOST_SUBJECTS:
        raise DataError(
            f"There is no data set {address!r}: use drawn, drawn:SUBJECTS or drawn:SUBJECTS:SEED with 2 to "
            f"{MOST_SUBJECTS:,} subjects."
        )
    return subjects, seed


def load_drawn(subjects: int = SUBJECTS, seed: int = 0) -> LabelledCrops:
    """A set that is drawn once and kept in the cache folder: the standard one takes half a minute."""
    other = "" if (subjects, seed) == (SUBJECTS, 0) else f"-{subjects}-{seed}"
    file = settings().cache / f"drawn-{_renderer_digest()}{other}.npz"
    damaged = (ValueError, KeyError, EOFError, BadZipFile)
    with suppress(OSError, *damaged), np.load(file) as kept:  # none yet, or one that was cut short
        return LabelledCrops(**{column.name: kept[column.name] for column in fields(LabelledCrops)})
    data = draw_dataset(subjects, seed)
    with suppress(OSError), staged_file(file) as staged:  # a full disk costs the next call half a minute
        np.savez(staged, **{column.name: getattr(data, column.name) for column in fields(LabelledCrops)})
    return data


def _renderer_digest() -> str:
    """Changes when the renderer or the crop template does."""
    folders = [PROJECT_ROOT / "core" / "drawing", PROJECT_ROOT / "core" / "faces"]
    sources = [Path(__file__), *(file for folder in folders for file in sorted(folder.glob("*.py")))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in sources)).hexdigest()[:16]


def draw_dataset(subjects: int = SUBJECTS, seed: int = 0, frames: int = FRAMES) -> LabelledCrops:
    """Draw a labelled set in which every subject shows all eight expressions, one sequence each.

    The same arguments give the same bytes, and a larger set begins with the smaller one.

    Args:
        subjects: people; `8 * frames` crops each.
        seed: of everything.
        frames: crops a sequence.
    """
    rows = [row for number in range(subjects) for row in _draw_subject(number, seed, frames)]
    return LabelledCrops(
        crops=np.stack([row.crop for row in rows]),
        targets=one_hot([row.expression for row in rows]),
        subjects=np.array([row.subject for row in rows]),
        sequences=np.array([row.sequence for row in rows]),
        sources=np.full(len(rows), SOURCE),
        parts=np.full(len(rows), ""),
        names=np.array([row.name for row in rows]),
        framed=np.ones(len(rows), np.bool_),
    )


def _draw_subject(number: int, seed: int, frames: int) -> list[_Frame]:
    rng = np.random.default_rng([seed, number])
    person, subject = sample_person(rng), f"D{number:03}" if seed == 0 else f"D{seed}-{number:03}"
    rows = []
    for session, expression in enumerate(EXPRESSIONS, start=1):
        peak, scene = sample_action_units(expression, rng), sample_snapshot(rng)
        size = int(rng.integers(*SIZES))
        sequence = f"{subject}_{session:03}"
        for frame, share in enumerate(np.linspace(rng.uniform(*ONSET), 1, frames), start=1):
            crop = _draw_crop(person, peak.scaled(float(share)), _a_moment_later(scene, rng), size, rng)
            rows.append(_Frame(crop, expression, subject, sequence, f"{sequence}_{frame:02}"))
    return rows


def _draw_crop(
    person: Person, units: ActionUnits, scene: Scene, size: int, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    points = landmarks(person, units, scene, size, size)
    points += rng.normal(0, LANDMARK_JITTER * size / scene.framing, points.shape).astype(np.float32)
    crop: npt.NDArray[np.uint8] = faces.crop(draw_face(person, units, scene, size), [points])[0]
    return crop


def _a_moment_later(scene: Scene, rng: np.random.Generator) -> Scene:
    """The same recording a few frames on."""
    yaw, pitch, roll = rng.normal(0, 0.7, 3)
    return replace(
        scene,
        yaw=scene.yaw + float(yaw),
        pitch=scene.pitch + float(pitch),
        roll=scene.roll + float(roll),
        grain=int(rng.integers(2**31)),
    )
