"""Where the runs are."""

import os
from pathlib import Path
from typing import Final

from core.settings import settings
from training.history.run import History, HistoryError

RUNS_FILE: Final = "runs.db"


def open_history() -> History:
    """The store that runs are logged to: `MLFLOW_TRACKING_URI`, or the SQLite file under `MIEN_HOME`."""
    uri = os.environ.get("MLFLOW_TRACKING_URI", "")
    if uri.startswith(("http://", "https://")):
        from training.history.server_history import ServerHistory

        return ServerHistory(uri)
    if uri and not uri.startswith("sqlite:///"):
        raise HistoryError(
            "The History page reads MLflow's SQLite files and servers: start a server for this store, "
            "and name it in MLFLOW_TRACKING_URI."
        )
    from training.history.sqlite_history import SqliteHistory

    file = (
        Path(uri.removeprefix("sqlite:///")) if uri.startswith("sqlite:///") else settings().home / RUNS_FILE
    )
    return SqliteHistory(file)
