"""A look at data from a page: the data check and a few crops a class, made in a process of its own.

Reading data takes memory and processor time that the serving process does not have to spare.
"""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import numpy.typing as npt

from core.errors import DataError
from core.settings import PROJECT_ROOT
from training.checking import DataCheck

PATIENCE: Final = 600.0


@dataclass(frozen=True, eq=False)
class Look:
    """What was found.

    Attributes:
        sheet: a few crops of each class, uint8 (n, 48, 48, 1).
    """

    check: DataCheck
    sheet: dict[str, npt.NDArray[np.uint8]]


def look_at(data: Sequence[str]) -> Look:
    """Check data sets, as `read` takes them.

    Raises:
        DataError: they cannot be read, or it took more than ten minutes.
    """
    with TemporaryDirectory() as folder:
        sheet = Path(folder) / "sheet.npz"
        command = [sys.executable, "-m", "training", "check", "--json", "--sheet", str(sheet), "--", *data]
        try:
            done = subprocess.run(  # noqa: S603 - our own command; what a user typed stands after --
                command,
                cwd=PROJECT_ROOT,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DataError("The data take more than ten minutes to read: choose less of them.") from None
        if done.returncode:
            said = " ".join(done.stderr.split()).rpartition("Error: ")[2]
            raise DataError(said or "The data cannot be read: the server's log has details.")
        with np.load(sheet) as crops:
            return Look(DataCheck.model_validate_json(done.stdout), {name: crops[name] for name in crops})
