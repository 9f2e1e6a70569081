"""A look at data from a page: the data check and a few crops a class, made in a process of its own.

Reading data takes memory and processor time that the serving process does not have to spare.
"""

import logging
import subprocess
import sys
import threading
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
UNFORESEEN: Final = "The data cannot be read: the server's log has details."

_ONE_AT_A_TIME: Final = threading.Lock()
"""Each look may take a gigabyte."""

log = logging.getLogger(__name__)


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
    with _ONE_AT_A_TIME, TemporaryDirectory() as folder:
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
        except (OSError, ValueError):
            raise DataError("The data cannot be read: check the path.") from None
        if done.returncode < 0:
            raise DataError("The data are too large to be read here: choose less of them.")
        if done.returncode:
            said = " ".join(done.stderr.split())
            log.warning("A data check failed: %s", said)
            raise DataError(said.rpartition("Error: ")[2] if "Error: " in said else UNFORESEEN)
        with np.load(sheet) as crops:
            return Look(DataCheck.model_validate_json(done.stdout), {name: crops[name] for name in crops})
