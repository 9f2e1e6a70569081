"""FER2013 (Goodfellow et al., ICML 2013), as its csv or as folders of jpg.

"Training" is to learn from and "PublicTest" to be judged on; training pictures with a near-copy in it are
dropped. "PrivateTest" is left out: it is kept apart for a final judgement and never learned from.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath, PurePosixPath
from typing import Final

import numpy as np
import numpy.typing as npt

from core.errors import DataError, PictureError
from core.faces import crop
from core.images import SUFFIXES, decode
from training.datasets import ferplus
from training.datasets.archives import EntryError, Limits, open_archive
from training.datasets.classes import expression_of
from training.datasets.fer2013_rows import LABELS, PIXELS, VOTES_NAME, Row, read_rows, read_votes
from training.datasets.labelled import LabelledCrops, one_hot
from training.datasets.near_duplicates import named_groups, near_groups
from training.datasets.parts import keep_test_unseen
from training.datasets.read_data import Cause, ReadData, Skipped
from training.datasets.votes import Verdict

SOURCE: Final = "FER2013"
CSV_NAMES: Final = ("fer2013.csv", "icml_face_data.csv")
CHALLENGE_NAME: Final = "train.csv"
"""What the challenge handed out: the training pictures alone, without a column that says so."""

PICTURE_NAME: Final = re.compile(r"^(Training|PublicTest|PrivateTest)_\d+$")
PARTS: Final = {"Training": "train", "PublicTest": "test", "": ""}
PRIVATE: Final = "PrivateTest"
PUBLISHED_ROWS: Final = 35_887
CKPLUS_ROW: Final = 19_608
"""Of the published csv, counted from 0: it shows a subject of CK+48."""

LIMITS: Final = Limits(entry_bytes=2**30)
"""The csv has 301 MB."""


def read_fer2013(path: Path) -> ReadData:
    """Read the csv, or the folder or zip that holds it.

    Where `fer2013new.csv` lies in the same folder, its votes are the targets; see `read_votes`.

    Raises:
        DataError: no csv is there, or it or the votes cannot be used as they are.
    """
    if path.suffix.lower() == ".csv" and not path.is_dir():
        published = _is_published(PurePosixPath(path.name))
        votes = [_read_file(file) for file in path.parent.iterdir() if published and _holds_votes(file)]
        return _from_csv(path.name, _read_file(path), votes[0] if votes else None)
    with open_archive(path, LIMITS) as archive:
        found = find_csv(archive.names)
        if found is None:
            raise DataError(f"{path.name} holds neither {' nor '.join(CSV_NAMES)}.")
        together = (name for name in archive.names if name.parent == found.parent)
        votes = [archive.read(name) for name in together if _holds_votes(name)]
        data = _from_csv(found.name, archive.read(found), votes[0] if votes else None)
        return replace(data, skipped=(*data.skipped, *_left_beside(found, archive.names)))


def _left_beside(csv: PurePosixPath, names: Sequence[PurePosixPath]) -> Iterator[Skipped]:
    folders = Counter(name.parent for name in names if name.suffix.lower() in SUFFIXES)
    for folder, count in folders.items():
        reason = f"{csv.name} was read instead of its {count} pictures: keep one of them there."
        yield Skipped(str(folder), Cause.UNREADABLE, reason)


def _holds_votes(name: PurePath) -> bool:
    return name.name.lower() == VOTES_NAME


def read_fer2013_folder(path: Path) -> ReadData:
    """Read a folder or zip of `train/<class>/Training_123.jpg` and `test/<class>/PublicTest_123.jpg`.

    The part is read from the picture's own name, since `test` holds both test parts.

    Raises:
        DataError: the path is missing, no zip or folder, or holds no such picture.
    """
    crops, labels, parts, names = [], [], [], []
    with open_archive(path) as archive:
        skipped = list(archive.refused)
        for name in archive.names:
            match, label = PICTURE_NAME.match(name.stem), expression_of(name)
            if name.suffix.lower() not in SUFFIXES:
                continue
            if match is None:
                reason = "Its name does not say Training, PublicTest or PrivateTest and a number."
                skipped.append(Skipped(str(name), Cause.UNREADABLE, reason))
            elif label is None:
                reason = f"Its folder {name.parent.name} names no expression."
                skipped.append(Skipped(str(name), Cause.UNKNOWN_LABEL, reason))
            elif match[1] == PRIVATE:
                skipped.append(_kept_apart(str(name)))
            else:
                try:
                    crops.append(crop(decode(archive.read(name)), [None])[0])
                except (EntryError, PictureError) as error:
                    skipped.append(Skipped(str(name), Cause.UNREADABLE, str(error)))
                    continue
                labels.append(label)
                parts.append(PARTS[match[1]])
                names.append(str(name))
    if not crops:
        raise DataError(
            f"{path.name} holds no pictures train/<class>/Training_<number>.jpg that can be read."
        )
    return _assemble(SOURCE, np.stack(crops), one_hot(labels), parts, names, skipped)


def find_csv(names: Sequence[PurePosixPath]) -> PurePosixPath | None:
    """The file that is called like FER2013's csv; the challenge's `train.csv` where no pictures lie there."""
    published = next((name for name in names if _is_published(name)), None)
    if published or any(name.suffix.lower() in SUFFIXES for name in names):
        return published
    return next((name for name in names if name.name.lower() == CHALLENGE_NAME), None)


def _is_published(name: PurePosixPath) -> bool:
    return name.name.lower() in CSV_NAMES


def _read_file(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            text = file.read(LIMITS.entry_bytes + 1)
    except FileNotFoundError:
        raise DataError(f"There is no data at {path}: check the path.") from None
    except OSError as error:
        raise DataError(f"{path.name} cannot be opened: {error.strerror}.") from None
    if len(text) > LIMITS.entry_bytes:
        raise DataError(f"{path.name} is larger than the limit of {LIMITS.entry_bytes / 2**30:.0f} GB.")
    return text


def are_pictures(names: Iterable[PurePosixPath]) -> bool:
    """Whether pictures are called like FER2013's, nine in ten at least."""
    stems = [name.stem for name in names if name.suffix.lower() in SUFFIXES]
    return sum(PICTURE_NAME.match(stem) is not None for stem in stems) > 0.9 * len(stems)


def _from_csv(name: str, text: bytes, votes: bytes | None) -> ReadData:
    rows = read_rows(name, text)
    verdict = None if votes is None else read_votes(votes, name, rows)
    published = len(rows) == PUBLISHED_ROWS
    kept, crops, skipped = [], [], []
    for row in rows:
        objection = _objection(row, f"{name}#{row.number}", verdict, published)
        pixels = row.crop if objection is None else None
        if pixels is not None:
            kept.append(row)
            crops.append(pixels)
        else:
            reason = f"It must have {PIXELS} pixels from 0 to 255, with spaces between."
            skipped.append(objection or Skipped(f"{name}#{row.number}", Cause.UNREADABLE, reason))
    if not kept:
        why = f"of the first: {skipped[0].reason}" if skipped else "it is empty."
        raise DataError(f"{name} has no row to learn from; {why}")
    if verdict is None:
        source, targets = SOURCE, one_hot([row.label for row in kept if row.label])
    else:
        source, targets = ferplus.SOURCE, verdict.targets[[row.number for row in kept]]
    parts = [PARTS[row.usage] for row in kept]
    return _assemble(
        source, np.stack(crops), targets, parts, [f"{name}#{row.number}" for row in kept], skipped
    )


def _objection(row: Row, name: str, verdict: Verdict | None, published: bool) -> Skipped | None:
    if row.usage == PRIVATE:
        return _kept_apart(name)
    if published and row.number == CKPLUS_ROW:
        return Skipped(name, Cause.KEPT_APART, "It shows a subject of CK+48.")
    if row.usage not in PARTS:
        reason = f"Its Usage is {row.usage!r} and must be Training, PublicTest or PrivateTest."
        return Skipped(name, Cause.UNREADABLE, reason)
    if verdict is not None and not verdict.clear[row.number]:
        return Skipped(name, Cause.UNCLEAR, ferplus.DISAGREED)
    if verdict is None and row.label is None:
        reason = f"Its emotion is {row.emotion!r} and must be 0 to {len(LABELS) - 1}."
        return Skipped(name, Cause.UNKNOWN_LABEL, reason)
    return None


def _kept_apart(name: str) -> Skipped:
    return Skipped(name, Cause.KEPT_APART, "PrivateTest is kept apart for a final judgement.")


def _assemble(
    source: str,
    crops: npt.NDArray[np.uint8],
    targets: npt.NDArray[np.float32],
    parts: list[str],
    names: list[str],
    skipped: list[Skipped],
) -> ReadData:
    data = LabelledCrops(
        crops=crops,
        targets=targets,
        subjects=np.full(len(crops), ""),
        sequences=np.array([f"{source} group {group}" for group in named_groups(near_groups(crops), crops)]),
        sources=np.full(len(crops), source),
        parts=np.asarray(parts),
        names=np.asarray(names),
    )
    return keep_test_unseen(ReadData(data, tuple(skipped)))
