import json
import shutil
import sys
from dataclasses import replace

import keras
import numpy as np
import pytest

from core.bundles import RUNTIME_FILE
from core.bundles.store import read_bundle
from core.classifier import Classifier, softmax
from core.errors import BundleError, DataError
from core.expressions import EXPRESSIONS, Expression
from tests.training.conftest import SHOWN, make_crops, make_recipe
from training import exporting
from training.bundling import Naming, _held_out, bundle_run
from training.datasets.labelled import NOT_A_FACE, LabelledCrops, without_a_face
from training.judged import pictures_behind
from training.networks import build_network
from training.runs import divide, train_run

DATA = make_crops(15)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    parts = divide(DATA, make_recipe(), "subject", 1)
    train_run(make_recipe(epochs=3), parts, 1, folder)
    return folder, parts


@pytest.fixture(scope="module")
def made(run, tmp_path_factory):
    folder, parts = run
    return bundle_run(folder, parts, Naming("bars", "Bars"), tmp_path_factory.mktemp("models") / "bars")


def test_bundle_answers_as_keras_does(made):
    network = keras.saving.load_model(made.folder / "model.keras", compile=False)
    expected = softmax(network.predict(DATA.crops, verbose=0) / np.float32(made.card.temperature))
    assert np.abs(Classifier(made).answer(DATA.crops).probabilities - expected).max() < 1e-4


def test_card_tells_how_the_bundle_came_about(made, run):
    card, (_, parts) = made.card, run
    assert card.labels == SHOWN
    assert card.training.recipe["name"] == "tiny"
    assert card.training.data_digest == parts.digest
    assert card.training.rows == {
        "train": len(parts.train),
        "inner": len(parts.inner),
        "test": len(parts.test),
    }
    assert {"tensorflow", "keras", "numpy"} <= set(card.training.versions)
    assert card.parameters > 1000
    assert "CK+48" in card.terms
    assert any("feels" in limit for limit in card.limits)


@pytest.fixture(scope="module")
def run_for_int8(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run-for-int8")
    recipe = make_recipe(widths=(16, 64), runtime="dynamic")
    parts = divide(DATA, recipe, "subject", 1)
    train_run(recipe, parts, 1, folder)
    return folder, parts


@pytest.fixture(scope="module")
def in_int8(run_for_int8, tmp_path_factory):
    return bundle_run(*run_for_int8, Naming("small", "Small"), tmp_path_factory.mktemp("int8") / "small")


def test_weights_in_int8_are_served_and_judged_where_the_recipe_asks(run_for_int8, in_int8):
    bundle, (_, parts) = in_int8, run_for_int8
    network = keras.saving.load_model(bundle.folder / "model.keras", compile=False)
    logits = network.predict(parts.test.crops, verbose=0)
    served = Classifier(bundle).logits(parts.test.crops)
    assert bundle.card.runtime == "dynamic"
    assert (bundle.folder / RUNTIME_FILE).stat().st_size < 2 * bundle.card.parameters
    assert 0 < np.abs(softmax(served) - softmax(logits)).max() < 0.2
    right = served[:, : len(SHOWN)].argmax(axis=1) == [SHOWN.index(EXPRESSIONS[n]) for n in parts.test.labels]
    assert bundle.card.headline.accuracy.value == pytest.approx(right.mean())


def test_weights_in_int8_that_change_answers_are_not_served(run_for_int8, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "agreement", lambda *_: 0.97)
    folder, parts = run_for_int8
    bundle = bundle_run(folder, parts, Naming("small", "Small"), tmp_path / "small")
    network = keras.saving.load_model(bundle.folder / "model.keras", compile=False)
    assert bundle.card.runtime == "float32"
    assert exporting.check_parity(network, Classifier(bundle), parts.test.crops) < exporting.PARITY


def test_agreement_counts_the_same_answers(run, made, in_int8):
    one, two, crops = Classifier(made), Classifier(in_int8), run[1].test.crops
    answers = zip(one.logits(crops).argmax(axis=1), two.logits(crops).argmax(axis=1), strict=True)
    assert exporting.agreement(one, two, crops) == np.mean([a == b for a, b in answers])
    assert exporting.agreement(one, one, crops) == 1


def test_score_is_of_people_it_never_saw(made, run):
    (score,) = made.card.scores
    assert not score.leaks
    assert score.n == len(run[1].test)
    assert not set(run[1].test.subjects) & (set(run[1].train.subjects) | set(run[1].inner.subjects))


def test_thresholds_were_chosen_on_the_inner_part(made, run):
    top = Classifier(made).answer(run[1].inner.crops).probabilities.max(axis=1)
    kept = (top >= made.card.thresholds.confidence).mean()
    assert kept >= made.card.thresholds.coverage - 1 / len(run[1].inner)


def test_random_split_is_called_leaking(tmp_path):
    parts = divide(DATA, make_recipe(), "random", 1)
    train_run(make_recipe(epochs=1), parts, 1, tmp_path / "run")
    bundle = bundle_run(tmp_path / "run", parts, Naming("leaky", "Leaky"), tmp_path / "leaky")
    (score,) = bundle.card.scores
    assert score.leaks
    assert score.leak > 0.8
    assert f"{score.leak:.0%} of the test frames have a sibling in training" in score.how
    assert bundle.card.headline is None


def test_conversion_that_fails_under_tensorflow_says_how_to_go_on(run, tmp_path, monkeypatch):
    folder, parts = run
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    with pytest.raises(BundleError, match="Call the same command with --resume"):
        bundle_run(folder, parts, Naming("bars", "Bars"), tmp_path / "models" / "bars")
    assert not list((tmp_path / "models").iterdir())


def test_model_that_answers_differently_is_not_published(run, tmp_path):
    folder, parts = run
    network = keras.saving.load_model(folder / "network.keras", compile=False)
    other = build_network(make_recipe(), 3)
    staged = tmp_path / "staged"
    staged.mkdir()
    exporting.write_runtime_model(other, staged)
    bundle = read_bundle(_with_card(staged, run))
    with pytest.raises(BundleError, match="differently from Keras"):
        exporting.check_parity(network, Classifier(bundle), parts.test.crops)


def test_failed_bundling_leaves_nothing_and_keeps_what_was_there(run, made, tmp_path):
    folder, parts = run
    target = tmp_path / "bars"
    bundle_run(folder, parts, Naming("bars", "first"), target)
    strangers = replace(parts, test=make_crops(2, shown=(Expression.FEAR,)))
    with pytest.raises(DataError, match="no crop with a label"):
        bundle_run(folder, strangers, Naming("bars", "second"), target)
    assert [p.name for p in tmp_path.iterdir()] == ["bars"]
    assert read_bundle(target).card.title == "first"


def test_published_bundle_replaces_the_old_in_one_step(run, tmp_path):
    folder, parts = run
    target = tmp_path / "bars"
    bundle_run(folder, parts, Naming("bars", "first"), target)
    bundle_run(folder, parts, Naming("bars", "second"), target)
    assert [p.name for p in tmp_path.iterdir()] == ["bars"]
    assert read_bundle(target).card.title == "second"


@pytest.mark.parametrize("name", ["", "../evil", "Upper", "a b", "x" * 65, ".hidden"])
def test_name_that_cannot_be_a_folder_is_refused(name):
    with pytest.raises(BundleError, match="cannot name a model"):
        Naming(name, "title")


def test_run_begun_with_other_settings_is_not_resumed(tmp_path):
    parts = divide(DATA, make_recipe(), "subject", 1)
    train_run(make_recipe(epochs=1), parts, 1, tmp_path)
    with pytest.raises(DataError, match="begun with other data or settings"):
        train_run(make_recipe(epochs=2), parts, 1, tmp_path, resume=True)


@pytest.mark.parametrize("file", ["run.json", "curves.json", "network.keras"])
def test_finished_run_with_a_damaged_file_is_told_and_kept(run, tmp_path, file):
    folder, parts = run
    shutil.copytree(folder, tmp_path / "run")
    whole = (tmp_path / "run" / file).read_bytes()
    (tmp_path / "run" / file).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="is damaged: start anew"):
        train_run(make_recipe(epochs=3), parts, 1, tmp_path / "run", resume=True)
    assert (tmp_path / "run" / file).read_bytes() == whole[: len(whole) // 2]


def test_run_begun_by_another_version_is_resumed_where_nothing_else_differs(tmp_path):
    recipe, parts = make_recipe(epochs=1), divide(DATA, make_recipe(), "subject", 1)
    train_run(recipe, parts, 1, tmp_path)
    begun = json.loads((tmp_path / "inputs.json").read_text())
    older = {key: value for key, value in begun["recipe"].items() if key != "runtime"}

    def resume(**changes):
        (tmp_path / "inputs.json").write_text(json.dumps({**begun, "recipe": older | changes}))
        return train_run(recipe, parts, 1, tmp_path, resume=True)

    assert len(resume().history["loss"]) == 1
    for changes in ({"dropout": 0.3}, {"of_another_version": 1}):
        with pytest.raises(DataError, match="begun with other data or settings"):
            resume(**changes)


def test_run_that_is_not_resumed_starts_anew(tmp_path):
    (tmp_path / "run" / "checkpoints").mkdir(parents=True)
    (tmp_path / "run" / "checkpoints" / "state.json").write_text("from another life")
    parts = divide(DATA, make_recipe(), "subject", 1)
    fitted = train_run(make_recipe(epochs=1), parts, 1, tmp_path / "run")
    assert len(fitted.history["loss"]) == 1
    again = train_run(make_recipe(epochs=1), parts, 1, tmp_path / "run", resume=True)
    assert again.history == fitted.history


def test_data_that_leave_nothing_to_judge_on_are_refused():
    data = replace(DATA, parts=np.full(len(DATA), "train"))
    with pytest.raises(DataError, match="Nothing is left to judge"):
        divide(data, make_recipe(), "subject", 1)


def test_what_a_split_keeps_from_both_sides_is_told(caplog):
    parts = np.where(DATA.sequences < "S006_b", "train", "test")
    parts[DATA.subjects == "S001"] = "test"
    parts[np.flatnonzero(DATA.subjects == "S001")[0]] = "train"
    given = (parts == "train").sum()
    divide(replace(DATA, parts=parts), make_recipe(), "subject", 1)
    lost = (np.isin(DATA.subjects, DATA.subjects[parts == "test"]) & (parts == "train")).sum()
    assert 0 < lost < given
    assert f"left out {lost} of {given} pictures" in caplog.text
    everybody = np.where(np.arange(len(DATA)) % 2, "train", "test")
    with pytest.raises(DataError, match="the official split"):
        divide(replace(DATA, parts=everybody), make_recipe(), "subject", 1)


def _with_card(staged, run):
    """Give a staged model the card of the run, with its own digests."""
    folder, parts = run
    bundle = bundle_run(folder, parts, Naming("bars", "Bars"), staged.parent / "bars")
    card = json.loads((bundle.folder / "card.json").read_text())
    card["files"] = {name: exporting.file_digest(staged / name) for name in card["files"]}
    assert RUNTIME_FILE in card["files"]
    (staged / "card.json").write_text(json.dumps(card))
    return staged


def test_pictures_behind_each_cell_are_as_many_as_it_counts(made, run):
    folder, _ = run
    (score,) = made.card.scores
    for row, truth in zip(score.confusion, score.labels, strict=True):
        for count, guess in zip(row, score.labels, strict=True):
            assert len(pictures_behind(folder, score, truth, guess).crops) == count
        assert len(pictures_behind(folder, score, truth, None).names) == sum(row)
    assert pictures_behind(folder / "gone", score, SHOWN[0], None) is None


def test_share_held_out_is_told_of_each_data_set_and_of_its_faces_alone():
    mine, other = make_crops(10), make_crops(10, seed=1)
    own = replace(
        other, sources=np.full(len(other), "other"), parts=np.where(other.subjects < "S006", "train", "test")
    )
    both = LabelledCrops.concatenate([mine, replace(own, subjects=np.char.add("other ", own.subjects))])
    parts = divide(both, make_recipe(made_nonfaces=500), "subject", 1)
    assert _held_out(parts) == {"CK+48": "20% held out", "other": "40% held out"}


def test_crops_without_a_face_are_judged_on_once_and_not_where_a_copy_was_learned_from():
    faces, rng = make_crops(10), np.random.default_rng(0)
    single = rng.integers(0, 256, (20, 48, 48, 1), np.uint8)
    black = np.zeros((12, 48, 48, 1), np.uint8)
    pictures = np.concatenate([single, black])
    bare = without_a_face(pictures, np.array([f"bare#{i}" for i in range(len(pictures))]), "bare")
    parts = divide(LabelledCrops.concatenate([faces, bare]), make_recipe(), "subject", 1)
    tested = parts.test.take(parts.test.labels == NOT_A_FACE)
    repeated = (tested.crops == 0).all(axis=(1, 2, 3))
    assert repeated.any()
    assert parts.unseen_nonfaces.names.tolist() == tested.names[~repeated].tolist()
