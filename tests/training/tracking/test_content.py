import json
import os
import re
import sys

import pytest

from core.bundles import find_bundle
from training.run_folder import read_epochs
from training.tracking.content import code_version, headline_tag, parameters_of, score_values


def test_settings_become_flat_names_that_mlflow_takes():
    inputs = {"recipe": {"widths": [16, 32], "source_weights": {"CK+48": 2.0}}, "split": "subject"}
    assert parameters_of(inputs) == {
        "recipe.widths": "[16, 32]",
        "recipe.source_weights.CK_48": "2.0",
        "split": "subject",
    }


def test_leaking_scores_stand_apart_from_honest_ones():
    card = find_bundle("ckplus-reference").card
    values = score_values(card.scores, card.refusal)
    honest = card.headline
    assert values["ck-48/accuracy"] == honest.accuracy.value
    assert values["ck-48/macro_f1/low"] == honest.macro_f1.low
    assert values["ck-48/per_class/happiness/recall"] == honest.per_class["happiness"].recall
    assert values["ck-48-leaking/accuracy"] == next(s.accuracy.value for s in card.scores if s.leaks)


def test_figures_of_the_headline_are_those_that_the_card_believes():
    card = find_bundle("ckplus-reference").card
    scores = (next(s for s in card.scores if s.protocol.endswith("its person may")), *card.scores)
    ordered = card.model_copy(update={"scores": scores})
    assert ordered.headline.accuracy != scores[0].accuracy
    values = score_values(ordered.scores, ordered.refusal)
    assert values["ck-48/accuracy"] == ordered.headline.accuracy.value


def test_epoch_trained_again_counts_once_and_a_torn_line_not_at_all(tmp_path):
    lines = [{"event": "epoch", "epoch": n, "loss": loss} for n, loss in ((1, 0.9), (2, 0.8), (2, 0.7))]
    text = "\n".join([json.dumps({"event": "start", "epochs": 3}), *map(json.dumps, lines)])
    (tmp_path / "events.jsonl").write_text(text + '\n{"event": "epoch", "ep')
    assert {n: event["loss"] for n, event in read_epochs(tmp_path).items()} == {
        1: 0.9,
        2: 0.7,
    }


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
def test_slow_git_names_no_commit_and_fails_nothing(tmp_path, monkeypatch):
    git = tmp_path / "git"
    git.write_text("#!/bin/sh\nexec sleep 60\n")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("training.tracking.content.GIT_SECONDS", 0.2)
    assert code_version() == {}


def test_data_sets_named_in_any_script_have_figures_of_their_own():
    scores = find_bundle().card.scores[:1]
    named = [scores[0].model_copy(update={"data": name}) for name in ("датасет", "表情", "my faces")]
    found = {name.partition("/")[0] for name in score_values(named, None)}
    assert len(found) == 3
    assert "my-faces" in found
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in found)
    assert headline_tag(named[:1])["mien.headline"] in found
    alike = [
        named[0].model_copy(update={"data": name, "n": n}) for n, name in enumerate(("my faces", "My_faces"))
    ]
    values = score_values(alike, None)
    assert (values["my-faces/n"], values["my-faces-2/n"]) == (0, 1)
