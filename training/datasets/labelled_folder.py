"""Any folder or zip with one subfolder a class: face crops, or photos from which the faces are cut."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
import numpy.typing as npt

from core import faces
from core.errors import DataError, PictureError
from core.expressions import EXPRESSIONS
from core.images import READABLE, SUFFIXES, decode
from training.datasets.archives import Archive, EntryError, open_archive
from training.datasets.ckplus import SOURCE as CKPLUS
from training.datasets.classes import expressions_of
from training.datasets.cutting import NO_FACE, cut_largest, is_crop
from training.datasets.fetching import name_of
from training.datasets.labelled import LabelledCrops, one_hot
from training.datasets.near_duplicates import named_groups, near_groups
from training.datasets.parts import keep_test_unseen, part_of, without_copies_of_test
from training.datasets.read_data import Cause, ReadData, Skipped
from training.datasets.shared_pictures import unite_own_copies
from training.datasets.subjects import (
    TABLE_NAME,
    are_of_ckplus,
    composed,
    subjects_from_names,
    subjects_from_tables,
)

LITTER: Final = frozenset({".csv", ".db", ".htm", ".html", ".ini", ".json", ".md", ".txt", ".xml", ".yaml"})
"""Endings of what lies among pictures and is none: labels, notes, what file managers leave."""


def read_labelled_folder(path: Path) -> ReadData:
    """Read pictures from `<class>/` or `train/<class>/` and `test/<class>/`, at any depth, above or below.

    Small pictures are taken as face crops; of a larger one, the largest face is cut. Where they are called
    like CK+48's frames, that is their source, whatever the folder is called. Who is shown is read from
    `subjects.csv` (file, subject) beside the class folders, else from names
    `<subject>_<sequence>_<frame>` where all follow that form. Near-identical pictures are one sequence, and
    of one person where one of them is named; those that would stand on both sides of the data set's own
    division are dropped from training.

    Raises:
        DataError: the path is missing, no zip or folder, or holds no picture in a folder of an expression.
    """
    with open_archive(path) as archive:
        pictures = [name for name in archive.names if name.suffix.lower() in SUFFIXES]
        classes = expressions_of(archive.names)
        labelled = [name for name in pictures if name in classes]
        if not pictures and archive.refused:
            raise DataError(f"Nothing in {path.name} can be read: {archive.refused[0].reason}")
        if not labelled:
            raise DataError(
                f"{path.name} has no pictures in the folders of any expression: make one folder a class "
                f"({', '.join(EXPRESSIONS)}) and put its pictures there."
            )
        source = CKPLUS if are_of_ckplus(labelled) else name_of(path)
        found = _cut_all(archive, labelled)
        tables = {
            name: _read_table(archive, name) for name in archive.names if name.name.lower() == TABLE_NAME
        }
        named = subjects_from_tables(tables, source)
        skipped = [
            *archive.refused,
            *_unknown_labels([name for name in pictures if name not in classes]),
            *_not_read(classes),
            *_not_there(named, archive.names),
        ]
    kept = [name for name, cut in zip(labelled, found, strict=True) if not isinstance(cut, Skipped)]
    crops = [cut for cut in found if not isinstance(cut, Skipped)]
    skipped += [cut for cut in found if isinstance(cut, Skipped)]
    if not kept:
        raise DataError(
            f"None of the {len(labelled)} pictures in {path.name} can be used; {skipped[-1].reason}"
        )
    images = np.stack(crops)
    groups = near_groups(images)
    subjects, sequences = _who(kept, named, images, groups, source, guess=not tables)
    data = LabelledCrops(
        crops=images,
        targets=one_hot([classes[name] for name in kept]),
        subjects=subjects,
        sequences=sequences,
        sources=np.full(len(kept), source),
        parts=part_of(kept),
        names=np.array([str(name) for name in kept]),
        framed=np.ones(len(kept), np.bool_),
    )
    read = keep_test_unseen(without_copies_of_test(ReadData(data, tuple(skipped)), groups))
    if source == CKPLUS:  # whose people are known, look-alikes and all
        return read
    left = np.isin(data.names, read.crops.names)
    return replace(read, crops=unite_own_copies(read.crops, groups[left]))


def _read_table(archive: Archive, name: PurePosixPath) -> bytes:
    try:
        return archive.read(name)
    except EntryError as error:
        raise DataError(f"{name} says who is shown, but cannot be used. {error}") from None


def _cut_all(archive: Archive, names: Sequence[PurePosixPath]) -> list[npt.NDArray[np.uint8] | Skipped]:
    """Crop or reason, a picture each; on all cores, since finding faces takes the time."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(lambda name: _cut(archive, name), names))


def _cut(archive: Archive, name: PurePosixPath) -> npt.NDArray[np.uint8] | Skipped:
    """The one face of a picture, uint8 (48, 48, 1)."""
    try:
        picture = decode(archive.read(name))
    except (EntryError, PictureError) as error:
        return Skipped(str(name), Cause.UNREADABLE, str(error))
    if is_crop(picture):
        return np.asarray(faces.crop(picture, [faces.find_in_crop(picture).landmarks])[0], np.uint8)
    cut = cut_largest(picture)
    return Skipped(str(name), Cause.NO_FACE, NO_FACE) if cut is None else cut


def _who(
    names: Sequence[PurePosixPath],
    named: dict[PurePosixPath, str],
    crops: npt.NDArray[np.uint8],
    groups: npt.NDArray[np.intp],
    source: str,
    guess: bool,
) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]]:
    """Subjects and sequences, str (n,) each; pictures of people who are named apart are no sequence."""
    if guess and (told := subjects_from_names(names, source)):
        return np.array([told[name][0] for name in names]), np.array([told[name][1] for name in names])
    subjects = np.array([named.get(composed(name), "") for name in names], np.str_)
    return subjects, np.array(
        [
            f"{source} group {group} {who}".rstrip()
            for group, who in zip(named_groups(groups, crops), subjects, strict=True)
        ]
    )


def _unknown_labels(pictures: Sequence[PurePosixPath]) -> list[Skipped]:
    folders = Counter(name.parent for name in pictures)
    return [
        Skipped(str(folder), Cause.UNKNOWN_LABEL, f"Its name is no expression; it holds {count} pictures.")
        for folder, count in folders.items()
    ]


def _not_read(names: Iterable[PurePosixPath]) -> list[Skipped]:
    """Files among the pictures of a class that are neither pictures nor what lies about beside them."""
    reason = f"It is no picture that Mien can read: save it as {READABLE}."
    return [
        Skipped(str(name), Cause.UNREADABLE, reason)
        for name in names
        if name.suffix.lower() not in SUFFIXES | LITTER
    ]


def _not_there(named: dict[PurePosixPath, str], names: Sequence[PurePosixPath]) -> list[Skipped]:
    there = {composed(name) for name in names}
    reason = f"{TABLE_NAME} names it, but it is not there."
    return [Skipped(str(name), Cause.UNREADABLE, reason) for name in named if name not in there]
