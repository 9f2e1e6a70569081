import json
import tempfile
from pathlib import Path

import keras
import numpy as np
import pytest

from core.allocator import keep_freed_memory
from core.errors import RecipeError
from core.expressions import EXPRESSIONS
from tests.training.conftest import SHOWN, make_crops, make_learner, make_recipe
from training.callbacks import Cancel, Checkpoint, Events, Reseed, StopWhereDiverged, memory
from training.fitting import fit as fit_in
from training.fitting import present_columns
from training.networks import members
from training.recipe import AugmentationRecipe
from training.run_folder import TrainingCancelledError, ask_to_cancel, read_epochs
from training.tracking.tracker import Tracker

DATA = make_crops(12)
TRAIN, INNER = DATA.take(DATA.subjects < "S009"), DATA.take(DATA.subjects >= "S009")


def fit(recipe, train, inner, seed):
    with tempfile.TemporaryDirectory() as folder:
        return fit_in(recipe, train, inner, seed, Path(folder))


def accuracy(fitted, data):
    logits = fitted.network.predict(data.crops, verbose=0)
    return (np.array(fitted.columns)[logits.argmax(axis=1)] == data.labels).mean()


@pytest.fixture(scope="module")
def fitted():
    return fit(make_learner(epochs=12), TRAIN, INNER, seed=3)


def test_each_epoch_keeps_the_memory_that_its_steps_free(monkeypatch):
    """TensorFlow gives it up when an epoch's first batch is asked for."""
    kept = []
    monkeypatch.setattr(memory, "keep_freed_memory", lambda: kept.append(keep_freed_memory()))
    fit(make_recipe(epochs=3), TRAIN, INNER, seed=3)
    assert len(kept) == 3


def test_something_is_learned(fitted):
    assert accuracy(fitted, INNER) > 0.9
    assert fitted.history["loss"][-1] < fitted.history["loss"][0]


def test_outputs_stand_for_the_classes_that_occur(fitted):
    assert fitted.columns == tuple(EXPRESSIONS.index(e) for e in SHOWN) == present_columns(DATA)
    assert fitted.network.output_shape == (None, 3)


def test_same_seed_gives_the_same_weights(fitted):
    again = fit(make_learner(epochs=12), TRAIN, INNER, seed=3)
    assert again.history == fitted.history
    for a, b in zip(again.network.get_weights(), fitted.network.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_other_seed_gives_others(fitted):
    other = fit(make_learner(epochs=1), TRAIN, INNER, seed=4)
    assert not np.array_equal(other.network.get_weights()[0], fitted.network.get_weights()[0])


def test_networks_that_are_averaged_differ_and_the_first_is_what_it_would_be_alone(fitted):
    both = fit(make_learner(epochs=12, members=2), TRAIN, INNER, seed=3)
    first, second = members(both.network)
    assert len(both.history["loss"]) == 24
    assert both.history["val_loss"][:12] == fitted.history["val_loss"]
    for ours, alone, other in zip(
        first.get_weights(), fitted.network.get_weights(), second.get_weights(), strict=True
    ):
        assert np.array_equal(ours, alone)
        assert not np.array_equal(ours, other)
    assert accuracy(both, INNER) > 0.9


def test_mixup_ema_and_weight_decay_learn_too():
    recipe = make_learner(
        mixup=0.2, ema=0.9, optimizer="adamw", weight_decay=0.02, warmup_epochs=0.5, epochs=12
    )
    assert accuracy(fit(recipe, TRAIN, INNER, seed=3), INNER) > 0.8


def test_averaged_weights_of_a_short_training_are_not_its_first_ones():
    learned = fit(make_learner(epochs=24, ema=0.9999), TRAIN, INNER, seed=3)
    assert accuracy(learned, INNER) > 0.9


def test_early_stopping_keeps_the_best_epoch():
    recipe = make_learner(epochs=40, early_stopping=2, schedule="plateau", learning_rate=0.02)
    fitted = fit(recipe, TRAIN, INNER, seed=3)
    losses = fitted.history["val_loss"]
    assert len(losses) < 40
    assert int(np.argmin(losses)) == len(losses) - 3
    columns = list(fitted.columns)
    logits = fitted.network.predict(INNER.crops, verbose=0)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)(INNER.targets[:, columns], logits)
    assert float(loss) == pytest.approx(min(losses), rel=1e-3)


def test_plateau_lowers_the_learning_rate_to_its_floor():
    recipe = make_recipe(
        epochs=8,
        schedule="plateau",
        plateau_patience=1,
        plateau_floor=5e-10,
        learning_rate=1e-9,  # so little that nothing is learned
        network="reference",
    )
    rates = fit(recipe, TRAIN, INNER, seed=3).history["learning_rate"]
    assert rates[0] == pytest.approx(1e-9)
    assert min(rates) == pytest.approx(5e-10)


@pytest.mark.parametrize("network", ["reference", "residual"])
def test_training_that_diverges_is_refused_with_advice(network):
    """A residual network's loss stays a number: its rectifiers make nothing of what is none."""
    recipe = make_recipe(epochs=3, network=network).model_copy(update={"learning_rate": 1e30})
    with pytest.raises(RecipeError, match=r"diverged in epoch 1.*smaller learning rate"):
        fit(recipe, TRAIN, INNER, seed=3)


def test_short_training_comes_to_rest():
    recipe = make_recipe(epochs=1, schedule="cosine", warmup_epochs=2, batch_size=4, learning_rate=1e-3)
    with tempfile.TemporaryDirectory() as folder:
        rates = Rates()
        fit_in(recipe, TRAIN, INNER, 3, Path(folder), watchers=[rates])
    assert max(rates.seen) > 8e-4
    assert rates.seen[-1] < 5e-5


class Rates(keras.callbacks.Callback):
    """Notes the learning rate of each step."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_train_batch_begin(self, batch, logs=None):
        self.seen.append(float(self.model.optimizer.learning_rate))


def test_short_training_is_judged_by_what_its_crops_are_like():
    """Batch normalisation's first statistics, which no crop gave, count for nothing at its end."""
    recipe = make_recipe(epochs=1, batch_size=8, learning_rate=1e-9, augmentation=AugmentationRecipe())
    history = fit(recipe, TRAIN, INNER, seed=3).history
    assert history["val_loss"][-1] == pytest.approx(history["loss"][-1], rel=0.1)


def test_cancelled_training_keeps_all_whole_epochs_though_they_are_too_short_to_be_saved_each(tmp_path):
    class Ask(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 4:
                ask_to_cancel(tmp_path)

    with pytest.raises(TrainingCancelledError, match="up to the last whole epoch is kept"):
        fit_in(make_recipe(epochs=30), TRAIN, INNER, 3, tmp_path, watchers=[Ask()])
    learned = len(read_epochs(tmp_path))
    assert 4 <= learned <= 5
    assert json.loads((tmp_path / "checkpoints" / "state.json").read_text())["epochs_done"] == learned


def test_global_precision_is_left_as_it_was():
    fit(make_recipe(epochs=1, precision="auto"), TRAIN, INNER, seed=3)
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize("watcher", [Cancel, Checkpoint, Events, Reseed, StopWhereDiverged, Tracker])
def test_nobody_who_watches_has_a_step_wait_for_the_loss_of_the_last(watcher):
    for name in ("on_batch_end", "on_train_batch_end"):
        assert getattr(watcher, name) is getattr(keras.callbacks.Callback, name)
