"""Folds run in real processes, and as real tasks on a local Ray cluster."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from core.bundles import Refusal, find_bundle
from core.errors import DataError, RecipeError
from core.expressions import EXPRESSIONS
from core.settings import settings
from tests.conftest import encode
from tests.training.conftest import make_crops, make_recipe
from tests.training.datasets.conftest import write_folder
from tests.training.datasets.test_ckplus import write_learnable
from tests.training.datasets.test_ferplus import write as write_npz
from tests.training.datasets.test_labelled_folder import png
from tests.training.datasets.test_near_duplicates import smooth
from training.commands import app
from training.crossval import (
    Fold,
    _pool_refusals,
    cross_validate,
    digest_of,
    require_same_classes,
    run_fold,
)
from training.crossval_result import CrossValidation, read_crossval
from training.datasets import read
from training.executors import ClusterError, EndedError, run_all
from training.history import open_history
from training.runs import load
from training.splits import folds

RECIPE = make_recipe(epochs=1, batch_size=32)
together = pytest.mark.xdist_group("crossval")
"""What stands on one cross-validation runs in one worker, which makes it once."""


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return str(write_learnable(tmp_path_factory.mktemp("ck"), subjects=12, frames=1))


@pytest.fixture(scope="module")
def trained(tmp_path_factory, data):
    """A cross-validation by the command, its home and its result."""
    root = tmp_path_factory.mktemp("crossval")
    recipe, output = root / "tiny.toml", root / "out" / "folds.json"
    recipe.write_text(as_toml(RECIPE))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_HOME", str(root / "home"))
        patch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")  # nobody answers there, and nothing minds
        settings.cache_clear()
        arguments = ["--recipe", str(recipe), "--data", data, "--folds", "2", "--seed", "0"]
        done = CliRunner().invoke(app, ["crossval", *arguments, "--output", str(output)])
        assert done.exit_code == 0, done.output
        yield root, CrossValidation.model_validate_json(output.read_text())
    settings.cache_clear()


def first_fold(data, folder, **changes) -> Fold:
    """The first of two, by person."""
    known = {"recipe": RECIPE, "data": (data,), "split": "subject", "count": 2, "number": 0, "seed": 0}
    known["digest"] = digest_of(load([data], RECIPE))
    return Fold(**{**known, "folder": folder / "fold-0", **changes})


@together
def test_every_person_is_judged_once_by_a_model_that_never_saw_them(trained, data):
    _, result = trained
    (score,) = result.scores
    assert score.n == len(read([data]).crops)
    assert score.subjects == 12
    assert not score.leaks
    assert (score.leak, score.shared_people) == (0, 0)
    assert score.protocol.startswith("2 folds: nobody")


@together
def test_result_of_another_experiment_is_refused(trained, data):
    root, result = trained
    file, crops = root / "out" / "folds.json", read([data]).crops
    assert read_crossval(file, RECIPE, crops, None) == result
    others = replace(crops, subjects=np.char.add("x", crops.subjects))
    for recipe, given, initial, sentence in (
        (make_recipe(epochs=3), crops, None, "another recipe"),
        (RECIPE, crops.take(np.arange(9)), None, "other data"),
        (RECIPE, crops, find_bundle("mien-8"), "other data"),
        (RECIPE, others, None, "other people or parts"),
    ):
        with pytest.raises(DataError, match=sentence):
            read_crossval(file, recipe, given, initial)
    with pytest.raises(DataError, match=r"folds of the subject split.*say --split subject"):
        read_crossval(file, RECIPE, crops, None, split="random")


@together
def test_result_of_folds_that_started_from_the_same_name_trained_anew_is_refused(trained, data, tmp_path):
    crops, start = read([data]).crops, find_bundle("mien-8")
    file = tmp_path / "folds.json"
    for digest in (None, start.digest):
        about = {"initial": "mien-8", "initial_digest": digest}
        file.write_text(trained[1].model_copy(update=about).model_dump_json())
        assert read_crossval(file, RECIPE, crops, start).initial == "mien-8"
    file.write_text(trained[1].model_copy(update={**about, "initial_digest": "0" * 16}).model_dump_json())
    with pytest.raises(DataError, match="another model to start from"):
        read_crossval(file, RECIPE, crops, start)


@together
def test_result_of_folds_that_another_teacher_taught_is_refused(trained, data, tmp_path):
    crops, teacher = read([data]).crops, find_bundle("mien-8")
    file = tmp_path / "folds.json"
    for digest, teachers in ((None, [teacher]), (teacher.digest, [None]), ("0" * 16, [None, teacher])):
        about = {"teacher": "mien-8" if digest else None, "teacher_digest": digest}
        file.write_text(trained[1].model_copy(update=about).model_dump_json())
        for given in teachers:
            with pytest.raises(DataError, match="what another teacher taught, or none"):
                read_crossval(file, RECIPE, crops, None, given)
    about = {"teacher": "mien-8", "teacher_digest": teacher.digest}
    file.write_text(trained[1].model_copy(update=about).model_dump_json())
    assert read_crossval(file, RECIPE, crops, None, teacher).teacher == "mien-8"


def test_fold_learns_from_the_teacher_it_names(data, home, tmp_path):
    answers, _ = run_fold(first_fold(data, tmp_path, teacher="mien-8"))
    assert len(answers.data)
    card = json.loads((tmp_path / "fold-0" / "bundle" / "card.json").read_text())
    assert card["training"]["teacher"] == "mien-8"


@together
def test_file_of_an_older_version_is_read_without_the_people(trained, data, tmp_path):
    _, result = trained
    old = tmp_path / "old.json"
    old.write_text(result.model_copy(update={"grouping_digest": None}).model_dump_json())
    crops = read([data]).crops
    others = replace(crops, subjects=np.char.add("x", crops.subjects))
    assert read_crossval(old, RECIPE, others, None).scores == result.scores


@together
def test_other_settings_in_the_same_folder_ask_to_start_anew(trained, data):
    root, _ = trained
    folder = root / "home" / "runs" / "tiny" / "subject-2-folds-0"
    assert json.loads((folder / "fold-0" / "inputs.json").read_text())["seed"] == 0
    with pytest.raises(DataError, match="--anew"):
        run_fold(first_fold(data, folder, recipe=make_recipe(epochs=9)))


def end_after_one(mark):
    """What runs the folds of a machine whose memory runs out after the first has begun."""

    def run_all(function, tasks, workers):
        mark.unlink()
        yield from ()
        raise EndedError("no memory")

    return run_all


@together
def test_folds_begun_anew_that_are_refused_leave_the_finished_ones(trained, data):
    root, _ = trained
    folder = root / "home" / "runs" / "tiny" / "subject-2-folds-0"
    before = (folder / "fold-0" / "run.json").read_text()
    with pytest.raises(RecipeError, match="another network"):
        cross_validate(RECIPE, [data], "subject", 2, 0, folder, 1, "mien-8", anew=True)
    assert (folder / "fold-0" / "run.json").read_text() == before
    run_fold(first_fold(data, folder))
    assert (folder / "fold-0" / "run.json").read_text() == before
    folds = [folder / f"fold-{number}" for number in range(2)]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(EndedError):
        patch.setattr("training.crossval.run_all", end_after_one(folds[0] / "anew"))
        cross_validate(RECIPE, [data], "subject", 2, 0, folder, 1, anew=True)
    assert [(one / "anew").exists() for one in folds] == [False, True], (
        "what is not trained anew yet, is to be"
    )
    (folds[1] / "anew").unlink()
    (folder / "fold-0" / "anew").touch()  # as a call with --anew does, that was killed before this fold
    for _ in range(2):
        run_fold(first_fold(data, folder))
        assert (folder / "fold-0" / "run.json").read_text() != before, "trained anew, and then taken up"


@together
def test_one_model_of_everybody_carries_the_scores_and_is_judged_again(trained, data):
    """`fit --crossval`, `fit --resume`, `evaluate --robustness --keep` and `card`, as a person types them."""
    root, result = trained
    fit = ["fit", "--recipe", str(root / "tiny.toml"), "--data", data, "--seed", "0"]
    fit += ["--crossval", str(root / "out" / "folds.json")]
    said = type_in(*fit)
    assert "all of it" in said
    bundle = find_bundle("tiny")
    assert bundle.card.scores == tuple(s.model_copy(update={"own": False}) for s in result.scores)
    assert bundle.card.training.rows["test"] == 0
    assert type_in(*fit, "--resume")
    assert find_bundle("tiny").card.training.epochs == RECIPE.epochs
    before = find_bundle("tiny").digest
    said = type_in("evaluate", "--model", "tiny", "--data", data, "--robustness", "--keep")
    assert "LEAKS" in said
    assert "Without an answer" in said
    assert find_bundle("tiny").digest == before
    said = type_in("card", "--model", "tiny")
    assert "**Leaks:** it had learned from these pictures" in said
    assert "| as they are |" in said
    assert "2 folds: nobody in the test part was seen in training" in said
    assert "| ckplus-reference |" in said
    beside = type_in("card", "--model", "tiny", "--beside", "mien-8")
    assert "| mien-8 |" in beside
    assert "| ckplus-reference |" not in beside


def type_in(*arguments):
    done = CliRunner().invoke(app, list(arguments))
    assert done.exit_code == 0, done.output
    return done.output


def as_toml(recipe):
    values = recipe.model_dump(exclude_unset=True)
    nested = values.pop("augmentation")
    lines = [f"{name} = {json.dumps(value)}" for name, value in values.items()]
    return "\n".join([*lines, "[augmentation]", *(f"{k} = {json.dumps(v)}" for k, v in nested.items())])


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


def test_crops_without_a_face_are_nothing_to_divide(tmp_path, home):
    every = [{name: 10} for name in ("anger", "disgust", "fear", "happiness", "sadness", "surprise")]
    write_npz(tmp_path / "train-1.npz", every * 2, seed=1)
    write_npz(tmp_path / "valid.npz", every, seed=2)
    np.savez(tmp_path / "not-a-face.npz", images=np.zeros((4, 48, 48), np.uint8))
    with pytest.raises(DataError, match="use fit"):
        cross_validate(RECIPE, [str(tmp_path)], "sequence", 2, 0, tmp_path / "x", 1)


def test_expression_that_a_fold_could_not_learn_is_told_before_the_first_training():
    data = make_crops(6)
    targets = data.targets.copy()
    targets[data.subjects == "S000"] = np.eye(len(targets[0]))[1]  # contempt, which nobody else shows
    rare = replace(data, targets=targets)
    with pytest.raises(DataError, match=r"In fold \d of 2 nobody is left to learn contempt from"):
        require_same_classes(rare, folds(rare, "subject", 2, 0))
    require_same_classes(data, folds(data, "subject", 2, 0))


def test_data_that_training_refuses_are_not_cross_validated_unless_told_so(tmp_path, home):
    content = {f"happy/p{n}_a_01.png": png(n) for n in range(3)}
    data = [str(write_folder(tmp_path / "happy-only", content))]
    with pytest.raises(DataError, match=r"no pictures of anger.*--anyway"):
        cross_validate(RECIPE, data, "subject", 2, 0, tmp_path / "x", 1)
    with pytest.raises(DataError, match="Only 3 subjects are known"):
        cross_validate(RECIPE, data, "subject", 9, 0, tmp_path / "x", 1, anyway=True)


def test_refusals_of_folds_are_pooled_by_the_crops_that_they_were_counted_on():
    known = {"faces_unanswered": 0.4, "leaks": False}
    small = Refusal(nonfaces=10, nonfaces_refused=0.5, faces=100, faces_refused=0.2, **known)
    known = {"faces_unanswered": 0.2, "leaks": True}
    large = Refusal(nonfaces=30, nonfaces_refused=0.9, faces=300, faces_refused=0.0, **known)
    found = _pool_refusals([small, large])
    assert (found.nonfaces, found.faces, found.leaks) == (40, 400, True)
    assert found.nonfaces_refused == pytest.approx(0.8)
    assert found.faces_refused == pytest.approx(0.05)
    assert found.faces_unanswered == pytest.approx(0.25)
    assert _pool_refusals([]) is None


def test_file_that_is_no_cross_validation_is_refused(tmp_path):
    (tmp_path / "x.json").write_text("{}")
    with pytest.raises(DataError, match="not a cross-validation"):
        read_crossval(tmp_path / "x.json", RECIPE, make_crops(1), None)


def test_part_that_a_data_set_keeps_for_its_own_test_is_not_judged_once_a_fold(data, home, tmp_path):
    others = {
        f"{('train', 'test')[n % 2]}/{EXPRESSIONS[n % 8]}/{n}.png": encode(crop[..., 0])
        for n, crop in enumerate(smooth(16, seed=5))
    }
    both = (data, str(write_folder(tmp_path / "divided", others)))
    other = {"data": both, "digest": digest_of(load(both, RECIPE))}
    fold = first_fold(data, tmp_path).model_copy(update=other)
    answers, _ = run_fold(fold)
    assert set(answers.data.sources) == {"CK+48"}
    assert len(answers.data) == len(read([data]).crops) / 2


@pytest.mark.xdist_group("ray")
def test_folds_run_as_tasks_of_a_ray_cluster(tmp_path, data, home, monkeypatch, ray_cluster):
    monkeypatch.setenv("MIEN_RAY_ADDRESS", ray_cluster)
    settings.cache_clear()
    store = settings().home.resolve() / "runs.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{store}")  # another test's cluster may know another
    result = cross_validate(RECIPE, [data], "subject", 2, 0, tmp_path, 1)
    assert result.scores[0].n == len(read([data]).crops)
    above, *folded = sorted(open_history().runs(), key=lambda run: run.started)
    assert above.name.endswith(", 2 folds")
    assert (above.state, above.accuracy) == ("finished", result.scores[0].accuracy.value)
    assert above.parameters["data_digest"] == result.data_digest
    assert [run.tags["mlflow.parentRunId"] for run in folded] == [above.id] * 2


def test_cluster_that_does_not_answer_gets_one_sentence(home, monkeypatch):
    pytest.importorskip("ray", reason="the ray extra is not installed")
    monkeypatch.setenv("MIEN_RAY_ADDRESS", "127.0.0.1:9")
    settings.cache_clear()
    with pytest.raises(ClusterError, match="does not answer"):
        list(run_all(find_bundle, ["mien-8"], 1))


def test_data_that_change_while_folds_are_trained_are_not_put_together(tmp_path, home):
    folder = write_learnable(tmp_path / "ck", subjects=4, frames=1)
    fold = first_fold(str(folder), tmp_path)
    next(folder.rglob("*.png")).unlink()
    with pytest.raises(DataError, match="changed while the folds were trained"):
        run_fold(fold)
    assert not fold.folder.exists()
