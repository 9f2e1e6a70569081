"""Train the network of a recipe on one part of the data."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt

from core.bundles import Bundle
from core.errors import RecipeError
from training.accelerator import has_gpu
from training.augmentation import FusedAugmentation
from training.batches import EpochBatches, Mixup, ResidentCrops
from training.callbacks import Cancel, Checkpoint, Events, Reseed
from training.callbacks.events import seconds_of_epochs
from training.datasets.labelled import COLUMNS, LabelledCrops
from training.devices import find_devices
from training.initial import start_from
from training.jobs.failures import NO_MEMORY
from training.networks import build_network, fuse, mirror
from training.precision import planned_precision
from training.recipe import Recipe


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained network with how it came about.

    Attributes:
        network: float32, uint8 crops (n, 48, 48, 1) to logits (n, classes).
        columns: which columns of `LabelledCrops.targets` the outputs stand for.
        history: one list a curve, one number an epoch.
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
    watchers: Sequence[keras.callbacks.Callback] = (),
) -> Fitted:
    """Train a recipe's network; where the run's folder holds a checkpoint, go on from it.

    Args:
        train: what is learned from.
        inner: held apart from `train`; decides when to stop and when to lower the learning rate.
        seed: of weights, draws and augmentation.
        run: folder for checkpoints and events.
        initial: whose weights to start from; None starts from random ones.
        watchers: further callbacks; they may look but not change anything.

    Raises:
        RecipeError: `initial` holds another network than the recipe asks for, the device has too little
            memory for what one layer gives, or the training diverged.
        TrainingCancelledError: a file called `cancel` appeared in the run's folder.
    """
    keras.utils.set_random_seed(seed)
    run.mkdir(parents=True, exist_ok=True)
    columns = present_columns(train)
    policy = planned_precision(recipe, has_gpu())
    keras.config.set_dtype_policy(policy)
    try:
        network = fuse(build_network(recipe, len(columns)))
        _require_memory(network, recipe)
        if initial is not None:
            start_from(network, columns, initial)
        first = network.get_weights()
        trainer = _build_trainer(recipe, network, np.concatenate([train.crops, inner.crops]), seed)
    finally:
        keras.config.set_dtype_policy("float32")
    batches = EpochBatches(train, train.targets[:, columns], recipe, seed)
    _compile(recipe, trainer, batches.steps)
    callbacks = _callbacks(recipe)
    checkpoint = _checkpoint(run, callbacks)
    done = batches.first_epoch = checkpoint.restore(trainer)
    start = time.perf_counter()
    trainer.fit(
        batches,
        steps_per_epoch=batches.steps,
        initial_epoch=recipe.epochs if checkpoint.finished else done,
        epochs=recipe.epochs,
        validation_data=_inner_batches(recipe, len(train), inner.targets[:, columns]),
        validation_batch_size=512,
        shuffle=False,  # `batches` are drawn already
        callbacks=[
            Reseed(seed),
            *callbacks,
            Cancel(run),
            Events(run, batches.count),
            checkpoint,
            *watchers,
        ],
        verbose=verbose,
    )
    _require_numbers(checkpoint.curves, network)
    if initial is not None and recipe.keep_initial:
        network.set_weights(average_weights(network.get_weights(), first, recipe.keep_initial))
    return Fitted(
        network=_in_float32(recipe, network, len(columns)),
        columns=columns,
        history=_curves(checkpoint.curves),
        precision=policy,
        seconds=max(time.perf_counter() - start, seconds_of_epochs(run)),
    )


def _require_memory(network: keras.Model, recipe: Recipe) -> None:
    """Refuse what cannot fit: TensorFlow's convolutions may crash without a word where memory runs out."""
    numbers = max(math.prod(layer.output.shape[1:]) for layer in network.layers)
    size = np.dtype("float32").itemsize if keras.config.dtype_policy().compute_dtype == "float32" else 2
    if numbers * size * recipe.batch_size > find_devices()[0].memory:
        raise RecipeError(NO_MEMORY)


def _require_numbers(curves: Sequence[dict[str, float]], network: keras.Model) -> None:
    """Refuse what diverged: `TerminateOnNaN` ends such a training without a word."""
    losses = [curves[-1][name] for name in ("loss", "val_loss")] if curves else []
    if np.isfinite(losses).all() and all(np.isfinite(weight).all() for weight in network.get_weights()):
        return
    raise RecipeError(
        f"The training diverged in epoch {len(curves)}: its loss is no number any more. Start it anew with a "
        "smaller learning rate, a tenth say."
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


def _checkpoint(run: Path, callbacks: Sequence[keras.callbacks.Callback]) -> Checkpoint:
    kinds = (keras.callbacks.EarlyStopping, keras.callbacks.ReduceLROnPlateau)
    averaging = next((c for c in callbacks if isinstance(c, keras.callbacks.SwapEMAWeights)), None)
    return Checkpoint(run, [c for c in callbacks if isinstance(c, kinds)], averaging)


def _curves(epochs: Sequence[dict[str, float]]) -> dict[str, list[float]]:
    """One list a curve from one mapping an epoch."""
    return {name: [values[name] for values in epochs] for name in epochs[0]} if epochs else {}


def present_columns(data: LabelledCrops) -> tuple[int, ...]:
    """The columns that are some row's label; a class nobody shows gets no output."""
    return tuple(int(c) for c in np.flatnonzero(np.bincount(data.labels, minlength=COLUMNS)))


def _build_trainer(
    recipe: Recipe, network: keras.Model, crops: npt.NDArray[np.uint8], seed: int
) -> keras.Model:
    rows = keras.Input((2 if recipe.mixup else 1,), dtype="int32", name="rows")
    shares = keras.Input((1,), dtype="float32", name="shares")
    x = ResidentCrops(crops)(rows)
    x = FusedAugmentation(recipe.augmentation, seed)(x)
    if recipe.mixup:
        x = Mixup(dtype="float32")(x, shares)
    return keras.Model({"rows": rows, "shares": shares}, network(x))


def _compile(recipe: Recipe, trainer: keras.Model, steps: int) -> None:
    rate: float | keras.optimizers.schedules.LearningRateSchedule = recipe.learning_rate
    if recipe.schedule == "cosine":
        warmup = round(recipe.warmup_epochs * steps)
        rate = keras.optimizers.schedules.CosineDecay(
            recipe.learning_rate / 100 if warmup else recipe.learning_rate,
            max(1, recipe.epochs * steps - warmup),
            warmup_target=recipe.learning_rate if warmup else None,
            warmup_steps=warmup,
        )
    ema = {"use_ema": recipe.ema is not None, "ema_momentum": recipe.ema or 0.99}
    if recipe.optimizer == "adamw":
        optimizer = keras.optimizers.AdamW(rate, weight_decay=recipe.weight_decay, **ema)
        optimizer.exclude_from_weight_decay(var_names=["bias", "gamma", "beta"])
    else:
        optimizer = keras.optimizers.Adam(rate, **ema)
    trainer.compile(
        optimizer,
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        metrics=[keras.metrics.CategoricalAccuracy(name="accuracy")],
        jit_compile=has_gpu(),  # on a CPU compiling with XLA made the step six times slower
    )
    optimizer.build(trainer.trainable_variables)  # variables made inside the step have it traced twice


def _inner_batches(
    recipe: Recipe, offset: int, targets: npt.NDArray[np.float32]
) -> tuple[dict[str, npt.NDArray[np.generic]], npt.NDArray[np.float32]]:
    rows = np.arange(offset, offset + len(targets), dtype=np.int32)[:, None]
    rows = np.repeat(rows, 2 if recipe.mixup else 1, axis=1)
    return {"rows": rows, "shares": np.ones((len(targets), 1), np.float32)}, targets


def _callbacks(recipe: Recipe) -> list[keras.callbacks.Callback]:
    callbacks: list[keras.callbacks.Callback] = [keras.callbacks.TerminateOnNaN()]
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


def _in_float32(recipe: Recipe, network: keras.Model, classes: int) -> keras.Model:
    """The same weights in a float32 network, which is what is exported and measured."""
    plain = build_network(recipe, classes)
    plain.set_weights(network.get_weights())
    return mirror(plain) if recipe.mirror else plain
