"""CK+48: 48×48 grey crops of posed expressions.

Files are called `<class>/S010_004_00000017.png`: subject, sequence, frame.
"""

from pathlib import Path
from typing import Final

import numpy as np

from core.errors import DataError, PictureError
from core.expressions import EXPRESSIONS, Expression, parse_expression
from core.faces import crop
from core.images import SUFFIXES, decode
from training.datasets.archives import EntryError, Limits, open_archive
from training.datasets.cutting import NO_FACE, cut_largest, is_crop
from training.datasets.labelled import LabelledCrops, one_hot
from training.datasets.read_data import Cause, ReadData, Skipped
from training.datasets.subjects import CKPLUS_FRAME

SOURCE: Final = "CK+48"
EXPECTED: Final = tuple(e for e in EXPRESSIONS if e is not Expression.NEUTRAL)
LIMITS: Final = Limits(entry_bytes=2**20)


def read_ckplus(path: Path) -> ReadData:
    """Read CK+48 from its folder or zip; crops are scaled to 48×48, of larger frames the face is cut.

    Raises:
        DataError: the path is missing, no zip or folder, or lacks one of the seven class folders.
    """
    crops, labels, subjects, sequences, names, framed = [], [], [], [], [], []
    with open_archive(path, LIMITS) as archive:
        skipped = list(archive.refused)
        for name in archive.names:
            label = parse_expression(name.parent.name)
            match = CKPLUS_FRAME.match(name.stem)
            if name.suffix.lower() not in SUFFIXES:
                continue
            if label is None or name.suffix.lower() != ".png":
                cause = Cause.UNKNOWN_LABEL if label is None else Cause.UNREADABLE
                reason = "Its folder is no expression." if label is None else "CK+48's frames are png files."
                skipped.append(Skipped(str(name), cause, reason))
                continue
            if match is None:
                reason = "Its name does not say subject, sequence and frame."
                skipped.append(Skipped(str(name), Cause.UNREADABLE, reason))
                continue
            try:
                picture = decode(archive.read(name))
            except (EntryError, PictureError) as error:
                skipped.append(Skipped(str(name), Cause.UNREADABLE, str(error)))
                continue
            cut = crop(picture, [None])[0] if is_crop(picture) else cut_largest(picture)
            if cut is None:
                skipped.append(Skipped(str(name), Cause.NO_FACE, NO_FACE))
                continue
            crops.append(cut)
            framed.append(not is_crop(picture))
            labels.append(label)
            subjects.append(match[1])
            sequences.append(f"{match[1]}_{match[2]}")
            names.append(str(name))
    missing = [e.value for e in EXPECTED if e not in labels]
    if missing:
        raise DataError(
            f"{path.name} has no pictures in the folder{'s' * (len(missing) > 1)} {', '.join(missing)}: "
            f"CK+48 has one folder a class ({', '.join(EXPECTED)})."
        )
    data = LabelledCrops(
        crops=np.asarray(crops, np.uint8),
        targets=one_hot(labels),
        subjects=np.asarray(subjects),
        sequences=np.asarray(sequences),
        sources=np.full(len(crops), SOURCE),
        parts=np.full(len(crops), ""),
        names=np.asarray(names),
        framed=np.asarray(framed),
    )
    return ReadData(data, tuple(skipped))
