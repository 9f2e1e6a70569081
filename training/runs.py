"""One training from data to a folder that evaluation and export read."""

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import keras
import numpy as np

from core.bundles import Bundle
from core.durable import replace_text
from core.errors import DataError
from training.accelerator import has_gpu
from training.circumstances import circumstances
from training.datasets.families import learned_names
from training.datasets.labelled import NOT_A_FACE, LabelledCrops
from training.datasets.near_duplicates import first_of_their_kind
from training.datasets.nonfaces import make_nonfaces
from training.datasets.read_data import log_skipped
from training.datasets.reading import read
from training.datasets.recutting import recut
from training.fitting import Fitted, fit
from training.networks import load_network
from training.opening import COMPUTED, open_run
from training.overlap import Overlap
from training.precision import planned_precision
from training.recipe import Recipe
from training.run_folder import RUN_FILE, read_outcome, telling_damage
from training.splits import (
    NOTHING_TO_JUDGE,
    Rows,
    Split,
    SplitKind,
    keep_own_test,
    split,
    split_inner,
    why_nothing,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Parts:
    """The data of one run, divided.

    Attributes:
        tested: which rows of the data `test` holds.
    """

    train: LabelledCrops
    inner: LabelledCrops
    test: LabelledCrops
    split: SplitKind
    leaks: bool
    tested: Rows

    def overlap(self, tested: LabelledCrops) -> Overlap:
        """What rows of the test part have in common with the other two."""
        return Overlap.between(tested, self.train, self.inner)

    @property
    def unseen_nonfaces(self) -> LabelledCrops:
        """The test part's crops without a face, less those like one in the other parts or one before them.

        FER+'s hold one black picture twelve times.
        """
        tested, train, inner = (
            part.take(part.labels == NOT_A_FACE) for part in (self.test, self.train, self.inner)
        )
        return tested.take(first_of_their_kind(tested.crops, np.concatenate([train.crops, inner.crops])))

    @property
    def digest(self) -> str:
        """SHA-256 over all three parts."""
        return hashlib.sha256(
            "".join(part.digest for part in (self.train, self.inner, self.test)).encode()
        ).hexdigest()


def divide(data: LabelledCrops, recipe: Recipe, kind: SplitKind, seed: int) -> Parts:
    """Split data once for a recipe.

    Raises:
        DataError: the data cannot be split so, or nothing is left to judge on.
    """
    found = split(data, kind, seed)
    if not len(found.test):
        raise DataError(NOTHING_TO_JUDGE)
    return take_apart(data, recipe, found, seed)


def divide_whole(data: LabelledCrops, recipe: Recipe, kind: SplitKind, seed: int) -> Parts:
    """Learn from all that no data set keeps for its own test: such a model is judged by cross-validation."""
    return take_apart(data, recipe, keep_own_test(data, kind), seed)


def take_apart(data: LabelledCrops, recipe: Recipe, found: Split, seed: int) -> Parts:
    """Set an inner part aside by the split's rule; made non-faces join the training and inner parts only.

    Raises:
        DataError: nothing is left to learn from, or to choose by.
    """
    rest = data.take(found.train)
    if told := why_nothing(data, found):
        raise DataError(told)
    _tell_left_out(data, found)
    rows, inner_rows = split_inner(rest, found.kind, recipe.inner_share, seed)
    train, inner = rest.take(rows), rest.take(inner_rows)
    inner = inner.take(np.isin(inner.labels, train.labels))  # of a class that nobody is left to show
    faces, chosen_by = (part.labels[part.labels != NOT_A_FACE] for part in (train, inner))
    if len(np.unique(faces)) < 2 or not len(chosen_by):
        raise DataError("Too little is left to learn from and to choose by: add people and expressions.")
    if recipe.made_nonfaces:
        train, inner = (
            LabelledCrops.concatenate(
                [part, make_nonfaces(part.crops, max(1, round(recipe.made_nonfaces * share)), seed + offset)]
            )
            for part, share, offset in ((train, 1 - recipe.inner_share, 0), (inner, recipe.inner_share, 1))
        )
    return Parts(train, inner, data.take(found.test), found.kind, found.leaks, found.test)


def _tell_left_out(data: LabelledCrops, found: Split) -> None:
    """Say what a split keeps from both sides: a data set's own division may have people on both."""
    given = len(data) - len(found.test)
    lost = given - len(found.train)
    if found.kind != "official" and lost:
        shown = "people" if found.kind == "subject" else "recordings"
        log.warning(
            "left out %d of %d pictures to learn from: they show %s of the test part, or near-copies of it",
            lost,
            given,
            shown,
        )


def load(paths: Sequence[str | Path], recipe: Recipe) -> LabelledCrops:
    """Read data sets and cut their crops as the recipe asks."""
    data = read(paths)
    log_skipped(data.skipped)
    return recut(data.crops) if recipe.recut else data.crops


def train_run(
    recipe: Recipe,
    parts: Parts,
    seed: int,
    folder: Path,
    *,
    initial: Bundle | None = None,
    teacher: Bundle | None = None,
    resume: bool = False,
    verbose: int = 0,
    watchers: Sequence[keras.callbacks.Callback] = (),
) -> Fitted:
    """Train, and leave recipe, curves, network and circumstances in `folder`.

    Args:
        initial: whose weights to start from; None starts from random ones.
        teacher: whose answers to learn from besides the labels; None: from the labels alone.
        resume: go on from the folder's newest checkpoint, or take what it finished; otherwise what the folder
            held is removed.
        watchers: further callbacks; they may look but not change anything.

    Raises:
        DataError: the folder's run was begun with other data or settings, or is damaged.
        RecipeError: `initial` holds another network than the recipe asks for, or `teacher` cannot be asked.
    """
    inputs: dict[str, object] = {
        "recipe": recipe.model_dump(mode="json"),
        "split": parts.split,
        "seed": seed,
        "initial": initial.digest if initial else None,
        "teacher": teacher.digest if teacher else None,
        "data_digest": parts.digest,
        COMPUTED: f"{keras.backend.backend()} in {planned_precision(recipe, has_gpu())}",
    }
    with open_run(folder, inputs, resume) as let_go:
        (folder / "recipe.json").write_text(recipe.model_dump_json(indent=2), encoding="utf-8")
        if (folder / RUN_FILE).exists():
            return _read_finished(folder)
        begins = keras.callbacks.LambdaCallback(on_train_begin=lambda _: let_go())
        watched = (begins, *watchers)
        fitted = fit(recipe, parts.train, parts.inner, seed, folder, verbose, initial, teacher, watched)
        (folder / "curves.json").write_text(json.dumps(fitted.history))
        fitted.network.save(folder / "network.keras")
        replace_text(
            folder / RUN_FILE,
            json.dumps(
                {
                    "created": datetime.now(UTC).isoformat(timespec="seconds"),
                    "split": parts.split,
                    "seed": seed,
                    "initial": initial.name if initial else None,
                    "teacher": teacher.name if teacher else None,
                    "learned_before": sorted(seen_by(initial, teacher)),
                    "data_digest": parts.digest,
                    "columns": fitted.columns,
                    "sources": learned_names(parts.train, parts.test),
                    "rows": {name: len(getattr(parts, name)) for name in ("train", "inner", "test")},
                    "epochs": len(fitted.history["loss"]),
                    "seconds": round(fitted.seconds, 1),
                    "precision": fitted.precision,
                    **circumstances(),
                },
                indent=2,
            ),
        )
    return fitted


def seen_by(*bundles: Bundle | None) -> frozenset[str]:
    """Every data set that one of these models, or one before it, has learned from."""
    return frozenset(source for one in bundles if one for source in one.card.training.all_sources)


def _read_finished(folder: Path) -> Fitted:
    """What a training that came to its end left behind, here or on the machine it was brought from."""
    with telling_damage(folder):
        about = read_outcome(folder)
        return Fitted(
            network=load_network(folder / "network.keras"),
            columns=tuple(about["columns"]),
            history=json.loads((folder / "curves.json").read_text()),
            precision=about["precision"],
            seconds=about["seconds"],
        )
