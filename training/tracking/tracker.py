"""Mirror a run's folder to MLflow while it trains."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import keras

from core.bundles import Bundle
from core.durable import replace_text
from training.circumstances import circumstances
from training.run_folder import INPUTS_FILE, TrainingCancelledError, read_epochs, read_outcome
from training.tracking.content import (
    code_version,
    course_of,
    curve_values,
    headline_of,
    kept_of,
    parameters_of,
    score_values,
)
from training.tracking.outbox import Outbox, Step, without_password
from training.tracking.store import open_store, tracking_uri

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

NOTE_FILE: Final = "mlflow.json"
OUTCOMES: Final = ("rows", "epochs", "seconds", "precision")


class Tracker(keras.callbacks.Callback):
    """Log one run: hand it to the training as a watcher, and end it by leaving the `with` block.

    Whatever breaks on the way to MLflow is a warning. A resumed run goes on under the id in its folder.

        with Tracker(folder, "mien-8 (subject)", data="fer2013plus") as tracker:
            train_run(recipe, parts, seed, folder, watchers=[tracker])
            tracker.log_bundle(bundle_run(folder, parts, naming, target))

    Args:
        folder: the run's folder, as `train_run` keeps it.
        name: what MLflow calls the run.
        about: what else to log as parameters.
    """

    def __init__(self, folder: Path, name: str, **about: object) -> None:
        super().__init__()
        self.folder, self.name, self.about = folder, name, about
        self._outbox = Outbox(self._connect, f"The run {name}")
        self._begun = False
        self._first: tuple[Step, ...] = ()
        self._logged_epochs = 0
        self._bundle: Bundle | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Log how it ended; a training that never began leaves no run."""
        if self._begun:
            status = "FINISHED"
            if kind is not None:
                stopped = issubclass(kind, TrainingCancelledError | KeyboardInterrupt | SystemExit)
                status = "KILLED" if stopped else "FAILED"
            self._outbox.put(
                *self._first,
                self._log_epochs,
                self._log_outcome,
                self._log_plots,
                lambda client, run: client.set_terminated(run, status),
            )
        self._outbox.close()

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Get ready to log what goes in; Keras calls it."""
        if self._begun:  # the next of several networks
            return
        self._begun = True
        tags = parameters_of({**self._circumstances(), "folder": str(self.folder.resolve())}) | code_version()
        self._first = (
            self._log_inputs,
            lambda client, run: _log(client, run, parameters=parameters_of(self.about)),
            lambda client, run: _log(client, run, tags=tags),
        )

    def on_train_batch_begin(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Log what goes in once the graph is traced, with which importing MLflow would take turns."""
        if batch:
            self._put_first()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Log an epoch's figures; Keras calls it."""
        self._put_first()
        self._outbox.put(self._log_epochs)

    def log_bundle(self, bundle: Bundle) -> None:
        """Log what came out: the bundle's files, and each score as metrics.

        The rest too, where no training began because the run had come to its end before, here or elsewhere.
        """
        self.on_train_begin()
        self._bundle = bundle
        values = {0: (time.time(), score_values(bundle.card))}
        tags = {"bundle": bundle.name, "digest": bundle.digest, **headline_of(bundle.card)}
        self._outbox.put(
            lambda client, run: _log(client, run, values, tags=tags),
            lambda client, run: client.log_artifacts(run, str(bundle.folder), "bundle"),
        )

    def _connect(self) -> tuple["MlflowClient", str]:
        """Open the store and the run: the one noted in the folder where it still exists, else a new one."""
        client, experiment = open_store()
        noted = _noted_run(self.folder)
        if noted is not None and _exists(client, noted):
            client.update_run(noted, status="RUNNING")
            history = client.get_metric_history(noted, "loss")
            self._logged_epochs = max((metric.step for metric in history), default=0)
            return client, noted
        run = str(client.create_run(experiment, run_name=self.name).info.run_id)
        note = {"tracking_uri": without_password(tracking_uri()), "run_id": run}
        replace_text(self.folder / NOTE_FILE, json.dumps(note))
        return client, run

    def _put_first(self) -> None:
        if self._first:
            self._outbox.put(*self._first)
            self._first = ()

    def _circumstances(self) -> Mapping[str, object]:
        """Those of the training, also where it came to its end elsewhere."""
        found = read_outcome(self.folder)
        return {name: found.get(name, value) for name, value in circumstances().items()}

    def _log_inputs(self, client: "MlflowClient", run: str) -> None:
        inputs = json.loads((self.folder / INPUTS_FILE).read_text())
        _log(client, run, parameters=parameters_of(inputs))

    def _log_epochs(self, client: "MlflowClient", run: str) -> None:
        """Log what the events hold and the store does not: one epoch, or all that it missed."""
        events = read_epochs(self.folder)
        new = {n: (e["time"], curve_values(e)) for n, e in events.items() if n > self._logged_epochs}
        _log(client, run, new)
        self._logged_epochs = max(new, default=self._logged_epochs)

    def _log_outcome(self, client: "MlflowClient", run: str) -> None:
        found = read_outcome(self.folder)
        tags = parameters_of({name: found[name] for name in OUTCOMES if name in found})
        _log(client, run, tags=tags | kept_of(course_of(self.folder)))

    def _log_plots(self, client: "MlflowClient", run: str) -> None:
        from training.plots import plots_page

        page = plots_page(course_of(self.folder), self._bundle.card if self._bundle else None)
        client.log_text(run, page, "plots.html")


def _noted_run(folder: Path) -> str | None:
    """The id of a folder's run in the store that is in use."""
    file = folder / NOTE_FILE
    note = json.loads(file.read_text()) if file.exists() else {}
    return str(note["run_id"]) if note.get("tracking_uri") == without_password(tracking_uri()) else None


def _exists(client: "MlflowClient", run: str) -> bool:
    from mlflow.exceptions import MlflowException

    try:
        return bool(client.get_run(run).info.lifecycle_stage == "active")
    except MlflowException as error:
        if error.get_http_status_code() >= 500:
            raise
        return False


def _log(
    client: "MlflowClient",
    run: str,
    metrics: Mapping[int, tuple[float, Mapping[str, float]]] | None = None,
    parameters: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Log everything in one call; `metrics` holds, by step, a time in seconds and values."""
    from mlflow.entities import Metric, Param, RunTag

    client.log_batch(
        run,
        metrics=[
            Metric(name, value, int(when * 1000), step)
            for step, (when, values) in (metrics or {}).items()
            for name, value in values.items()
        ],
        params=[Param(name, value) for name, value in (parameters or {}).items()],
        tags=[RunTag(name, value) for name, value in (tags or {}).items()],
    )
