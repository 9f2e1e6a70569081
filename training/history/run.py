"""One run as the History page shows it, and what a store of them can do."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from core.errors import MienError
from training.history.course import PLANNED, Curves, Plan, plan_of

NOTE_TAG: Final = "mlflow.note.content"
LABELS_TAG: Final = "mien.labels"
ARCHIVED_TAG: Final = "mien.archived"
PARENT_TAG: Final = "mlflow.parentRunId"
"""Names the run that a fold belongs to; MLflow shows it below that one."""

COMMIT_TAG: Final = "mlflow.source.git.commit"
HEADLINE_TAG: Final = "mien.headline"
"""Names the data set whose held-out figures are the ones to believe."""

KEPT_ACCURACY_TAG: Final = "kept.val_accuracy"
"""Holds the inner accuracy of the epoch whose weights were kept."""

RUNNING: Final = "running"
LOST: Final = "lost"
"""States of a run; the second is not MLflow's: it ended, and nobody said how."""

EXPERIMENT: Final = "mien"


class HistoryError(MienError):
    """The runs cannot be read or changed."""


@dataclass(frozen=True)
class Run:
    """One training.

    Attributes:
        parameters: settings, nested ones by dotted names (`recipe.batch_size`), as texts.
        metrics: the newest value of each figure.
        seconds: of training, as `trained_for` tells.
        sparkline: inner losses over the epochs, thinned.
    """

    id: str
    name: str
    state: str
    started: datetime
    seconds: float | None
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    sparkline: tuple[float, ...] = field(default=())

    @property
    def recipe(self) -> str:
        """Name of the recipe."""
        return self.parameters.get("recipe.name", "")

    @property
    def plan(self) -> Plan:
        """What its recipe says about how its curves are to be read."""
        return plan_of({name: _parse(self.parameters.get(f"recipe.{name}", "null")) for name in PLANNED})

    @property
    def split(self) -> str:
        """How the test part was kept apart."""
        return self.parameters.get("split", "")

    @property
    def data(self) -> str:
        """The data sets, as they were named."""
        named = _parse(self.parameters.get("data", ""))
        names = named if isinstance(named, list) else [named]
        return ", ".join(str(name).rstrip("/").rpartition("/")[2] for name in names)

    @property
    def above(self) -> str | None:
        """Id of the cross-validation that it is a fold of."""
        return self.tags.get(PARENT_TAG)

    @property
    def fold(self) -> int | None:
        """Which fold it is, from 1; None where it is none."""
        said = self.parameters.get("fold", "")
        return int(said) if said.isdigit() else None

    @property
    def has_folds(self) -> bool:
        """Whether it is a cross-validation."""
        return "folds" in self.parameters and self.fold is None

    @property
    def epochs(self) -> int | None:
        """Epochs trained."""
        said = self.tags.get("epochs", "")
        return int(said) if said.isdigit() else None

    @property
    def inner_accuracy(self) -> float | None:
        """Accuracy on the inner part, on which choices were made, in the epoch that was kept.

        Of one that goes on, or whose weights are the last ones anyway, that of the newest epoch.
        """
        kept = _parse(self.tags.get(KEPT_ACCURACY_TAG, "null"))
        if isinstance(kept, float):
            return kept
        unknown = self.plan.restores_best and self.state == "finished"
        return None if unknown else self.metrics.get("val_accuracy")

    @property
    def accuracy(self) -> float | None:
        """Accuracy on the held-out part, the honest one where there are two."""
        return self._score("accuracy")

    @property
    def macro_f1(self) -> float | None:
        """Macro-F1 on the held-out part."""
        return self._score("macro_f1")

    @property
    def leaks(self) -> bool:
        """Whether its only held-out figures leak."""
        scores = [name for name in self.metrics if name.endswith("/accuracy")]
        return bool(scores) and all("-leaking/" in name for name in scores)

    @property
    def device(self) -> str:
        """What it ran on."""
        return self.tags.get("device", "")

    @property
    def bundle(self) -> str | None:
        """Name of the bundle it left."""
        return self.tags.get("bundle")

    @property
    def commit(self) -> str | None:
        """The commit that the code stood at; None where it was no git checkout."""
        return self.tags.get(COMMIT_TAG)

    @property
    def note(self) -> str:
        """What somebody wrote about it."""
        return self.tags.get(NOTE_TAG, "")

    @property
    def labels(self) -> tuple[str, ...]:
        """Words somebody gave it."""
        return tuple(word for word in self.tags.get(LABELS_TAG, "").split(",") if word)

    @property
    def archived(self) -> bool:
        """Whether it is out of the way."""
        return self.tags.get(ARCHIVED_TAG) == "true"

    def score_name(self, figure: str) -> str | None:
        """Name of the metric to believe for a held-out figure; a leaking one where there is no other.

        Where the run's model was judged on several data sets it is the one that its card names first.
        """
        names = sorted(
            (name for name in self.metrics if name.endswith(f"/{figure}") and name.count("/") == 1),
            key=lambda name: ("-leaking/" in name, name.partition("/")[0] != self.tags.get(HEADLINE_TAG)),
        )
        return names[0] if names else None

    def _score(self, figure: str) -> float | None:
        name = self.score_name(figure)
        return self.metrics[name] if name else None


def trained_for(timed: float | None, tags: Mapping[str, str], from_end_to_end: float | None) -> float | None:
    """Seconds of training, without the pauses of a run that was resumed.

    Args:
        timed: all epochs together; None where they were not timed.
        tags: of the run; what the training said of itself, which leaves out what came before a pause.
        from_end_to_end: from its first start to its end, pauses too; None for one that goes on.
    """
    if timed is not None:
        return timed
    said = _parse(tags.get("seconds", "null"))
    return float(said) if isinstance(said, int | float) else from_end_to_end


def _parse(text: str) -> Any:  # noqa: ANN401 - whatever a setting may be
    """A parameter as it was before it became a text."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def experiment_name() -> str:
    """The experiment that runs are logged to; an empty variable counts as none."""
    return os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT


class History(Protocol):
    """A store of runs. Every method raises `HistoryError` where it cannot be reached."""

    def version(self) -> str:
        """Changes when the runs do; "" where that cannot be said without reading them."""

    def runs(self) -> tuple[Run, ...]:
        """All runs that were not deleted, newest first."""

    def curves(self, run: str) -> Curves:
        """What a run told each epoch."""

    def tag(self, run: str, name: str, value: str) -> None:
        """Write a tag: a note, labels, archived or not."""

    def delete(self, run: str) -> None:
        """Delete a run, as MLflow does: `mlflow gc` removes it for good."""
