"""`python -m training.jobs.process ID`: the process in which one job trains.

It ends by writing how it ended; a job whose process ends without is lost.
"""

import contextlib
import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Final

import psutil

from core.durable import replace_text
from core.errors import MienError
from training.jobs.failures import describe
from training.jobs.job import OUTCOME_FILE, RUN_FOLDER, SPEC_FILE, JobSpec, JobState, Outcome, jobs_folder
from training.jobs.processes import note_process
from training.run_folder import CANCEL_FILE, CANCELLED, TrainingCancelledError, read_epochs

NOTHING_LEARNED: Final = (
    "The training was cancelled before its first epoch had ended: nothing was learned yet."
)
NICENESS: Final = 10
NO_SPACE_STATUS: Final = 74
"""Exit status (EX_IOERR) for a full disk, on which not even the outcome can be written."""


def main(name: str) -> int:
    """Run one job; the exit status says no more than the outcome does, but for a full disk."""
    signal.signal(signal.SIGTERM, _cancel)
    folder = jobs_folder() / name
    with contextlib.suppress(OSError):  # a full disk: the job itself will say so
        note_process(folder)
    outcome = _run(folder)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it has ended, and that is to be written
    try:
        replace_text(folder / OUTCOME_FILE, outcome.model_dump_json())
        print(outcome.message, flush=True)  # noqa: T201 - the job's log
    except OSError:
        return NO_SPACE_STATUS
    return 0 if outcome.state is JobState.DONE else 1


def leave_a_core() -> None:
    """Let pages and the API answer while this process trains: be nice, and stay off one processor."""
    psutil.Process().nice(NICENESS if os.name == "posix" else psutil.BELOW_NORMAL_PRIORITY_CLASS)
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, allowed[1:] or allowed)


def _run(folder: Path) -> Outcome:
    try:
        if (folder / RUN_FOLDER / CANCEL_FILE).exists():
            return Outcome(state=JobState.CANCELLED, message="Cancelled before it began.")
        spec = JobSpec.model_validate_json((folder / SPEC_FILE).read_bytes())
        from training.jobs.execution import execute  # loads Keras

        return Outcome(state=JobState.DONE, message=execute(spec, folder))
    except TrainingCancelledError as error:
        return _cancelled(folder, str(error))
    except MienError as error:
        return Outcome(state=JobState.FAILED, message=str(error))
    except Exception as error:
        if _is_cancelled():  # the import of a library turns what the signal raises into an error of its own
            return _cancelled(folder, CANCELLED)
        with contextlib.suppress(OSError):
            traceback.print_exc()
        return Outcome(state=JobState.FAILED, message=describe(error))


def _cancelled(folder: Path, told: str) -> Outcome:
    learned = read_epochs(folder / RUN_FOLDER)
    return Outcome(state=JobState.CANCELLED, message=told if learned else NOTHING_LEARNED)


def _cancel(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough
    raise TrainingCancelledError(CANCELLED)


def _is_cancelled() -> bool:
    """Whether the signal came."""
    return signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


if __name__ == "__main__":
    leave_a_core()
    status = main(sys.argv[1])
    with contextlib.suppress(OSError):
        sys.stdout.flush()
    os._exit(status)  # threads of TensorFlow must not keep a finished job alive
