"""Train the networks of a recipe on one part of the data."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np

from core.bundles import Bundle
from training.accelerator import has_gpu
from training.callbacks.events import seconds_of_epochs
from training.datasets.labelled import COLUMNS, LabelledCrops
from training.learning import Lesson, learn
from training.networks import average
from training.precision import planned_precision
from training.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained network with how it came about.

    Attributes:
        network: float32, its members averaged, uint8 crops (n, 48, 48, 1) to logits (n, classes).
        columns: which columns of `LabelledCrops.targets` the outputs stand for.
        history: one list a curve, one number an epoch, those of one member after another.
        seconds: wall-clock time of the training, that before it was killed and resumed included.
    """

    network: keras.Model
    columns: tuple[int, ...]
    history: dict[str, list[float]]
    precision: str
    seconds: float


def fit(
    recipe: Recipe,
    train: LabelledCrops,
    inner: LabelledCrops,
    seed: int,
    run: Path,
    verbose: int = 0,
    initial: Bundle | None = None,
    teacher: Bundle | None = None,
    watchers: Sequence[keras.callbacks.Callback] = (),
) -> Fitted:
    """Train a recipe's networks, one after another; where the run's folder holds a checkpoint, go on from it.

    Args:
        train: what is learned from.
        inner: held apart from `train`; decides when to stop and when to lower the learning rate.
        seed: of weights, draws and augmentation.
        run: folder for checkpoints and events.
        initial: whose weights to start from; None starts from random ones.
        teacher: whose answers to learn from besides the labels; None: from the labels alone.
        watchers: further callbacks; they may look but not change anything.

    Raises:
        RecipeError: `initial` holds another network than the recipe asks for, `teacher` cannot be asked,
            the device has too little memory for what one layer gives, or the training diverged.
        TrainingCancelledError: a file called `cancel` appeared in the run's folder.
    """
    run.mkdir(parents=True, exist_ok=True)
    columns = present_columns(train)
    lesson = Lesson(recipe, train, inner, columns, seed, run, initial, teacher, watchers, verbose)
    start = time.perf_counter()
    learned = [learn(lesson, member) for member in range(recipe.members)]
    return Fitted(
        network=average([network for network, _ in learned], recipe.mirror),
        columns=columns,
        history=_curves([figures for _, curves in learned for figures in curves]),
        precision=planned_precision(recipe, has_gpu()),
        seconds=max(time.perf_counter() - start, seconds_of_epochs(run)),
    )


def _curves(epochs: Sequence[dict[str, float]]) -> dict[str, list[float]]:
    """One list a curve from one mapping an epoch."""
    return {name: [values[name] for values in epochs] for name in epochs[0]} if epochs else {}


def present_columns(data: LabelledCrops) -> tuple[int, ...]:
    """The columns that are some row's label; a class nobody shows gets no output."""
    return tuple(int(c) for c in np.flatnonzero(np.bincount(data.labels, minlength=COLUMNS)))
