"""FER2013 crops with the votes of FER+'s ten annotators (Barsoum et al., ICMI 2016), in Mien's npz form."""

import io
import math
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Final
from zipfile import is_zipfile

import numpy as np
import numpy.typing as npt

from core.errors import DataError
from core.faces import CROP_SIZE
from training.datasets.archives import Limits, open_archive
from training.datasets.labelled import LabelledCrops, without_a_face
from training.datasets.near_duplicates import near_groups
from training.datasets.parts import keep_test_unseen, without_copies_of_test
from training.datasets.read_data import Cause, ReadData, Skipped
from training.datasets.votes import count_votes

SOURCE: Final = "FER+"
NONFACES: Final = "not a face"
FIELDS: Final = ("images", "votes", "vote_names", "near_group")
DISAGREED: Final = "The annotators did not agree on one expression."
TEST_NAME: Final = "valid.npz"
NONFACES_NAME: Final = "not-a-face.npz"
OTHER_NAMES: Final = frozenset({TEST_NAME, NONFACES_NAME})
OTHER_FILE: Final = f"Only train*.npz, {TEST_NAME} and {NONFACES_NAME} are read of a folder: call it so."
LIMITS: Final = Limits(entry_bytes=2**30, total_bytes=2**31)
"""All of FER2013's crops have 83 MB."""


def read_ferplus_folder(path: Path) -> ReadData:
    """Read a folder of `train*.npz` to learn from, `valid.npz` to be judged on, and `not-a-face.npz`.

    Training rows that are the same or nearly the same picture as one in `valid.npz` are dropped, and of
    each such group within it one stays. `near_group` names most of them; `near_groups` finds 319 more.

    Raises:
        DataError: no training file is there, or a file cannot be used.
    """
    files = sorted(path.glob("train*.npz"))
    if not files:
        raise DataError(f"{path} has no train*.npz: it holds no FER+ data in Mien's form.")
    parts = [read_ferplus(file, "train") for file in files]
    if (path / TEST_NAME).exists():
        parts.append(read_ferplus(path / TEST_NAME, "test"))
    data = _without_near_copies(keep_test_unseen(ReadData.concatenate(parts)))
    if (path / NONFACES_NAME).exists():
        data = ReadData.concatenate([data, ReadData(read_not_a_face(path / NONFACES_NAME))])
    others = {file.name for file in path.glob("*.npz")} - {file.name for file in files} - OTHER_NAMES
    return replace(
        data,
        skipped=(*data.skipped, *(Skipped(name, Cause.UNREADABLE, OTHER_FILE) for name in sorted(others))),
    )


def _without_near_copies(data: ReadData) -> ReadData:
    """Drop training rows that resemble a test row; what resembles each other is one sequence from here on."""
    groups = near_groups(data.crops.crops)
    named = np.array([f"{SOURCE}-near-{group}" for group in groups], np.str_)
    return without_copies_of_test(replace(data, crops=replace(data.crops, sequences=named)), groups)


def read_ferplus(path: Path, part: str | None = None) -> ReadData:
    """Read one npz file; rows whose majority is unclear are dropped.

    Rows whose top is tied or is "unknown" or "not a face" are unclear; see `count_votes`.

    Args:
        part: of all rows; left out, `valid.npz` is the test part, which nobody learns from.

    Raises:
        DataError: the file is missing, damaged, too large, or lacks one of `FIELDS` in its form.
    """
    if part is None:
        part = "test" if path.name == TEST_NAME else ""
    arrays = _load(path, FIELDS)
    names, groups = arrays["vote_names"], arrays["near_group"]
    if names.ndim != 1 or groups.ndim != 1:
        raise DataError(f"`vote_names` and `near_group` in {path.name} must be lists: see docs/training.md.")
    verdict = count_votes(arrays["votes"], [str(name) for name in names])
    n = len(verdict.clear)
    data = LabelledCrops(
        crops=_as_crops(arrays["images"], path),
        targets=verdict.targets,
        subjects=np.full(n, ""),
        sequences=np.array([f"{SOURCE}-{group}" for group in groups], np.str_),
        sources=np.full(n, SOURCE),
        parts=np.full(n, part),
        names=np.array([f"{path.name}#{i}" for i in range(n)], np.str_),
    )
    skipped = tuple(Skipped(str(name), Cause.UNCLEAR, DISAGREED) for name in data.names[~verdict.clear])
    return ReadData(data.take(verdict.clear), skipped)


def read_not_a_face(path: Path) -> LabelledCrops:
    """Read the crops that FER+ marked as showing no face."""
    images = _as_crops(_load(path, ("images",))["images"], path)
    return without_a_face(images, np.array([f"{path.name}#{i}" for i in range(len(images))]), NONFACES)


def majority_share(data: LabelledCrops) -> npt.NDArray[np.float32]:
    """Share of the remaining votes that the top class holds, float32 (n,)."""
    return np.asarray(data.targets.max(axis=1), np.float32)


def _as_crops(images: npt.NDArray[Any], path: Path) -> npt.NDArray[np.uint8]:
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != (CROP_SIZE, CROP_SIZE):
        raise DataError(
            f"`images` in {path.name} must be uint8 (n, {CROP_SIZE}, {CROP_SIZE}). "
            f"Received: {images.dtype} {images.shape}."
        )
    return images[..., None]


def _load(path: Path, names: tuple[str, ...]) -> dict[str, npt.NDArray[Any]]:
    """Arrays by name, as many rows in each but `vote_names`."""
    if not path.exists():
        raise DataError(f"There is no data at {path}: check the path.")
    if not path.is_file() or not is_zipfile(path):
        raise DataError(_not_readable(path))
    with open_archive(path, LIMITS) as archive:
        refused = {one.name: one.reason for one in archive.refused}
        arrays = {}
        for name in names:
            entry = PurePosixPath(f"{name}.npy")
            if str(entry) in refused:
                raise DataError(f"The array {name!r} in {path.name} cannot be read: {refused[str(entry)]}")
            if entry not in archive.names:
                raise DataError(f"{path.name} lacks the array {name!r}: it needs {', '.join(names)}.")
            try:
                arrays[name] = _parse(archive.read(entry))
            except DataError:
                raise
            except Exception:  # NumPy raises almost anything on damaged headers
                raise DataError(_not_readable(path)) from None
    rows = {name: array.shape[:1] for name, array in arrays.items() if name != "vote_names"}
    if len(set(rows.values())) > 1:
        counts = ", ".join(f"{name} {count[0] if count else 'none'}" for name, count in rows.items())
        raise DataError(f"The arrays in {path.name} have different numbers of rows: {counts}.")
    return arrays


def _parse(content: bytes) -> npt.NDArray[Any]:
    """One array; a header that promises more than there is has no room made for it."""
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    read_header = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read_header is None:
        raise ValueError(version)
    shape, _, dtype = read_header(stream)
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(content) - stream.tell():
        raise ValueError(shape)
    return np.asarray(np.load(io.BytesIO(content), allow_pickle=False))


def _not_readable(path: Path) -> str:
    return f"{path.name} is not a readable npz file: copy it again."
