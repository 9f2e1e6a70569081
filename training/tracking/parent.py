"""The run above the folds of a cross-validation: what they all were given, and their pooled scores."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from core.bundles import Refusal, Score
from training.history.run import PARENT_TAG
from training.tracking.content import code_version, headline_tag, parameters_of, score_values
from training.tracking.noted import NOTE_FILE, noted_run, open_run, status_after
from training.tracking.outbox import Outbox
from training.tracking.telling import tell

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


class ParentRun:
    """Log what several runs have in common, from the end of the first of them on.

    Whatever breaks on the way to MLflow is a warning. What is gone on with goes on under the id in its
    folder, and what ends before any of the runs has leaves none, and an earlier one as it was.

        with ParentRun(folder, "recommended, 10 folds", inputs) as parent:
            for fold in folds:
                ...
                parent.adopt(fold)
            parent.log_scores(scores, refusal)

    Args:
        folder: that holds the folders of the runs.
        name: what MLflow calls the run.
        inputs: what to log as parameters, nested as you like.
        anew: leave what an earlier call logged alone, and begin another run.
    """

    def __init__(self, folder: Path, name: str, inputs: Mapping[str, object], *, anew: bool = False) -> None:
        self.folder, self.name, self.inputs, self.anew = folder, name, inputs, anew
        self.began = time.time()
        self._outbox = Outbox(self._connect, f"The run {name}")
        self._begun = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._begun:
            self._outbox.put(lambda client, run: client.set_terminated(run, status_after(kind)))
        self._outbox.close()

    def adopt(self, folder: Path) -> None:
        """Put the run of a folder, which ended, below this one."""
        if not self._begun:
            self._begin()

        def put_below(client: "MlflowClient", run: str) -> None:
            if child := noted_run(folder):
                client.set_tag(child, PARENT_TAG, run)

        self._outbox.put(put_below)

    def log_scores(self, scores: Sequence[Score], refusal: Refusal | None) -> None:
        """Log the pooled figures as metrics."""
        values = {0: (time.time(), score_values(scores, refusal))}
        self._outbox.put(lambda client, run: tell(client, run, values, tags=headline_tag(scores)))

    def _begin(self) -> None:
        self._begun = True
        if self.anew:
            (self.folder / NOTE_FILE).unlink(missing_ok=True)
        parameters = parameters_of(self.inputs)
        tags = {"folder": str(self.folder.resolve())} | code_version()
        self._outbox.put(lambda client, run: tell(client, run, parameters=parameters, tags=tags))

    def _connect(self) -> tuple["MlflowClient", str]:
        client, run, _ = open_run(self.folder, self.name, self.began)
        return client, run
