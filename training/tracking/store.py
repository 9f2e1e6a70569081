"""Open the MLflow store that runs are logged to, and make it where there is none yet."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock

from core.settings import settings
from training.history.run import experiment_name

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

ENVIRONMENT: Final = {
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "0",  # the tracker tries again by itself, and says so once
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "5",
    "MLFLOW_LOGGING_LEVEL": "ERROR",  # its store announces each table that it makes
    "MLFLOW_DISABLE_TELEMETRY": "true",
}
"""What Mien sets for MLflow where the user has not; by default a dead server holds a caller for minutes."""


def tracking_uri() -> str:
    """Where runs go: `MLFLOW_TRACKING_URI`, or a SQLite file under `MIEN_HOME`."""
    return os.environ.get("MLFLOW_TRACKING_URI") or _sqlite(_default_file())


def open_store() -> tuple["MlflowClient", str]:
    """Connect; returns the client and the id of Mien's experiment.

    Importing MLflow takes 3 s and making the SQLite file as long again, so call it off the main path.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    from mlflow.tracking import MlflowClient

    uri = tracking_uri()
    if uri.startswith("http"):
        client = MlflowClient(uri)
        return client, _experiment(client, None)
    home = settings().home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with FileLock(home / ".runs.lock", timeout=120):  # MLflow's migrations break when two processes run them
        if uri == _sqlite(_default_file()) and not _default_file().exists():
            _make(_default_file())
        client = MlflowClient(uri)
        return client, _experiment(client, (home / "artifacts").as_uri())


def _experiment(client: "MlflowClient", location: str | None) -> str:
    from mlflow.exceptions import MlflowException

    name = experiment_name()
    found = client.get_experiment_by_name(name)
    if found is None:
        try:
            return str(client.create_experiment(name, artifact_location=location))
        except MlflowException:
            found = client.get_experiment_by_name(name)  # another machine was faster
            if found is None:
                raise
    return str(found.experiment_id)


def _make(file: Path) -> None:
    """Make the store beside its place and move it there whole: a kill leaves no half-migrated one."""
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    new = file.with_suffix(".new")
    new.unlink(missing_ok=True)
    store = SqlAlchemyStore(_sqlite(new), (file.parent / "artifacts").as_uri())
    store.engine.dispose()
    new.replace(file)


def _default_file() -> Path:
    return settings().home.resolve() / "runs.db"


def _sqlite(file: Path) -> str:
    return f"sqlite:///{file.as_posix()}"
