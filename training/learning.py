"""Teach one network."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import keras
import numpy as np
import numpy.typing as npt

from core.bundles import Bundle
from core.errors import RecipeError
from training.accelerator import compiles, has_gpu
from training.augmentation import FusedAugmentation
from training.batches import EpochBatches, Mixup, ResidentCrops
from training.callbacks import Cancel, Checkpoint, Events, KeepMemory, Reseed, StopWhereDiverged
from training.datasets.labelled import LabelledCrops
from training.devices import find_devices
from training.distillation import Taught, Teacher, build_teacher, trust_of
from training.initial import start_from
from training.jobs.failures import NO_MEMORY
from training.networks import build_network, fuse, most_numbers
from training.precision import planned_precision
from training.recipe import Recipe

REACHES: Final = 6
"""How often a training is at least as long as its averaged weights reach back."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """What all members of a training have in common.

    Attributes:
        train: what is learned from.
        inner: held apart from `train`; decides when to stop and when to lower the learning rate.
        columns: which columns of `LabelledCrops.targets` the outputs stand for.
        seed: of weights, draws and augmentation.
        run: folder for checkpoints and events.
        initial: whose weights to start from; None starts from random ones.
        teacher: whose answers to learn from besides the labels; None: from the labels alone.
        watchers: further callbacks; they may look but not change anything.
    """

    recipe: Recipe
    train: LabelledCrops
    inner: LabelledCrops
    columns: tuple[int, ...]
    seed: int
    run: Path
    initial: Bundle | None = None
    teacher: Bundle | None = None
    watchers: Sequence[keras.callbacks.Callback] = ()
    verbose: int = 0


def learn(lesson: Lesson, member: int) -> tuple[keras.Model, list[dict[str, float]]]:
    """Train one network; where the run's folder holds a checkpoint of it, go on from that.

    Epochs are counted through all members, so that each draws its own batches and changes crops in its own
    way.

    Args:
        member: from 0.

    Returns:
        the network in float32, and the figures of each of its epochs.

    Raises:
        RecipeError: as `fit`.
        TrainingCancelledError: as `fit`.
    """
    recipe, columns = lesson.recipe, lesson.columns
    keras.utils.set_random_seed(_seed_of(member, lesson.seed))
    keras.config.set_dtype_policy(planned_precision(recipe, has_gpu()))
    try:
        network = fuse(build_network(recipe, len(columns)))
        if lesson.initial is not None:
            start_from(network, columns, lesson.initial, member)
        first = network.get_weights()
        crops = np.concatenate([lesson.train.crops, lesson.inner.crops])
        teacher = build_teacher(lesson.teacher, columns) if lesson.teacher else None
        _require_memory(max(most_numbers(network), teacher.most_numbers if teacher else 0), recipe)
        trainer = _build_trainer(recipe, network, crops, lesson.seed, teacher)
    finally:
        keras.config.set_dtype_policy("float32")
    trust = trust_of(lesson.train, lesson.teacher, recipe.teacher_share) if lesson.teacher else None
    batches = EpochBatches(lesson.train, lesson.train.targets[:, columns], recipe, lesson.seed, trust)
    if lesson.initial is None:
        _forget_first_statistics(network, recipe.epochs * batches.steps)
    _compile(recipe, trainer, batches.steps)
    callbacks = _callbacks(recipe)
    checkpoint = _checkpoint(lesson.run, member, callbacks)
    begin, end = recipe.epochs * member, recipe.epochs * (member + 1)
    batches.first_epoch = max(begin, checkpoint.restore(trainer))
    trainer.fit(
        batches,
        steps_per_epoch=batches.steps,
        initial_epoch=end if checkpoint.finished else batches.first_epoch,
        epochs=end,
        validation_data=_inner_batches(
            recipe, len(lesson.train), lesson.inner.targets[:, columns], taught=teacher is not None
        ),
        validation_batch_size=512,
        shuffle=False,  # `batches` are drawn already
        callbacks=[
            KeepMemory(),
            Reseed(lesson.seed),
            *callbacks,
            Cancel(lesson.run, checkpoint),
            Events(lesson.run, batches.count, recipe.all_epochs),
            checkpoint,
            *lesson.watchers,
        ],
        verbose=lesson.verbose,
    )
    _require_numbers(checkpoint.curves, network)
    weights = network.get_weights()
    if lesson.initial is not None and recipe.keep_initial:
        weights = average_weights(weights, first, recipe.keep_initial)
    plain = build_network(recipe, len(columns))
    plain.set_weights(weights)
    return plain, checkpoint.curves


def _seed_of(member: int, seed: int) -> int:
    """The first member has the run's own seed."""
    return int(np.random.SeedSequence([seed, member]).generate_state(1)[0]) if member else seed


def _require_memory(numbers: int, recipe: Recipe) -> None:
    """Refuse what cannot fit: TensorFlow's convolutions may crash without a word where memory runs out.

    Args:
        numbers: that the largest layer gives for a crop.
    """
    size = np.dtype("float32").itemsize if keras.config.dtype_policy().compute_dtype == "float32" else 2
    if numbers * size * recipe.batch_size > find_devices()[0].memory:
        raise RecipeError(NO_MEMORY)


def _require_numbers(curves: Sequence[dict[str, float]], network: keras.Model) -> None:
    """Refuse what diverged: `StopWhereDiverged` ends such a training without a word."""
    losses = [curves[-1][name] for name in ("loss", "val_loss")] if curves else []
    if np.isfinite(losses).all() and all(np.isfinite(weight).all() for weight in network.get_weights()):
        return
    raise RecipeError(
        f"The training diverged in epoch {len(curves)}: its loss or weights are no numbers any more. Start "
        "it anew with a smaller learning rate, a tenth say."
    )


def average_weights(
    trained: Sequence[npt.NDArray[np.float32]], first: Sequence[npt.NDArray[np.float32]], share: float
) -> list[npt.NDArray[np.float32]]:
    """Average fine-tuned weights with those that training started from (WiSE-FT, Wortsman et al., CVPR 2022).

    What was learned before is then not lost, and most of what was learned now is kept.

    Args:
        share: of `first`, 0 to 1.
    """
    return [(1 - share) * new + share * old for new, old in zip(trained, first, strict=True)]


def _checkpoint(run: Path, member: int, callbacks: Sequence[keras.callbacks.Callback]) -> Checkpoint:
    kinds = (keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau)
    averaging = next((c for c in callbacks if isinstance(c, keras.callbacks.SwapEMAWeights)), None)
    return Checkpoint(run, member, [c for c in callbacks if isinstance(c, kinds)], averaging)


def _build_trainer(
    recipe: Recipe,
    network: keras.Model,
    crops: npt.NDArray[np.uint8],
    seed: int,
    teacher: Teacher | None = None,
) -> keras.Model:
    rows = keras.Input((2 if recipe.mixup else 1,), dtype="int32", name="rows")
    shares = keras.Input((1,), dtype="float32", name="shares")
    x = ResidentCrops(crops)(rows)
    x = FusedAugmentation(recipe.augmentation, seed)(x)
    if recipe.mixup:
        x = Mixup(dtype="float32")(x, shares)
    inputs, logits = {"rows": rows, "shares": shares}, network(x)
    if teacher is not None:
        inputs["trust"] = keras.Input((1,), dtype="float32", name="trust")
        logits = Taught(dtype="float32")(logits, teacher(x), inputs["trust"])
    return keras.Model(inputs, logits)


def _compile(recipe: Recipe, trainer: keras.Model, steps: int) -> None:
    rate: float | keras.optimizers.schedules.LearningRateSchedule = recipe.learning_rate
    if recipe.schedule == "cosine":
        warmup = min(round(recipe.warmup_epochs * steps), recipe.epochs * steps // 5)  # of a short one
        rate = keras.optimizers.schedules.CosineDecay(
            recipe.learning_rate / 100 if warmup else recipe.learning_rate,
            max(1, recipe.epochs * steps - warmup),
            warmup_target=recipe.learning_rate if warmup else None,
            warmup_steps=warmup,
        )
    ema = {
        "use_ema": recipe.ema is not None,
        "ema_momentum": _within(recipe.ema or 0.99, recipe.epochs * steps),
    }
    if recipe.optimizer == "adamw":
        optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, **ema)
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    else:
        optimizer = keras.optimizers.Adam(rate, **ema)
    trainer.compile(
        optimizer,
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        jit_compile=compiles(),
    )
    optimizer.build(trainer.trainable_variables)  # variables made inside the step have it traced twice


def _forget_first_statistics(network: keras.Model, steps: int) -> None:
    """Have batch normalisation forget the statistics that it begins with, which no crop gave."""
    for layer in network.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = _within(layer.momentum, steps)


def _within(momentum: float, steps: int) -> float:
    """The momentum of a moving average, or less where a training is short.

    What it began with counts e⁻⁶, a quarter of a percent, or less at the end.
    """
    return min(momentum, max(0.0, 1 - REACHES / steps))


def _inner_batches(
    recipe: Recipe, offset: int, targets: npt.NDArray[np.float32], *, taught: bool
) -> tuple[dict[str, npt.NDArray[np.generic]], npt.NDArray[np.float32]]:
    rows = np.arange(offset, offset + len(targets), dtype=np.int32)[:, None]
    rows = np.repeat(rows, 2 if recipe.mixup else 1, axis=1)
    ones = np.ones((len(targets), 1), np.float32)
    batch: dict[str, npt.NDArray[np.generic]] = {"rows": rows, "shares": ones}
    if taught:  # judged by the labels alone
        batch["trust"] = 0 * ones
    return batch, targets


def _callbacks(recipe: Recipe) -> list[keras.callbacks.Callback]:
    callbacks: list[keras.callbacks.Callback] = [StopWhereDiverged()]
    if recipe.ema is not None:
        callbacks.append(keras.callbacks.SwapEMAWeights())
    if recipe.schedule == "plateau":
        callbacks.append(
            keras.callbacks.ReduceLROnPlateau(
                factor=recipe.plateau_factor, patience=recipe.plateau_patience, min_lr=recipe.plateau_floor
            )
        )
    if recipe.early_stopping is not None:
        callbacks.append(
            keras.callbacks.EarlyStopping(patience=recipe.early_stopping, restore_best_weights=True)
        )
    return callbacks
