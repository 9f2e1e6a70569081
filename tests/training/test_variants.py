import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from core.bundles import GroupScore, Interval, Robustness, find_bundle
from core.bundles.store import read_bundle
from core.classifier import Classifier
from core.errors import BundleError
from tests.conftest import ROOT
from tests.training.conftest import make_crops, make_recipe
from training import exporting
from training.cards import write_card
from training.conversion import Variant
from training.measured import keep_measured
from training.networks import build_network
from training.variants import compare, export_variant

CROPS = make_crops(8).crops
INTERVAL = Interval(value=0.8, low=0.7, high=0.9)


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A small network that knows nothing, with the card of a model that does."""
    folder = tmp_path_factory.mktemp("models") / "source"
    folder.mkdir()
    files = exporting.write_runtime_model(build_network(make_recipe(widths=(16, 64)), 7), folder)
    card = find_bundle("ckplus-reference").card
    write_card(card.model_copy(update={"name": "source", "files": files}), folder)
    return read_bundle(folder)


@pytest.mark.parametrize(
    ("variant", "share", "tolerance"),
    [(Variant.FLOAT16, 0.65, 0.01), (Variant.DYNAMIC, 0.5, 0.1), (Variant.INT8, 0.5, 0.25)],
)
def test_smaller_variant_takes_the_same_crops_and_answers_much_alike(
    source, tmp_path, variant, share, tolerance
):
    made = export_variant(source, tmp_path / "smaller", variant, CROPS[:32])
    full, small = compare([source, made], CROPS[32:], np.zeros(len(CROPS) - 32, np.intp), calls=3)
    assert small.bytes < share * full.bytes
    assert 0 < small.largest_difference < tolerance
    assert small.milliseconds > 0
    assert 0 <= small.accuracy <= 1
    assert Classifier(made).answer(CROPS[:3]).probabilities.shape == (3, 7)


def test_smaller_variant_claims_no_score_of_the_full_one(source, tmp_path):
    measured = keep_measured(
        source,
        [Robustness(change="blurred by 1.5 px", accuracy=0.75, lost=0.09)],
        [GroupScore(attribute="age", group="young", n=4, accuracy=INTERVAL, unanswered=0.1)],
    )
    card = export_variant(measured, tmp_path / "smaller", Variant.DYNAMIC).card
    assert (card.scores, card.refusal, card.robustness, card.groups) == ((), None, (), ())
    assert set(card.files) == {"model.tflite"}
    assert "dynamic" in card.title


def test_float32_is_made_from_the_keras_file_with_the_scores_of_the_card(source, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(source.folder, other)
    network = build_network(make_recipe(widths=(16, 64)), 7)  # new weights
    network.save(other / "model.keras")
    card = json.loads((other / "card.json").read_text())
    card["files"]["model.keras"] = exporting.file_digest(other / "model.keras")
    (other / "card.json").write_text(json.dumps(card))
    made = export_variant(read_bundle(other), tmp_path / "again", Variant.FLOAT32)
    assert exporting.check_parity(network, Classifier(made), CROPS) < exporting.PARITY
    assert compare([source, made], CROPS, calls=1)[1].largest_difference > 1e-3
    assert made.name == "again"
    assert made.card.scores == source.card.scores
    assert (made.folder / "model.keras").is_file()


def test_served_variant_keeps_scores_and_keras_file_and_float32_of_it_does_not(source, tmp_path):
    served = tmp_path / "served"
    served.mkdir()
    files = exporting.write_runtime_model(
        build_network(make_recipe(widths=(16, 64)), 7), served, Variant.DYNAMIC
    )
    write_card(
        source.card.model_copy(update={"name": "served", "runtime": "dynamic", "files": files}), served
    )
    again = export_variant(read_bundle(served), tmp_path / "again", Variant.DYNAMIC)
    assert again.card.scores == source.card.scores
    assert set(again.card.files) == {"model.keras", "model.tflite"}
    full = export_variant(read_bundle(served), tmp_path / "full", Variant.FLOAT32)
    assert (full.card.runtime, full.card.scores) == ("float32", ())
    assert full.folder.joinpath("model.tflite").stat().st_size > 2 * len(
        again.folder.joinpath("model.tflite").read_bytes()
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("Mine", "cannot name a model"), ("taken", "holds no model"), ("source", "own folder")],
)
def test_folder_that_must_not_be_written_is_left_alone(source, tmp_path, name, sentence):
    target = source.folder if name == "source" else tmp_path / name
    if name == "taken":
        target.mkdir()
        (target / "letters.txt").write_text("mine")
    with pytest.raises(BundleError, match=sentence):
        export_variant(source, target, Variant.DYNAMIC)
    assert name != "taken" or (target / "letters.txt").read_text() == "mine"
    assert read_bundle(source.folder).digest == source.digest


def test_int8_without_crops_and_a_model_without_keras_file_get_their_sentence(source, tmp_path):
    with pytest.raises(BundleError, match="--data"):
        export_variant(source, tmp_path / "new", Variant.INT8)
    small = export_variant(source, tmp_path / "small", Variant.DYNAMIC)
    with pytest.raises(BundleError, match=r"has no model\.keras"):
        export_variant(small, tmp_path / "new", Variant.DYNAMIC)
    assert not (tmp_path / "new").exists()


def test_shipped_model_is_exported_in_a_process_that_loaded_nothing_else(home):
    command = [
        sys.executable,
        "-m",
        "training",
        "export",
        "--model",
        "mien-8",
        "--output",
        str(home / "again"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    assert read_bundle(home / "again").card.labels == find_bundle("mien-8").card.labels
