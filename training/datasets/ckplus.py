"""CK+48: 48×48 grey crops of posed expressions.

Files are called `<class>/S010_004_00000017.png`: subject, sequence, frame.
"""

import logging
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import cv2
import numpy as np

from core.errors import DataError, PictureError
from core.expressions import EXPRESSIONS, Expression, parse_expression
from core.faces import CROP_SIZE
from core.images import decode
from training.datasets.labelled import LabelledCrops, one_hot

SOURCE: Final = "CK+48"
FRAME_NAME: Final = re.compile(r"^(S\d+)_(\d+)_\d+$")
EXPECTED: Final = tuple(e for e in EXPRESSIONS if e is not Expression.NEUTRAL)
MAX_FILE_BYTES: Final = 2**20

log = logging.getLogger(__name__)


def read_ckplus(path: Path) -> LabelledCrops:
    """Read CK+48 from its folder or zip; files that cannot be read are reported and skipped.

    Raises:
        DataError: the path is missing, no zip or folder, or lacks one of the seven class folders.
    """
    crops, labels, subjects, sequences = [], [], [], []
    for name, data in _files(path):
        label = parse_expression(name.parent.name)
        match = FRAME_NAME.match(name.stem)
        if label is None or name.suffix.lower() != ".png":
            continue
        if match is None:
            log.warning("skipped %s: its name does not say subject, sequence and frame", name)
            continue
        try:
            picture = decode(data)
        except PictureError as error:
            log.warning("skipped %s: %s", name, error)
            continue
        grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        if grey.shape != (CROP_SIZE, CROP_SIZE):
            grey = cv2.resize(grey, (CROP_SIZE, CROP_SIZE), interpolation=cv2.INTER_AREA)
        crops.append(grey)
        labels.append(label)
        subjects.append(match[1])
        sequences.append(f"{match[1]}_{match[2]}")
    missing = [e.value for e in EXPECTED if e not in labels]
    if missing:
        raise DataError(
            f"{path.name} has no pictures in the folder{'s' * (len(missing) > 1)} {', '.join(missing)}: "
            f"CK+48 has one folder a class ({', '.join(EXPECTED)})."
        )
    return LabelledCrops(
        crops=np.asarray(crops, np.uint8)[..., None],
        targets=one_hot(labels),
        subjects=np.asarray(subjects),
        sequences=np.asarray(sequences),
        sources=np.full(len(crops), SOURCE),
        parts=np.full(len(crops), ""),
    )


def _files(path: Path) -> Iterator[tuple[PurePosixPath, bytes]]:
    """Yield name and content of each file, sorted by name so that seeds mean the same everywhere."""
    if path.is_dir():
        for file in sorted(p for p in path.rglob("*") if p.is_file() and not p.is_symlink()):
            yield PurePosixPath(file.relative_to(path).as_posix()), file.read_bytes()
        return
    try:
        with zipfile.ZipFile(path) as archive:
            for entry in sorted(archive.infolist(), key=lambda entry: entry.filename):
                name = PurePosixPath(entry.filename)
                if entry.is_dir() or "__MACOSX" in name.parts:
                    continue
                if entry.file_size > MAX_FILE_BYTES:
                    log.warning("skipped %s: larger than a face crop can be", name)
                    continue
                try:
                    yield name, archive.read(entry)
                except (zipfile.BadZipFile, OSError, RuntimeError) as error:
                    log.warning("skipped %s: %s", name, error)
    except FileNotFoundError:
        raise DataError(f"There is no data at {path}: check the path.") from None
    except (zipfile.BadZipFile, OSError):
        raise DataError(f"{path.name} is neither a folder nor a readable zip file.") from None
