"""A network learns from another's answers, and only from those it can be trusted for."""

import json
import shutil
from dataclasses import replace

import h5py
import keras
import numpy as np
import pytest
from scipy.special import softmax

from core.errors import DataError, RecipeError
from tests.training.conftest import make_crops, make_learner, make_recipe
from tests.training.test_resuming import Break
from training.batches import EpochBatches
from training.bundling import Naming, bundle_run
from training.datasets.labelled import LabelledCrops
from training.distillation import build_teacher, trust_of
from training.modelcard import model_card
from training.networks import load_network, members
from training.runs import divide, train_run

DATA = make_crops(12)
RECIPE = make_recipe(epochs=4)
PARTS = divide(DATA, RECIPE, "subject", 0)
COLUMNS = (0, 4, 7)
together = pytest.mark.xdist_group("taught")
"""What stands on one taught run is tested by one worker."""


def test_teacher_answers_with_the_average_of_its_networks_and_puts_classes_in_their_places(two_networks):
    crops = PARTS.test.crops.astype(np.float32)
    networks = members(load_network(two_networks.folder / "model.keras"))
    logits = np.mean([network.predict(PARTS.test.crops, verbose=0) for network in networks], axis=0)
    same, others = (
        keras.ops.convert_to_numpy(build_teacher(two_networks, columns)(crops))
        for columns in (COLUMNS, (3, 7, 0))
    )
    assert np.allclose(same, softmax(logits, axis=1), atol=1e-5)
    assert not others[:, 0].any(), "of a class that the teacher does not know it says nothing"
    assert np.allclose(others[:, 1:], softmax(logits[:, [2, 0]], axis=1), atol=1e-5)


def test_teacher_is_believed_about_data_and_classes_that_it_has_learned_from(two_networks):
    known = DATA.take(np.arange(2))
    foreign = replace(known, sources=np.array(["another", "another"]))
    both = LabelledCrops.concatenate([known, foreign])
    assert trust_of(both, two_networks, 0.7) == pytest.approx([0.7, 0.7, 0, 0])
    unknown = replace(both, targets=np.roll(both.targets, 1, axis=1), sources=np.full(4, "CK+48"))
    with pytest.raises(RecipeError, match="learned from none of these data sets, so it would not be asked"):
        trust_of(foreign, two_networks, 0.7)
    with pytest.raises(RecipeError, match="would not be asked"):
        trust_of(unknown, two_networks, 0.7)


def test_mixture_of_two_rows_trusts_the_teacher_by_their_shares():
    trust = np.where(np.arange(len(DATA)) % 2, 0.8, 0).astype(np.float32)
    batches = EpochBatches(DATA, DATA.targets, make_recipe(mixup=0.4), 0, trust)
    rows, _, weights = batches[0]
    first, second = trust[rows["rows"]].T
    share = rows["shares"][:, 0]
    assert rows["trust"][:, 0] == pytest.approx(share * first + (1 - share) * second)
    assert weights == pytest.approx(1 - rows["trust"][:, 0])
    assert len(EpochBatches(DATA, DATA.targets, make_recipe(mixup=0.4), 0)[0]) == 2


def test_network_learns_what_its_teacher_says_where_the_labels_are_wrong(two_networks, tmp_path):
    wrong = PARTS.train.targets.copy()
    wrong[:, COLUMNS] = wrong[:, np.roll(COLUMNS, 1)]
    parts = replace(PARTS, train=replace(PARTS.train, targets=wrong))
    assert (parts.train.labels != PARTS.train.labels).all()
    recipe = make_learner(epochs=8, teacher_share=1.0)
    network = train_run(recipe, parts, 0, tmp_path, teacher=two_networks).network
    guess = np.array(COLUMNS)[network.predict(PARTS.test.crops, verbose=0).argmax(axis=1)]
    assert (guess == PARTS.test.labels).mean() > 0.9


def test_taught_training_resumes_to_the_same_result_and_keeps_no_teacher_in_its_checkpoints(
    two_networks, tmp_path, monkeypatch
):
    monkeypatch.setattr("training.callbacks.checkpoint.SHARE_OF_TIME", 1e9)
    recipe = make_recipe(epochs=4, mixup=0.2, ema=0.5)
    whole = train_run(recipe, PARTS, 5, tmp_path / "whole", teacher=two_networks)
    with pytest.raises(KeyboardInterrupt):
        train_run(recipe, PARTS, 5, tmp_path / "broken", teacher=two_networks, watchers=[Break(2)])
    resumed = train_run(recipe, PARTS, 5, tmp_path / "broken", teacher=two_networks, resume=True)
    assert resumed.history == whole.history
    kept = []
    with h5py.File(next((tmp_path / "whole" / "checkpoints").glob("last-*"))) as checkpoint:
        checkpoint.visititems(lambda name, item: kept.append((name, getattr(item, "size", 0))))
    assert not sum(size for name, size in kept if "teacher" in name)
    assert sum(size for _, size in kept) >= 4 * whole.network.count_params() * 0.9, (
        "weights, Adam's, averages"
    )


@pytest.fixture(scope="module")
def taught(two_networks, tmp_path_factory):
    """The folder of a finished run that was taught, and what it came to."""
    run = tmp_path_factory.mktemp("taught") / "run"
    return run, train_run(RECIPE, PARTS, 0, run, teacher=two_networks)


@together
def test_run_and_bundle_say_who_taught_and_that_what_the_teacher_saw_is_no_test(
    two_networks, taught, tmp_path
):
    run, _ = taught
    bundle = bundle_run(run, PARTS, Naming("taught", "Taught"), tmp_path / "taught")
    assert json.loads((run / "run.json").read_text())["teacher"] == "two"
    assert bundle.card.training.teacher == "two"
    assert bundle.card.training.learned_before == ("CK+48",)
    assert bundle.card.headline is None
    assert "from scratch, taught by two, seed 0" in model_card(bundle)
    assert "taught" not in model_card(two_networks)
    assert two_networks.card.training.teacher is None
    assert "teacher" not in json.loads((two_networks.folder / "card.json").read_text())["training"]


def test_what_cannot_teach_is_refused_with_what_to_do(two_networks, tmp_path):
    with pytest.raises(RecipeError, match="knows none of the classes to learn: choose another teacher"):
        build_teacher(two_networks, (1, 2))
    recipe = two_networks.card.training.recipe | {"of another": "version"}
    training = two_networks.card.training.model_copy(update={"recipe": recipe})
    with pytest.raises(RecipeError, match="settings are unknown here: choose another teacher"):
        build_teacher(
            replace(two_networks, card=two_networks.card.model_copy(update={"training": training})), COLUMNS
        )
    with pytest.raises(RecipeError, match="teacher_share is 0"):
        trust_of(make_crops(4), two_networks, 0)
    empty = replace(two_networks, folder=tmp_path)
    with pytest.raises(RecipeError, match=r"has no model\.keras to learn from: choose another teacher"):
        build_teacher(empty, COLUMNS)


@together
def test_finished_run_is_taken_as_it_is_wherever_it_was_trained(two_networks, taught, tmp_path):
    run, first = taught
    brought = shutil.copytree(run, tmp_path / "run", ignore=shutil.ignore_patterns("checkpoints"))
    again = train_run(RECIPE, PARTS, 0, brought, teacher=two_networks, resume=True)
    assert again.history == first.history
    assert (again.columns, again.precision) == (first.columns, first.precision)
    assert not (brought / "checkpoints").exists(), "nothing was trained"
    for ours, theirs in zip(again.network.get_weights(), first.network.get_weights(), strict=True):
        assert np.array_equal(ours, theirs)
    with pytest.raises(DataError, match="other data or settings"):
        train_run(RECIPE, PARTS, 0, brought, resume=True)
