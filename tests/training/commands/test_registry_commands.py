import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from core.bundles import find_bundle
from core.bundles.store import read_bundle
from core.settings import settings
from training.commands import app

ROOT = Path(__file__).parents[3]
HELP = """
import sys
from typer.testing import CliRunner
from training.commands import app
names = [command.name or command.callback.__name__ for command in app.registered_commands]
assert {"check", "fit", "crossval", "evaluate", "export", "promote", "rollback", "list", "card"} <= set(names)
for name in (*names, "jobs"):
    result = CliRunner().invoke(app, [name, "--help"])
    assert result.exit_code == 0 and "Usage" in result.output, result.output
print([name for name in ("keras", "tensorflow", "mlflow", "sqlalchemy", "plotly") if name in sys.modules])
"""


def run(*arguments, code=0):
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result


def test_variable_that_cannot_be_used_is_one_sentence(monkeypatch):
    monkeypatch.setenv("MIEN_RETENTION_DAYS", "soon")
    settings.cache_clear()
    for arguments in (("list",), ("list", "--json"), ("promote", "mien-8"), ("rollback",)):
        said = run(*arguments, code=1)
        assert said.stdout == ""
        assert "MIEN_RETENTION_DAYS cannot be used" in said.stderr
    command = [sys.executable, "-m", "training.worker"]
    worker = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert worker.returncode == 1
    assert "MIEN_RETENTION_DAYS cannot be used" in worker.stderr
    assert "Traceback" not in worker.stderr


def listing():
    return json.loads(run("list", "--json").stdout)


def test_promote_and_rollback_say_who_answers_now(home):
    said = run("promote", "ckplus-reference", "--by", "ada", "--note", "[why]").stdout
    assert "ckplus-reference answers from now on; before it, mien-8 did." in " ".join(said.split())
    assert listing()["champion"] == "ckplus-reference"
    assert "mien-8 answers again, instead of ckplus-reference." in run("rollback").stdout
    assert listing()["champion"] == "mien-8"
    entries = listing()["promotions"]
    assert [(entry["action"], entry["by"] == "ada") for entry in entries] == [
        ("promote", True),
        ("rollback", False),
    ]
    assert entries[0]["note"] == "[why]"
    assert "[why]" in run("list").stdout


def test_list_shows_the_honest_score_with_the_leaking_one_beside_it(home):
    models = {model["name"]: model for model in listing()["models"]}
    card = find_bundle("ckplus-reference").card
    one = models["ckplus-reference"]
    assert one["accuracy"] == card.headline.accuracy.value
    assert one["leaking_accuracy"] == next(s.accuracy.value for s in card.scores if s.leaks)
    assert one["bytes"] > 3_000_000
    assert models["mien-8"]["champion"]
    assert "★" in run("list").stdout


def test_list_names_models_in_full_however_narrow_the_terminal(home):
    name = "experiment-with-a-long-name-b"
    shutil.copytree(find_bundle("ckplus-reference").folder, home / "models" / name)
    assert name in run("list").stdout


def test_list_says_where_a_model_knows_some_of_the_people(home):
    bundle = find_bundle("ckplus-reference")
    folder = home / "models" / "acquainted"
    shutil.copytree(bundle.folder, folder)
    score = bundle.card.scores[1].model_copy(update={"shared_people": 0.8})
    (folder / "card.json").write_text(
        bundle.card.model_copy(update={"name": "acquainted", "scores": (score,)}).model_dump_json()
    )
    one = next(model for model in listing()["models"] if model["name"] == "acquainted")
    assert (one["shared_people"], one["protocol"]) == (0.8, score.protocol)
    assert "knows some of the people" in " ".join(run("list").stdout.replace("│", " ").split())


def test_damaged_model_is_listed_with_what_is_wrong(home):
    (home / "models" / "broken").mkdir(parents=True)
    (home / "models" / "broken" / "card.json").write_text("{}")
    broken = next(model for model in listing()["models"] if model["name"] == "broken")
    assert "damaged" in broken["damage"]
    assert broken["accuracy"] is None
    run("list")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["promote", "nobody"], 1, "choose one of"),
        (["promote", "mien-8"], 1, "the champion already"),
        (["promote"], 2, "Missing argument"),
        (["rollback"], 1, "no earlier champion"),
        (["export"], 2, "--output"),
        (["export", "--output", "x", "--model", "nobody"], 1, "choose one of"),
        (["export", "--output", "x", "--variant", "int8"], 2, "--data"),
        (["export", "--output", "x", "--variant", "int4"], 2, "int4"),
        (["export", "--output", "x", "--data", "nowhere"], 1, "nowhere"),
        (["export", "--output", "Bad Name"], 1, "cannot name a model"),
    ],
)
def test_wrong_usage_gets_one_sentence(home, arguments, code, sentence):
    said = run(*arguments, code=code).output
    assert sentence in " ".join(said.replace("│", " ").split())


def test_help_waits_for_no_heavy_package():
    said = subprocess.run([sys.executable, "-c", HELP], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_export_measures_the_variant_beside_the_served_model(home, tmp_path, shared_data):
    data = shared_data / "fer2013plus" / "valid.npz"
    small = tmp_path / "valid.npz"
    _first_rows(data, small, 300)
    result = run(
        "export", "--output", str(tmp_path / "mien-8-dynamic"), "--variant", "dynamic", "--data", str(small)
    )
    assert "mien-8-dynamic" in result.stdout
    assert "Largest |Δp|" in result.stdout
    assert "(leaks)" not in result.stdout
    assert "ms" in result.stdout
    exported = read_bundle(tmp_path / "mien-8-dynamic")
    size = (exported.folder / "model.tflite").stat().st_size
    assert size < 1.06 * exported.card.parameters, "a byte a weight"


def _first_rows(source, target, n):
    with np.load(source) as arrays:
        whole = len(arrays["images"])
        np.savez(target, **{k: arrays[k][:n] if len(arrays[k]) == whole else arrays[k] for k in arrays.files})
