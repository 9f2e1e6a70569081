"""What a job is at, one phrase in a file of its folder."""

from pathlib import Path
from typing import Final

from core.durable import replace_text

STAGE_FILE: Final = "stage"
EXPORTING: Final = "Exporting the model"
COMPARING: Final = "Comparing with the champion"
AFTER_TRAINING: Final = frozenset({EXPORTING, COMPARING})


def enter_stage(folder: Path, stage: str) -> None:
    """Say what comes now, in the folder and in the job's log."""
    print(f"{stage} …", flush=True)  # noqa: T201 - the job's log
    replace_text(folder / STAGE_FILE, stage)


def read_stage(folder: Path) -> str:
    """What a job is at."""
    file = folder / STAGE_FILE
    return file.read_text(encoding="utf-8") if file.exists() else "Starting"
