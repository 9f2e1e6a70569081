import json

import pytest

from tests.training.commands.test_fit import ask, train
from tests.training.datasets.conftest import write_folder, write_zip
from tests.training.datasets.test_ckplus import files
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
