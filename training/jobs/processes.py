"""Processes of this machine: whether one still lives, and ending one with all it started."""

import psutil


def is_alive(pid: int, started: float) -> bool:
    """Whether the very process lives, not a later one of the same number."""
    try:
        process = psutil.Process(pid)
        same = abs(process.create_time() - started) < 1
        return bool(same and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def start_time(pid: int) -> float:
    """When a process began, seconds since the epoch; 0 where it is gone already."""
    try:
        return float(psutil.Process(pid).create_time())
    except psutil.NoSuchProcess:
        return 0.0


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
