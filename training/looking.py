"""A look at data from a page: the data check and a few crops a class, made in a process of its own.

Reading data takes memory and processor time that the serving process does not have to spare.
"""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np
import numpy.typing as npt

from core.errors import DataError
from core.settings import PROJECT_ROOT, environment
from training.checking import DataCheck

PATIENCE: Final = 600.0
UNFORESEEN: Final = "The data cannot be read: the server's log has details."

MOMENT: Final = 0.5
AT_ONCE: Final = 3
"""Looks of different people at different data; each may take a gigabyte."""

_ROOM: Final = threading.BoundedSemaphore(AT_ONCE)

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Look:
    """What was found.

    Attributes:
        sheet: a few crops of each class, uint8 (n, 48, 48, 1).
    """

    check: DataCheck
    sheet: dict[str, npt.NDArray[np.uint8]]


def look_at(data: Sequence[str], wanted: Callable[[], bool] = lambda: True) -> Look:
    """Check data sets, as `read` takes them.

    Args:
        wanted: asked twice a second whether anybody still waits; where nobody does, the look ends.

    Raises:
        DataError: they cannot be read, it took more than ten minutes, or nobody waits any more.
    """
    with _room(wanted), TemporaryDirectory() as folder:
        sheet = Path(folder) / "sheet.npz"
        command = [sys.executable, "-m", "training", "check", "--json", "--sheet", str(sheet), "--", *data]
        try:
            done = _run(command, wanted)
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


@contextmanager
def _room(wanted: Callable[[], bool]) -> Iterator[None]:
    """Wait until few enough others look."""
    while not _ROOM.acquire(timeout=MOMENT):
        _mind(wanted)
    try:
        yield
    finally:
        _ROOM.release()


def _run(command: Sequence[str], wanted: Callable[[], bool]) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, or kill it where nobody waits for it or it takes too long."""
    _mind(wanted)
    end = time.monotonic() + PATIENCE
    with subprocess.Popen(  # noqa: S603 - our own command; what a user typed stands after --
        command,
        cwd=PROJECT_ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            while True:
                try:
                    said, complained = process.communicate(timeout=MOMENT)
                except subprocess.TimeoutExpired:
                    _mind(wanted)
                else:
                    return subprocess.CompletedProcess(command, process.returncode, said, complained)
                if time.monotonic() > end:
                    raise DataError("The data take more than ten minutes to read: choose less of them.")
        finally:
            process.kill()  # nothing where it has ended


def _mind(wanted: Callable[[], bool]) -> None:
    if not wanted():
        raise DataError("Nobody waited for the end of the data check: choose the data again.")
