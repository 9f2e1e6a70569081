"""Folds run in real processes, and as real tasks on a local Ray cluster."""

import pytest

from core.bundles import find_bundle
from core.errors import DataError
from core.expressions import EXPRESSIONS
from core.settings import settings
from tests.conftest import encode
from tests.training.conftest import make_recipe
from tests.training.datasets.conftest import write_folder
from tests.training.datasets.test_ckplus import write_learnable
from training.crossval import cross_validate, read_crossval
from training.datasets import read
from training.executors import ClusterError, default_workers, run_all

RECIPE = make_recipe(epochs=1, batch_size=32)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return str(write_learnable(tmp_path_factory.mktemp("ck"), subjects=12, frames=1))


def test_every_person_is_judged_once_by_a_model_that_never_saw_them(tmp_path, data, home):
    result = cross_validate(RECIPE, [data], "subject", 2, 0, tmp_path, default_workers())
    (score,) = result.scores
    assert score.n == len(read([data]).crops)
    assert score.subjects == 12
    assert not score.leaks
    assert score.protocol.startswith("2 folds: nobody")
    assert read_crossval(tmp_path / "crossval.json", RECIPE, result.data_digest, None) == result
    with pytest.raises(DataError, match="another recipe"):
        read_crossval(tmp_path / "crossval.json", make_recipe(epochs=3), result.data_digest, None)


def test_result_of_another_experiment_is_refused(tmp_path, data, home):
    result = cross_validate(RECIPE, [data], "subject", 2, 0, tmp_path, default_workers())
    for digest, initial in (("other", None), (result.data_digest, "mien-8")):
        with pytest.raises(DataError, match="other data"):
            read_crossval(tmp_path / "crossval.json", RECIPE, digest, initial)


def test_data_that_are_divided_already_are_refused_before_training(tmp_path, home):
    crops = read([str(write_learnable(tmp_path / "ck", subjects=6, frames=1))]).crops
    root = write_folder(
        tmp_path / "divided",
        {
            f"{('train', 'test')[n % 2]}/{EXPRESSIONS[crops.labels[n]]}/{n}.png": encode(crop[..., 0])
            for n, crop in enumerate(crops.crops)
        },
    )
    with pytest.raises(DataError, match="use fit"):
        cross_validate(RECIPE, [str(root)], "subject", 2, 0, tmp_path / "x", 1)


def test_file_that_is_no_cross_validation_is_refused(tmp_path):
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(DataError, match="not a cross-validation"):
        read_crossval(tmp_path / "x.json", RECIPE, "", None)


@pytest.mark.xdist_group("ray")
def test_folds_run_as_tasks_of_a_ray_cluster(tmp_path, data, home, monkeypatch, ray_cluster):
    monkeypatch.setenv("MIEN_RAY_ADDRESS", ray_cluster)
    settings.cache_clear()
    result = cross_validate(RECIPE, [data], "subject", 2, 0, tmp_path, 1)
    assert result.scores[0].n == len(read([data]).crops)


def test_cluster_that_does_not_answer_gets_one_sentence(home, monkeypatch):
    pytest.importorskip("ray", reason="the ray extra is not installed")
    monkeypatch.setenv("MIEN_RAY_ADDRESS", "127.0.0.1:9")
    settings.cache_clear()
    with pytest.raises(ClusterError, match="does not answer"):
        list(run_all(find_bundle, ["mien-8"], 1))
