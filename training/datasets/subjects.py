"""Who is shown on which picture, from a table or from the file names."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from core.errors import DataError
from core.expressions import parse_expression
from training.datasets.tables import read_table

TABLE_NAME: Final = "subjects.csv"
NAME_FORM: Final = re.compile(r"^([A-Za-z]*\d+)_([A-Za-z0-9]+)_(\d+)$")
"""`<subject>_<sequence>_<frame>`; the subject has a number, so that `web_happy_017` names nobody."""

CKPLUS_FRAME: Final = re.compile(r"^(S\d{3})_(\d{3})_\d{8}$")
"""Subject, sequence and frame of CK+ and CK+48."""


def composed(name: PurePosixPath) -> PurePosixPath:
    """A path with each letter as one character: archives from a Mac write an accent by itself."""
    return PurePosixPath(unicodedata.normalize("NFC", str(name)))


def are_of_ckplus(names: Sequence[PurePosixPath]) -> bool:
    """Whether pictures are called like CK+48's frames (`S010_004_00000017`), nine in ten at least."""
    return sum(CKPLUS_FRAME.match(name.stem) is not None for name in names) > 0.9 * len(names)


def subjects_from_names(
    names: Sequence[PurePosixPath], source: str
) -> Mapping[PurePosixPath, tuple[str, str]]:
    """Subject and sequence by picture, where every name says both.

    A number that each picture has for itself counts pictures, not people. One and the same "subject" on all
    pictures is the data set's name where expressions stand beside it, as in `fer2013_happy_017`, and one that
    each expression has for itself is its number, as in `3_happy_017`. Subjects
    carry their source, since "S1" of two data sets are two people; those of pictures called like CK+'s frames
    do not, so that CK+ and a folder made from it share them.
    """
    matches = {name: NAME_FORM.match(name.stem) for name in names}
    found = {name: (match[1], match[2]) for name, match in matches.items() if match}
    if len(found) < len(matches):
        return {}
    alone = len({subject for subject, _ in found.values()}) == 1
    if alone and any(parse_expression(sequence) for _, sequence in found.values()):
        return {}
    people = {subject for subject, _ in found.values()}
    words = {sequence for _, sequence in found.values()}
    numbered = len(people) == len(words) == len(set(found.values())) > 1
    if numbered and all(person.isdigit() for person in people) and all(map(parse_expression, words)):
        return {}
    if len(people) == len(found) > 1 and not all(CKPLUS_FRAME.match(name.stem) for name in names):
        return {}
    owned = {
        name: (subject if CKPLUS_FRAME.match(name.stem) else f"{source}/{subject}", sequence)
        for name, (subject, sequence) in found.items()
    }
    return {name: (subject, f"{subject}_{sequence}") for name, (subject, sequence) in owned.items()}


def subjects_from_tables(tables: Mapping[PurePosixPath, bytes], source: str) -> dict[PurePosixPath, str]:
    """Subject by picture from tables with the columns `file` and `subject`.

    Args:
        tables: text of each `subjects.csv`; its files are named from the folder where it lies.

    Returns:
        by `composed` path.

    Raises:
        DataError: a column is missing, a text is no csv, or a picture is given two subjects.
    """
    found: dict[PurePosixPath, str] = {}
    for table, text in tables.items():
        for row in read_table(TABLE_NAME, text, ("file", "subject")):
            name = composed(table.parent / row["file"].replace("\\", "/"))
            subject = unicodedata.normalize("NFC", row["subject"])
            if subject and found.setdefault(name, subject) != subject:
                raise DataError(
                    f"{TABLE_NAME} says of {name} that it shows {found[name]} and {subject}: "
                    "leave one of them."
                )
    return {name: f"{source}/{subject}" for name, subject in found.items()}
