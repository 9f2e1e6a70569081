"""Which expression a picture of a data set shows, told by the folders that it lies in."""

import re
from collections import Counter
from collections.abc import Iterable
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
    return next((_of_folder(folder.name) for folder in _telling(name)), None)


def expressions_of(names: Iterable[PurePosixPath]) -> dict[PurePosixPath, Expression]:
    """By picture the expression that its class folder names, see `class_folders`."""
    told = {name: _of_folder(folder.name) for name, folder in class_folders(names).items()}
    return {name: expression for name, expression in told.items() if expression}


def class_folders(names: Iterable[PurePosixPath]) -> dict[PurePosixPath, PurePosixPath]:
    """By picture the folder above it that says what it shows; those for which none does are left out.

    Where several name an expression, as that of a person called Joy does too, the one counts that lies as
    deep as those of most other pictures, and the nearest where none does.

    >>> a, b = PurePosixPath("anger/Joy/1.png"), PurePosixPath("fear/Ben/1.png")
    >>> class_folders([a, b])[a]
    PurePosixPath('anger')
    """
    found = {name: _telling(name) for name in names}
    usual = Counter(len(folders[0].parts) for folders in found.values() if len(folders) == 1)
    return {
        name: max(folders, key=lambda folder: usual[len(folder.parts)])
        for name, folders in found.items()
        if folders
    }


def _telling(name: PurePosixPath) -> list[PurePosixPath]:
    """The folders above a picture that name expressions, the nearest first."""
    return [folder for folder in name.parents if _of_folder(folder.name)]


def _of_folder(folder: str) -> Expression | None:
    called = NUMBER.sub("", folder)
    return parse_expression(called) or MISSPELT.get(called.strip().lower())
