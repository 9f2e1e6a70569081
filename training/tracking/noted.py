"""The MLflow run that a folder goes under, however often what is in it is gone on with."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.durable import replace_text
from training.run_folder import TrainingCancelledError
from training.tracking.outbox import without_password
from training.tracking.store import open_store, tracking_uri

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

NOTE_FILE: Final = "mlflow.json"


def open_run(folder: Path, name: str, began: float | None = None) -> tuple["MlflowClient", str, bool]:
    """Open the store and the run: the one noted in the folder where it still exists, else a new one.

    Args:
        began: seconds since the epoch of 1970, of a new one; None: now.

    Returns:
        the client, the id of the run, and whether it was there before.
    """
    client, experiment = open_store()
    noted = noted_run(folder)
    if noted is not None and _exists(client, noted):
        client.update_run(noted, status="RUNNING")
        return client, noted, True
    start = None if began is None else int(began * 1000)
    run = str(client.create_run(experiment, start, {"folder": str(folder.resolve())}, name).info.run_id)
    note = {"tracking_uri": without_password(tracking_uri()), "run_id": run}
    replace_text(folder / NOTE_FILE, json.dumps(note))
    return client, run, False


def noted_run(folder: Path) -> str | None:
    """The id of a folder's run in the store that is in use; None where it has none there."""
    file = folder / NOTE_FILE
    note = json.loads(file.read_text()) if file.exists() else {}
    return str(note["run_id"]) if note.get("tracking_uri") == without_password(tracking_uri()) else None


def status_after(error: type[BaseException] | None) -> str:
    """How MLflow calls the end of a run that an error ended, or none."""
    if error is None:
        return "FINISHED"
    stopped = issubclass(error, TrainingCancelledError | KeyboardInterrupt | SystemExit)
    return "KILLED" if stopped else "FAILED"


def _exists(client: "MlflowClient", run: str) -> bool:
    from mlflow.exceptions import MlflowException

    try:
        return bool(client.get_run(run).info.lifecycle_stage == "active")
    except MlflowException as error:
        if error.get_http_status_code() >= 500:
            raise
        return False
