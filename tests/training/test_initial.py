from dataclasses import replace

import keras
import numpy as np
import pytest

from core.errors import RecipeError
from tests.training.conftest import SHOWN, make_crops, make_learner
from training.bundling import Naming, bundle_run
from training.datasets.labelled import LabelledCrops
from training.initial import start_from
from training.networks import average, build_network, load_network, members
from training.runs import divide, divide_whole, train_run

RECIPE = make_learner(mirror=True, epochs=3)
DATA = make_crops(12)


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    folder = tmp_path_factory.mktemp("start")
    parts = divide(DATA, RECIPE, "subject", 0)
    train_run(RECIPE, parts, 0, folder / "run")
    return bundle_run(folder / "run", parts, Naming("start", "Start"), folder / "start")


def test_network_that_starts_from_a_bundle_answers_as_it_does(bundle):
    columns = (0, 4, 7)
    network = build_network(RECIPE, 3)
    start_from(network, columns, bundle)
    source = keras.saving.load_model(bundle.folder / "model.keras", compile=False)
    expected = source.predict(DATA.crops, verbose=0)
    assert np.abs(average([network], mirror=True).predict(DATA.crops, verbose=0) - expected).max() < 1e-4


def test_outputs_that_the_bundle_lacks_start_anew_and_the_others_are_kept(bundle):
    network = build_network(RECIPE, 4)
    fresh = network.get_layer("logits").kernel.numpy()
    start_from(network, (0, 3, 4, 7), bundle)
    source = members(keras.saving.load_model(bundle.folder / "model.keras", compile=False))[0]
    kernel, old = network.get_layer("logits").kernel.numpy(), source.get_layer("logits").kernel.numpy()
    assert bundle.card.labels == SHOWN
    assert np.array_equal(kernel[:, [0, 2, 3]], old)
    assert np.array_equal(kernel[:, 1], fresh[:, 1])


@pytest.mark.parametrize("changes", [{"widths": (16, 48)}, {"network": "reference"}, {"stem": 32}])
def test_other_network_is_refused_with_what_to_do(bundle, changes):
    with pytest.raises(RecipeError, match="another network than the recipe"):
        start_from(build_network(make_learner(**changes), 3), (0, 4, 7), bundle)


def test_fine_tuning_from_a_bundle_begins_where_it_ended(bundle, tmp_path):
    parts = divide(DATA, RECIPE, "subject", 0)
    recipe = make_learner(mirror=True, epochs=1, learning_rate=1e-6)
    tuned = train_run(recipe, parts, 0, tmp_path / "tuned", initial=bundle)
    scratch = train_run(recipe, parts, 0, tmp_path / "scratch")
    assert tuned.history["val_loss"][0] < scratch.history["val_loss"][0]


def test_mirrored_network_gives_a_crop_and_its_mirror_image_the_same_answer():
    network = average([build_network(RECIPE, 3)], mirror=True)
    one, other = (network.predict(crops, verbose=0) for crops in (DATA.crops, DATA.crops[:, :, ::-1]))
    assert np.abs(one - other).max() < 1e-5


def test_rows_drawn_an_epoch_are_as_many_as_the_recipe_says(tmp_path):
    parts = divide(LabelledCrops.concatenate([DATA, DATA]), RECIPE, "subject", 0)
    fitted = train_run(make_learner(draws=20, epochs=1), parts, 0, tmp_path)
    assert len(fitted.history["loss"]) == 1
    events = (tmp_path / "events.jsonl").read_text().splitlines()
    assert '"steps": 2' in events[0], "20 crops in batches of 16"


def test_score_on_data_that_the_first_model_had_learned_from_is_called_leaking(bundle, tmp_path):
    parts = divide(DATA, RECIPE, "subject", 0)
    train_run(RECIPE, parts, 0, tmp_path / "run", initial=bundle)
    tuned = bundle_run(tmp_path / "run", parts, Naming("tuned", "Tuned"), tmp_path / "tuned")
    assert bundle.card.headline is not None
    assert tuned.card.headline is None
    assert "started from had learned from CK+48" in tuned.card.scores[0].protocol


def test_rows_set_aside_for_a_model_are_set_aside_again_whatever_it_is_trained_with():
    other = make_crops(20, seed=4)
    other = replace(
        other,
        subjects=np.char.add("other-", other.subjects),
        sources=np.full(len(other), "other"),
    )
    alone = divide_whole(DATA, RECIPE, "subject", seed=1)
    together = divide_whole(LabelledCrops.concatenate([other, DATA]), RECIPE, "subject", seed=2)
    assert set(alone.inner.subjects) == {s for s in together.inner.subjects if not s.startswith("other")}
    assert set(alone.inner.subjects)


def test_kept_share_of_the_first_weights_lies_between_both(bundle, tmp_path):
    parts = divide(DATA, RECIPE, "subject", 0)
    first = keras.saving.load_model(bundle.folder / "model.keras", compile=False).get_weights()
    alone, kept = (
        train_run(
            make_learner(mirror=True, epochs=1, keep_initial=share),
            parts,
            0,
            tmp_path / str(share),
            initial=bundle,
        ).network.get_weights()
        for share in (0.0, 0.5)
    )
    for new, mixed, old in zip(alone, kept, first, strict=True):
        assert np.allclose(mixed, (new + old) / 2, atol=1e-6)


def test_each_network_of_several_starts_from_its_own(bundle, two_networks, tmp_path):
    begun = members(load_network(two_networks.folder / "model.keras"))
    # All but a billionth of what training started from is kept, so the weights say where that was.
    recipe = make_learner(members=2, mirror=True, epochs=1, keep_initial=1 - 1e-9)
    parts = divide(DATA, recipe, "subject", 0)
    tuned = train_run(recipe, parts, 0, tmp_path, initial=two_networks)
    for found, source in zip(members(tuned.network), begun, strict=True):
        assert_same_weights(found, source)
    single = members(load_network(bundle.folder / "model.keras"))[0]
    for start, member, source in ((two_networks, 2, begun[0]), (bundle, 1, single)):
        network = build_network(recipe, 3)
        start_from(network, (0, 4, 7), start, member)
        assert_same_weights(network, source)


def assert_same_weights(found, source):
    for ours, theirs in zip(found.get_weights(), source.get_weights(), strict=True):
        assert np.allclose(ours, theirs, atol=1e-5)
