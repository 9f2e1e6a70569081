"""Processes of this machine: which one runs a job, whether it lives, and ending it with all it began."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import psutil
from pydantic import TypeAdapter

from core.durable import replace_text

PROCESS_FILE: Final = "process.json"


@dataclass(frozen=True)
class Process:
    """One process.

    Attributes:
        started: seconds since the machine booted; it tells the process from a later one of the same number,
            and stays when the clock is set.
    """

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> Self:
        """The process that has the number now; one that is gone already began at 0."""
        try:
            return cls(pid, _started(psutil.Process(pid)))
        except psutil.NoSuchProcess:
            return cls(pid, 0.0)


def _started(process: psutil.Process) -> float:
    """Psutil adds the boot time, which moves with the clock, anew at each call."""
    return float(process.create_time() - psutil.boot_time())


_PROCESS: Final = TypeAdapter(Process)


def note_process(folder: Path) -> None:
    """Say in a job's folder that this process runs it: a worker may be killed before the table knows."""
    replace_text(folder / PROCESS_FILE, _PROCESS.dump_json(Process.of(os.getpid())).decode())


def noted_process(folder: Path) -> Process | None:
    """The process that said so; None where none did."""
    try:
        return _PROCESS.validate_json((folder / PROCESS_FILE).read_bytes())
    except (OSError, ValueError):
        return None


def is_alive(process: Process) -> bool:
    """Whether the very process lives, not a later one of the same number."""
    try:
        found = psutil.Process(process.pid)
        same = abs(_started(found) - process.started) < 1
        return bool(same and found.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def end_all(pid: int, *, by_force: bool) -> None:
    """End a process and its descendants: ask it (SIGTERM), or do not ask them (SIGKILL)."""
    try:
        process = psutil.Process(pid)
        everyone = [*process.children(recursive=True), process]
    except psutil.NoSuchProcess:
        return
    for one in everyone if by_force else [process]:
        try:
            one.kill() if by_force else one.terminate()
        except psutil.NoSuchProcess:
            continue
