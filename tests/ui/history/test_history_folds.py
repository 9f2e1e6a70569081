"""A cross-validation on the History page."""

import json
from pathlib import Path

import pytest
from mlflow.entities import Metric, Param, RunTag

from core.bundles import find_bundle
from tests.ui.history.page import opened, texts
from training.tracking.content import headline_tag, score_values
from training.tracking.store import open_store

SCORES = find_bundle("ckplus-reference").card.scores


def log(name: str, values: dict[str, float], settings: dict[str, str], tags: dict[str, str], curve=()) -> str:
    client, experiment = open_store()
    run = str(client.create_run(experiment, run_name=name).info.run_id)
    metrics = [Metric(key, value, 1, 0) for key, value in values.items()]
    metrics += [Metric("val_loss", loss, 1000 * n, n) for n, loss in enumerate(curve, 1)]
    params = [Param(key, value) for key, value in settings.items()]
    client.log_batch(run, metrics, params, [RunTag(key, value) for key, value in tags.items()])
    client.set_terminated(run)
    return run


@pytest.fixture
def above(store, tmp_path) -> str:
    """The run above two folds, whose pooled result lies in its folder."""
    dumped = [score.model_dump(mode="json") for score in SCORES]
    (tmp_path / "crossval.json").write_text(json.dumps({"scores": dumped}))
    given = {"recipe.name": "quick", "data": "drawn", "split": "subject", "folds": "2"}
    tags = {"folder": str(tmp_path), **headline_tag(SCORES)}
    run = log("quick, 2 folds", score_values(SCORES, None), given, tags)
    for fold, right in ((2, 0.25), (1, 0.75)):
        values = {"drawn/accuracy": right, "drawn/macro_f1": 0.5}
        settings = given | {"fold": str(fold)}
        log(
            f"fold {fold} of 2", values, settings, {"mlflow.parentRunId": run, "epochs": "3"}, (0.9, 0.8, 0.7)
        )
    return run


def folds(app):
    return next(table.value for table in app.dataframe if "Fold" in table.value)


def test_cross_validation_shows_its_pooled_scores_and_its_folds_in_order(above):
    app = opened(above)
    assert not app.exception
    assert "right, macro-F1" in texts(app)
    assert "No epoch was trained" not in texts(app)
    assert "left no model" not in texts(app)
    assert list(folds(app)["Fold"]) == ["fold 1 of 2", "fold 2 of 2"]
    assert list(folds(app)["Held-out accuracy"]) == [0.75, 0.25]
    assert len(app.get("plotly_chart")) >= 2


@pytest.mark.parametrize("left", ["", "{", "{}", '{"scores": [{}]}'])
def test_without_its_folder_a_cross_validation_tells_what_was_tracked(above, tmp_path, left):
    (tmp_path / "crossval.json").write_text(left)
    app = opened(above)
    assert not app.exception
    assert f"{find_bundle('ckplus-reference').card.headline.accuracy.value:.1%}" in texts(app)
    assert "all folds together" in texts(app)


def test_result_of_another_call_in_the_same_folder_is_not_taken_for_this_one(above, tmp_path: Path):
    other = find_bundle("mien-8").card.scores
    (tmp_path / "crossval.json").write_text(
        json.dumps({"scores": [score.model_dump(mode="json") for score in other]})
    )
    assert "all folds together" in texts(opened(above))


def test_cross_validation_on_a_split_that_leaks_says_so_with_and_without_its_folder(store, tmp_path):
    scores = tuple(score for score in SCORES if score.leaks)
    file = tmp_path / "crossval.json"
    file.write_text(json.dumps({"scores": [score.model_dump(mode="json") for score in scores]}))
    given = {"recipe.name": "quick", "data": "drawn", "split": "random", "folds": "2"}
    run = log("leaking, 2 folds", score_values(scores, None), given, {"folder": str(tmp_path)})
    shown = texts(opened(run))
    assert "held-out faces" in shown
    assert "orange-badge[leaks]" in shown
    file.unlink()
    shown = texts(opened(run))
    assert "all folds together" in shown
    assert "orange-badge[leaks]" in shown


def test_cross_validation_none_of_whose_folds_is_known_says_so(store):
    given = {"recipe.name": "quick", "data": "drawn", "split": "subject", "folds": "2"}
    assert "No fold has ended" in texts(opened(log("quick, none of 2", {}, given, {})))
