import json

import pytest

from tests.training.commands.test_fit import train

FIELDS = {
    *("n", "accuracy", "balanced_accuracy", "macro_f1", "ece", "brier", "nll", "per_class", "confusion"),
    *("labels", "milliseconds_per_crop", "refusal", "robustness"),
}


def test_evaluate_prints_one_json_object_with_every_figure(tmp_path, data):
    out = train(tmp_path, "evaluate", "--model", "ckplus-reference", "--data", data, "--json").stdout
    found = json.loads(out)
    assert set(found) >= FIELDS
    assert found["n"] == 140
    assert sum(map(sum, found["confusion"])) == 140
    right = sum(found["confusion"][i][i] for i in range(7))
    assert found["accuracy"] == pytest.approx(right / 140)
    assert len(found["labels"]) == len(found["confusion"]) == 7
    assert found["score"]["leaks"], "the model learned from CK+48"


def test_view_of_the_present_expressions_leaves_neutral_out(tmp_path, data):
    arguments = ("--model", "mien-8", "--data", data, "--json")
    assert len(json.loads(train(tmp_path, "evaluate", *arguments).stdout)["labels"]) == 8
    seven = json.loads(train(tmp_path, "evaluate", *arguments, "--present-only").stdout)
    assert "neutral" not in seven["labels"]


def test_evaluate_says_in_one_sentence_what_is_wrong(tmp_path):
    assert "no data at nowhere" in train(tmp_path, "evaluate", "--data", "nowhere", code=1).stderr
    said = train(tmp_path, "evaluate", "--data", "nowhere", "--model", "nonsense", code=1).stderr
    assert "choose one of" in " ".join(said.split())
