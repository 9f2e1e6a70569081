"""Mirror a run's folder to MLflow while it trains."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

import keras

from core.bundles import Bundle
from training.circumstances import circumstances
from training.run_folder import INPUTS_FILE, read_epochs, read_outcome
from training.tracking.content import (
    code_version,
    course_of,
    curve_values,
    headline_tag,
    kept_of,
    parameters_of,
    score_values,
)
from training.tracking.noted import open_run, status_after
from training.tracking.outbox import Outbox, Step
from training.tracking.telling import tell

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

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
            self._outbox.put(
                *self._first,
                self._log_epochs,
                self._log_outcome,
                self._log_plots,
                lambda client, run: client.set_terminated(run, status_after(kind)),
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
            lambda client, run: tell(client, run, parameters=parameters_of(self.about)),
            lambda client, run: tell(client, run, tags=tags),
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
        card = bundle.card
        values = {0: (time.time(), score_values(card.scores, card.refusal))}
        tags = {"bundle": bundle.name, "digest": bundle.digest, **headline_tag(card.scores)}
        self._outbox.put(
            lambda client, run: tell(client, run, values, tags=tags),
            lambda client, run: client.log_artifacts(run, str(bundle.folder), "bundle"),
        )

    def _connect(self) -> tuple["MlflowClient", str]:
        client, run, known = open_run(self.folder, self.name)
        if known:
            history = client.get_metric_history(run, "loss")
            self._logged_epochs = max((metric.step for metric in history), default=0)
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
        tell(client, run, parameters=parameters_of(inputs))

    def _log_epochs(self, client: "MlflowClient", run: str) -> None:
        """Log what the events hold and the store does not: one epoch, or all that it missed."""
        events = read_epochs(self.folder)
        new = {n: (e["time"], curve_values(e)) for n, e in events.items() if n > self._logged_epochs}
        tell(client, run, new)
        self._logged_epochs = max(new, default=self._logged_epochs)

    def _log_outcome(self, client: "MlflowClient", run: str) -> None:
        found = read_outcome(self.folder)
        tags = parameters_of({name: found[name] for name in OUTCOMES if name in found})
        tell(client, run, tags=tags | kept_of(course_of(self.folder)))

    def _log_plots(self, client: "MlflowClient", run: str) -> None:
        from training.plots import plots_page

        page = plots_page(course_of(self.folder), self._bundle.card if self._bundle else None)
        client.log_text(run, page, "plots.html")
