"""A data set's own division, and what makes it honest: nothing tested has a near-copy in training."""

import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

import numpy as np
import numpy.typing as npt

from training.datasets.classes import class_folders
from training.datasets.read_data import Cause, ReadData, Skipped

FOLDERS: Final = {
    "train": "train",
    "training": "train",
    "test": "test",
    "testing": "test",
    "valid": "valid",
    "val": "valid",
    "validation": "valid",
    "eval": "valid",
    "dev": "valid",
}
KIND: Final = re.compile(r"[\s_.-]*(set|data|images|faces)$")
"""What may stand behind: `test_set`, `Train Images`."""

IN_TEST: Final = "The same or nearly the same picture is in the data set's test part."
TWICE: Final = "The same or nearly the same picture is in the test part already."


def part_of(names: Sequence[PurePosixPath]) -> npt.NDArray[np.str_]:
    """Read "train", "test" or "" from the folders above that of each picture's expression; str (n,).

    Those below count where none stands above and every picture lies in one: a single folder may be called
    after a person, Val say.
    A validation folder is the test part where there is no test folder. Else it is learned from: what a
    training chooses, it chooses on an inner part that it sets aside by itself.
    """
    folders = class_folders(names)
    told = [_told(name, folders.get(name, name.parent)) for name in names]
    above, below = zip(*told, strict=True) if told else ((), ())
    parts = below if all(below) and not any(above) else above
    valid = "train" if "test" in parts else "test"
    return np.array([valid if part == "valid" else part for part in parts], np.str_)


def _told(name: PurePosixPath, folder: PurePosixPath) -> tuple[str, str]:
    """The part that a folder above the one of its class names, and one below it; "" where none does."""
    depth = len(folder.parts)
    called = [FOLDERS.get(KIND.sub("", one.lower()), "") for one in name.parts[:-1]]
    return next(filter(None, called[: depth - 1]), ""), next(filter(None, called[depth:]), "")


def keep_test_unseen(data: ReadData) -> ReadData:
    """Drop what is learned from of a sequence that is also tested, and repeated pictures of the test.

    Where nobody is named, `sequences` are groups of near-identical pictures, of which the first stays in the
    test; frames of a person who is named all stay.
    """
    crops = data.crops
    tested = np.flatnonzero(crops.parts == "test")
    seen = (crops.parts != "test") & np.isin(crops.sequences, crops.sequences[tested])
    firsts = tested[np.unique(crops.sequences[tested], return_index=True)[1]]
    twice = (crops.parts == "test") & (crops.subjects == "")
    twice[firsts] = False
    dropped = (
        *(Skipped(str(name), Cause.NEAR_COPY, IN_TEST) for name in crops.names[seen]),
        *(Skipped(str(name), Cause.NEAR_COPY, TWICE) for name in crops.names[twice]),
    )
    return ReadData(crops.take(~(seen | twice)), data.skipped + dropped)


def without_copies_of_test(data: ReadData, groups: npt.NDArray[np.intp]) -> ReadData:
    """Drop what is learned from and the same or nearly the same picture as a tested one, whoever it shows.

    Args:
        groups: of near-identical crops, as `near_groups` numbers them.
    """
    crops = data.crops
    copies = (crops.parts != "test") & np.isin(groups, groups[crops.parts == "test"])
    dropped = (Skipped(str(name), Cause.NEAR_COPY, IN_TEST) for name in crops.names[copies])
    return ReadData(crops.take(~copies), (*data.skipped, *dropped))
