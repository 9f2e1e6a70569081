import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from core.settings import settings
from training.commands import app
from training.jobs import table
from training.jobs.job import JobSpec
from training.recipe import load_recipe

RECIPE = """
name = "tiny"
description = "for tests"
network = "reference"
epochs = 2
batch_size = 32
recut = false
inner_share = 0.2
"""
NO_SERVER = {"MLFLOW_TRACKING_URI": "http://127.0.0.1:9"}
"""Nobody answers there, and no training minds."""


def train(home, *arguments, code=0):
    command = [sys.executable, "-m", "training", *map(str, arguments)]
    environment = {**os.environ, "MIEN_HOME": str(home), "CUDA_VISIBLE_DEVICES": "", **NO_SERVER}
    result = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert result.returncode == code, result.stderr
    assert "Traceback" not in result.stderr
    return result


def ask(home, *arguments, code=0):
    """The same in this process, which has loaded Keras: for what comes to no training."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIEN_HOME", str(home))
        settings.cache_clear()
        result = CliRunner().invoke(app, [*map(str, arguments)])
    settings.cache_clear()
    assert result.exit_code == code, result.output
    return result


def test_fit_trains_judges_and_leaves_a_bundle_that_classifies(tmp_path, data, portrait_file):
    (tmp_path / "tiny.toml").write_text(RECIPE)
    result = train(
        tmp_path / "home",
        "fit",
        "--recipe",
        tmp_path / "tiny.toml",
        "--data",
        data,
        "--also",
        "random",
        "--also",
        "subject",
        "--also",
        "random",
        "--seed",
        7,
    )
    assert "S900" in result.stderr
    said = " ".join(result.stderr.split())
    assert said.count("The run tiny (random) cannot be logged") == 1
    assert said.count("The run tiny (subject) cannot be logged") == 1
    assert "LEAKS" in result.stdout
    card = json.loads((tmp_path / "home" / "models" / "tiny" / "card.json").read_text())
    assert [score["leaks"] for score in card["scores"]] == [False, True]
    assert card["scores"][0]["leak"] == 0 < card["scores"][1]["leak"]
    assert card["parameters"] == 839_815
    assert card["training"]["seed"] == 7
    command = [sys.executable, "-m", "core", "classify", str(portrait_file), "--model", "tiny"]
    environment = {**os.environ, "MIEN_HOME": str(tmp_path / "home")}
    answer = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    assert json.loads(answer.stdout)["model"] == "tiny"


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["fit"], 2, "--data"),
        (["fit", "--data", "nowhere"], 1, "no data at nowhere"),
        (["fit", "--data", "{data}", "--recipe", "nonsense"], 1, "choose one of"),
        (["fit", "--data", "{data}", "--split", "lucky"], 2, "lucky"),
        (["fit", "--data", "{data}", "--name", "../x"], 1, "cannot name a model"),
        (["fit", "--data", "{data}/fear"], 1, "no pictures in the folders"),
        (["fit", "--data", "{data}", "--teacher", "nobody"], 1, "no model called 'nobody'"),
        (["crossval", "--data", "{data}", "--teacher", "nobody"], 1, "no model called 'nobody'"),
        (["fit", "--data", "{data}", "--recipe", "finetune"], 1, "name one with --from"),
        (["crossval", "--data", "{data}", "--recipe", "finetune"], 1, "name one with --from"),
        (["fit", "--data", "{data}", "--from", "ckplus-reference"], 1, "is another network than recommended"),
        (["evaluate", "--data", "{data}", "--keep", "--robustness", "--present-only"], 2, "leave those out"),
    ],
)
def test_wrong_usage_gets_one_sentence(tmp_path, data, arguments, code, sentence):
    filled = [text.format(data=data) for text in arguments]
    said = ask(tmp_path, *filled, code=code).stderr
    assert sentence in " ".join(said.replace("│", " ").split())


def test_training_never_takes_the_name_of_what_serves_or_was_shipped(home, data):
    for name in ("mien-8", "ckplus-reference"):
        said = ask(home, "fit", "--data", data, "--recipe", "quick", "--name", name, code=1).stderr
        assert "another name" in said


def test_training_replaces_neither_its_teacher_nor_what_is_no_model(home, data, champion):
    own = home / "models" / "mine"
    shutil.copytree(champion.bundle.folder, own)
    (own / "card.json").write_text(
        (own / "card.json").read_text().replace('"name": "mien-8"', '"name": "mine"')
    )
    for option in ("--from", "--teacher"):
        said = ask(home, "fit", "--data", data, "--name", "mine", option, "mine", code=1).stderr
        assert "mine would be replaced by what learns from it" in " ".join(said.split())
    (home / "out" / "quick").mkdir(parents=True)
    said = ask(home, "fit", "--data", data, "--recipe", "quick", "--output", home / "out", code=1).stderr
    assert "exists and holds no model" in " ".join(said.split())
    assert (own / "model.tflite").exists()


def test_name_of_a_job_that_has_not_ended_is_left_to_it(home, data):
    job = table.add(JobSpec(recipe=load_recipe("quick"), data=(str(data),), name="ours"), "ada")
    said = ask(home, "fit", "--data", data, "--recipe", "quick", "--name", "ours", code=1).stderr
    assert f"The job {job.id} trains a model called ours" in " ".join(said.split())


def test_names_and_paths_are_told_as_they_are(home):
    for wrong in ("[/x]", "[bold]x", ":x:"):
        assert repr(wrong) in ask(home, "fit", "--data", "drawn", "--recipe", wrong, code=1).stderr
        assert repr(wrong) in ask(home, "promote", wrong, code=1).stderr
    said = ask(home, "fit", "--data", "/no[/]such", "--data", "drawn:x:y", "--recipe", "quick", code=1).stdout
    assert "Reading /no[/]such, drawn:x:y …" in " ".join(said.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("evaluate", "--data", "drawn:8", "--model", "mien-8"),
        ("crossval", "--data", "drawn:8"),
        ("card", "--model", "mien-8"),
    ],
)
def test_result_that_cannot_be_written_is_told_before_the_work(home, tmp_path, arguments):
    (tmp_path / "file").touch()
    said = ask(home, *arguments, "--output", tmp_path / "file" / "result", code=1)
    assert re.search(r"file cannot be used \(.+\): name another place", " ".join(said.stderr.split()))
    assert said.stdout == ""


@pytest.mark.parametrize("backend", ["nonsense", "torch"])
def test_keras_backend_that_is_not_there_is_told_before_anything_is_read(tmp_path, monkeypatch, backend):
    if importlib.util.find_spec(backend) is not None:
        pytest.skip(f"{backend} is installed")
    monkeypatch.setenv("KERAS_BACKEND", backend)
    said = train(tmp_path, "fit", "--recipe", "drawn", "--data", "drawn", code=2).stderr
    assert f"KERAS_BACKEND is '{backend}', which is not installed" in " ".join(said.replace("│", "").split())
