"""Which expression a picture of a data set shows, told by the folders that it lies in."""

import re
from pathlib import PurePosixPath
from typing import Final

from core.expressions import Expression, parse_expression

NUMBER: Final = re.compile(r"^\d+[\s_.-]+")
"""Some sets number their class folders: `0_anger`, `3 happy`."""

MISSPELT: Final = {"suprise": Expression.SURPRISE}
"""As folders of known copies of FER2013 are called."""


def expression_of(name: PurePosixPath) -> Expression | None:
    """The expression that the nearest folder above a picture names, or None where none does.

    >>> expression_of(PurePosixPath("train/0_angry/session1/a.png"))
    <Expression.ANGER: 'anger'>
    """
    folder = class_folder(name)
    return _of_folder(folder.name) if folder else None


def class_folder(name: PurePosixPath) -> PurePosixPath | None:
    """The nearest folder above a picture that names an expression, or None where none does."""
    return next((folder for folder in name.parents if _of_folder(folder.name)), None)


def _of_folder(folder: str) -> Expression | None:
    called = NUMBER.sub("", folder)
    return parse_expression(called) or MISSPELT.get(called.strip().lower())
