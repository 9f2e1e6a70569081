"""What lies in the folder of a run, and how others look into it while it trains.

Light enough for a page: it loads no Keras.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from core.errors import DataError, MienError

CANCEL_FILE: Final = "cancel"
EVENTS_FILE: Final = "events.jsonl"
RUN_FILE: Final = "run.json"
"""Written last: what lies beside it is whole."""

INPUTS_FILE: Final = "inputs.json"
CROSSVAL_FILE: Final = "crossval.json"
"""The pooled result of folds, beside their folders."""


CANCELLED: Final = "The training was cancelled; what was learned up to the last whole epoch is kept."


class TrainingCancelledError(MienError):
    """Somebody asked for the training to stop; its checkpoints are kept."""


def ask_to_cancel(run: Path) -> None:
    """Stop the training in a folder after its next batch."""
    run.mkdir(parents=True, exist_ok=True)
    (run / CANCEL_FILE).touch()


class StaleRunError(DataError):
    """What a run left cannot be gone on with.

    Args:
        problem: half a sentence, for who can begin anew in another way than the commands.
        gently: what else may be done.
    """

    def __init__(self, problem: str, gently: str = "") -> None:
        super().__init__(problem, gently)
        self.problem, self.gently = problem, gently

    def __str__(self) -> str:
        return f"{self.problem}: {self.gently}start anew, `fit` without --resume and `crossval` with --anew."


@contextmanager
def telling_damage(run: Path) -> Iterator[None]:
    """Turn what a kill or a full disk left of a run's files into one sentence.

    Raises:
        StaleRunError: one of them is missing or cut short.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError):
        raise StaleRunError(f"What the run in {run} left is damaged") from None


def read_outcome(run: Path) -> dict[str, Any]:
    """What a training that came to its end says of itself; nothing where it has not."""
    file = run / RUN_FILE
    return dict(json.loads(file.read_text())) if file.exists() else {}


def read_events(run: Path) -> tuple[dict[str, Any], ...]:
    """The events of a run, oldest first; a line that a kill cut short is left out."""
    file = run / EVENTS_FILE
    try:
        found = file.stat()
        return _parse(file, found.st_mtime_ns, found.st_size)
    except OSError:
        return ()


@lru_cache(maxsize=32)
def _parse(file: Path, changed: int, size: int) -> tuple[dict[str, Any], ...]:
    """Parse a file once, however many people watch."""
    return tuple(_lines(file))


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    for line in file.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "event" in event:
            yield event


def read_epochs(run: Path) -> dict[int, dict[str, Any]]:
    """The epoch events of a run by number; where an epoch was trained again after a kill, the later one."""
    return {event["epoch"]: event for event in read_events(run) if event["event"] == "epoch"}
