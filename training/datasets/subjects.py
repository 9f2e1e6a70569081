"""Who is shown on which picture, from a table or from the file names."""

import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from training.datasets.tables import read_table

TABLE_NAME: Final = "subjects.csv"
NAME_FORM: Final = re.compile(r"^([A-Za-z]*\d+)_([A-Za-z0-9]+)_(\d+)$")
"""`<subject>_<sequence>_<frame>`; the subject has a number, so that `web_happy_017` names nobody."""

CKPLUS_SUBJECT: Final = re.compile(r"^S\d{3}$")


def subjects_from_names(
    names: Sequence[PurePosixPath], source: str
) -> Mapping[PurePosixPath, tuple[str, str]]:
    """Subject and sequence by picture, where every name says both and several people are told apart.

    Subjects carry their source, since "S1" of two data sets are two people; those of CK+ do not, so that
    CK+ and a folder made from it share them.
    """
    matches = {name: NAME_FORM.match(name.stem) for name in names}
    found = {name: (match[1], match[2]) for name, match in matches.items() if match}
    if len(found) < len(matches) or len({subject for subject, _ in found.values()}) < 2:
        return {}
    owned = {
        name: (subject if CKPLUS_SUBJECT.match(subject) else f"{source}/{subject}", sequence)
        for name, (subject, sequence) in found.items()
    }
    return {name: (subject, f"{subject}_{sequence}") for name, (subject, sequence) in owned.items()}


def subjects_from_table(text: bytes, folder: PurePosixPath, source: str) -> dict[PurePosixPath, str]:
    """Subject by picture from `subjects.csv` with the columns `file` and `subject`.

    Args:
        text: of the table.
        folder: where the table lies; its files are named from there.

    Raises:
        DataError: a column is missing, or the text is no csv.
    """
    rows = read_table(TABLE_NAME, text, ("file", "subject"))
    return {
        folder / row["file"].replace("\\", "/"): f"{source}/{row['subject']}"
        for row in rows
        if row["subject"]
    }
