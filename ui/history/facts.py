"""What a run's store knows about it, as far as the person who looks may see it."""

from collections.abc import Mapping
from typing import Final

from training.history import Run
from ui.roles import analyst

FOLDER: Final = "folder"
DATA: Final = "data"


def settings_of(run: Run) -> Mapping[str, str]:
    """What it was started with; where the server keeps the data is for analysts."""
    if analyst() is not None or DATA not in run.parameters:
        return run.parameters
    return {**run.parameters, DATA: run.data}


def facts_of(run: Run) -> Mapping[str, str]:
    """What came to be known of it; where the server keeps it is for analysts."""
    facts = {name: value for name, value in run.tags.items() if not name.startswith("mlflow.")}
    if analyst() is None:
        facts.pop(FOLDER, None)
    return facts | ({"versions.git_commit": run.commit} if run.commit else {})
