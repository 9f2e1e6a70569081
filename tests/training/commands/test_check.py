import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.training.commands.test_fit import ask, train
from tests.training.datasets.conftest import write_folder, write_zip
from tests.training.datasets.test_ckplus import files
from tests.training.datasets.test_ferplus import write as write_npz
from tests.training.datasets.test_labelled_folder import png


@pytest.fixture
def ckplus(tmp_path):
    content = {**files(), "fear/S012_001_00000001.png": b"broken", "../S013_001_00000001.png": png(0)}
    return write_zip(tmp_path / "[ck].zip", content)


def test_json_is_one_object_with_all_that_was_found(tmp_path, ckplus):
    found = json.loads(train(tmp_path, "check", ckplus, "--json").stdout)
    assert found["crops"] == 42
    assert found["classes"]["fear"] == 6
    assert {one["name"] for one in found["unreadable"]} == {
        "../S013_001_00000001.png",
        "fear/S012_001_00000001.png",
    }
    assert found["subjects"] == 2
    assert found["refusals"] == []
    assert found["random_split_leak"] > 0.5


def test_tables_say_it_to_a_reader(tmp_path, ckplus):
    mine = write_folder(tmp_path / "[red]mine", {"happy/a.png": png(0), "bored/b.png": png(1)})
    said = ask(tmp_path, "check", ckplus, mine).stdout
    for part in ("happiness", "[red]mine", "Unreadable (2)", "Unknown label (1)", "random 80:20 split"):
        assert part in said


def test_refusal_is_said_and_is_no_failure(tmp_path):
    mine = write_folder(tmp_path / "mine", {"happy/a.png": png(0)})
    assert "Training refuses: There are no pictures of anger" in ask(tmp_path, "check", mine).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["check"], 2, "DATA"),
        (["check", "nowhere"], 1, "no data at nowhere"),
        (["check", "kaggle:faces"], 1, "There is no data set"),
    ],
)
def test_wrong_usage_gets_one_sentence(tmp_path, arguments, code, sentence):
    said = ask(tmp_path, *arguments, code=code).stderr
    assert sentence in " ".join(said.replace("│", " ").split())


def test_training_refuses_what_the_check_refuses(tmp_path):
    mine = write_folder(tmp_path / "mine", {"happy/a.png": png(0), "sad/b.png": png(1)})
    said = ask(tmp_path, "fit", "--data", mine, "--recipe", "reference", code=1).stderr
    assert "There are no pictures of anger" in said
    assert "--anyway" in said


def test_training_may_be_told_to_go_on(tmp_path):
    mine = write_folder(tmp_path / "mine", {"happy/a.png": png(0), "sad/b.png": png(1)})
    said = ask(tmp_path, "fit", "--data", mine, "--recipe", "reference", "--anyway", code=1).stderr
    assert "Only 2 subjects are known" in said


def test_sheet_goes_where_it_was_asked_to_and_never_over_the_data(tmp_path):
    mine = write_folder(tmp_path / "mine", {"happy/a.png": png(0), "sad/b.png": png(1)})
    ask(tmp_path, "check", mine, "--sheet", tmp_path / "sheet.out")
    assert set(np.load(tmp_path / "sheet.out").files) == {"happiness", "sadness"}
    data = write_npz(tmp_path / "train-1.npz", [{"anger": 10}, {"happiness": 10}])
    before = data.read_bytes()
    said = ask(tmp_path, "check", data, "--sheet", data, code=2).stderr
    assert "name another file" in " ".join(said.replace("│", " ").split())
    assert data.read_bytes() == before


def test_letters_that_a_terminal_lacks_and_arguments_that_are_no_text_are_no_traceback(tmp_path):
    mine = write_folder(tmp_path / "☺", {"happy/a.png": png(0), "sad/b.png": png(1)})
    found = run(tmp_path, "check", os.fsencode(mine), b"--json", encoding="cp1252")
    assert json.loads(found.stdout.decode())["sources"][0]["source"] == "☺"
    assert "★" in run(tmp_path, "list", encoding="cp1252").stdout.decode()
    refused = run(tmp_path, "promote", "ckplus-reference", b"--note", b"caf\xe9", encoding="utf-8", code=1)
    assert b"is not written in UTF-8" in refused.stderr


def run(home, *arguments, encoding, code=0):
    """As a terminal of another encoding calls it; arguments may be any bytes."""
    command = [sys.executable, "-m", "training", *arguments]
    environment = {**os.environ, "MIEN_HOME": str(home), "PYTHONIOENCODING": encoding}
    done = subprocess.run(command, capture_output=True, env=environment, check=False)
    assert done.returncode == code, done.stderr
    assert b"Traceback" not in done.stderr
    return done


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
def test_full_disk_is_one_sentence(tmp_path):
    mine = write_folder(tmp_path / "mine", {"happy/a.png": png(0), "sad/b.png": png(1)})
    said = ask(tmp_path, "check", mine, "--sheet", "/dev/full", code=1).stderr
    assert "The disk is full: make room" in " ".join(said.split())
