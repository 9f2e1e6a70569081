import io
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from mlflow.entities import Metric, Param, RunTag

from core.bundles import Score, bundle_names, find_bundle
from core.bundles.store import read_bundle
from tests.training.conftest import make_crops
from tests.ui.history.page import history_page, opened, search, shown, texts
from training.cards import write_card
from training.evaluation import Predictions
from training.history import Course
from training.history.course import Plan
from training.judged import keep_judged
from training.tracking.store import open_store
from ui.history.downloads import to_csv, to_zip


def test_home_without_runs_offers_the_demo(home, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    app = history_page().run()
    assert not app.exception
    assert "Nothing was trained yet" in app.info[0].value
    assert app.get("page_link")
    app.query_params["run"] = "gone"
    app.run()
    assert "not here (any more)" in app.warning[0].value


def test_server_that_is_down_gives_a_sentence(home, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    app = history_page().run()
    assert not app.exception
    assert "does not answer" in app.error[0].value
    assert list(app.dataframe[0].value["Model"]) == list(bundle_names())
    assert find_bundle().card.headline.accuracy.in_percent in app.dataframe[0].value["Right"].iloc[0]
    assert app.get("page_link"), "the models that are here are one click away"


def test_where_the_server_keeps_data_and_runs_is_for_analysts(store):
    client, experiment = open_store()
    found = []
    for place in ("/srv/ward 7/faces", "/srv/ward 8/faces"):
        run = client.create_run(experiment, run_name=place[-7:]).info.run_id
        parameters = {"recipe.name": "quick", "data": f'["{place}"]'}
        client.log_batch(
            run,
            metrics=[Metric("loss", 0.5, 60_000, 1)],
            params=[Param(key, value) for key, value in parameters.items()],
            tags=[RunTag("folder", "/srv/mien/runs/x")],
        )
        client.set_terminated(run)
        found.append(run)
    for analyst, seen in ((None, False), ("Ada", True)):
        one, both = history_page(), history_page()
        for app, asked in ((one, found[:1]), (both, found)):
            if analyst:
                app.session_state["analyst"] = analyst
            app.query_params["run"] = asked
            app.run()
            assert not app.exception
        tables = [table.value.to_string() for app in (one, both) for table in app.dataframe]
        assert len(tables) >= 4
        assert any("/srv/ward 8" in table for table in tables) is seen
        assert any("/srv/" in table for table in tables) is seen


def test_runs_are_listed_and_found(runs):
    app = history_page().run()
    assert not app.exception
    assert {"page one", "page two"} <= shown(app)
    assert shown(search(app, "page TWO")) == {"page two"}  # once a test: they share the store


def test_link_opens_one_run_with_its_curves(runs):
    app = history_page()
    app.query_params["run"] = runs[0]
    app.run()
    assert not app.exception
    assert "page one" in texts(app)
    assert len(app.get("plotly_chart")) == 2
    assert "recipe.learning_rate" in set(app.dataframe[1].value["Setting"])


def test_link_compares_runs_and_shows_only_what_differs(runs):
    app = history_page()
    app.query_params["compare"] = ",".join(runs)
    app.run()
    assert not app.exception
    assert "2 runs side by side" in texts(app)
    assert list(app.dataframe[1].value.iloc[:, 0]) == ["recipe.learning_rate"]
    assert list(app.dataframe[1].value["page two"]) == ["0.002"]


def test_link_to_a_run_that_is_gone_gives_a_sentence(runs):
    app = history_page()
    app.query_params["run"] = "nothing"
    app.run()
    assert "not here" in app.warning[0].value


def test_every_score_of_a_run_can_be_looked_at(runs):
    bundle = find_bundle("mien-8")
    open_store()[0].set_tag(runs[0], "digest", bundle.digest)
    app = opened(runs[0])
    assert not app.exception
    score = app.selectbox(key="score")
    assert len(score.options) == len(bundle.card.scores)
    assert bundle.card.scores[0].accuracy.in_percent in texts(app)
    leaking = next(number for number, one in enumerate(bundle.card.scores) if one.leaks)
    score.set_value(leaking).run()
    assert not app.exception
    assert bundle.card.scores[leaking].accuracy.in_percent in texts(app)
    assert "leaks" in texts(app)


def judge_as(folder: Path, score: Score) -> None:
    """Leave what a run leaves that judged nothing but the faces of a score."""
    cells = [(t, g) for t, row in enumerate(score.confusion) for g, n in enumerate(row) for _ in range(n)]
    truth, guess = np.array(cells).T
    data = make_crops(1, 1).take(np.zeros(len(cells), np.intp))
    answers = np.eye(len(score.labels), dtype=np.float32)[guess]
    predictions = Predictions(score.labels, data, truth, answers, np.ones(len(cells), np.bool_))
    keep_judged(folder, predictions, np.full(len(cells), score.data))


def test_pictures_are_offered_only_for_what_the_run_judged_itself(runs, tmp_path):
    bundle = find_bundle("mien-8")
    own, of_folds = bundle.card.scores[:2]
    judge_as(tmp_path, own)
    for name, value in (("digest", bundle.digest), ("folder", str(tmp_path))):
        open_store()[0].set_tag(runs[0], name, value)
    app = opened(runs[0])
    assert f"{sum(own.confusion[0])} faces of anger" in texts(app)
    app.selectbox(key="score").set_value(1).run()
    assert not app.exception
    assert sum(of_folds.confusion[0]) > 0
    assert "keeps none of the pictures behind this score" in texts(app)
    assert "faces of anger" not in texts(app)


@pytest.fixture
def fold(spare_run, tmp_path) -> str:
    """A run whose model lies in its own folder only, as that of a fold does."""
    shutil.copytree(find_bundle("ckplus-reference").folder, tmp_path / "bundle")
    card = find_bundle("ckplus-reference").card
    write_card(card.model_copy(update={"name": "spare"}), tmp_path / "bundle")
    for name, value in (("digest", read_bundle(tmp_path / "bundle").digest), ("folder", str(tmp_path))):
        open_store()[0].set_tag(spare_run, name, value)
    return spare_run


def test_run_whose_model_lies_in_its_own_folder_shows_it(fold):
    app = opened(fold)
    assert not app.exception
    assert "right, macro-F1" in texts(app)
    assert "is not here" not in texts(app)


def test_versions_of_a_run_name_the_commit(runs):
    commit = "8aa72be0c4f1e2d3a4b5c6d7e8f90123456789ab"
    open_store()[0].set_tag(runs[0], "mlflow.source.git.commit", commit)
    settings_of_the_run = opened(runs[0]).dataframe[1].value.set_index("Setting")["Value"]
    assert settings_of_the_run["versions.git_commit"] == commit


def test_run_whose_model_is_gone_says_so(fold, tmp_path):
    shutil.rmtree(tmp_path / "bundle")
    app = opened(fold)
    assert not app.exception
    assert "The model spare is not here as this run left it" in texts(app)


def test_runs_are_filtered_by_data_split_state_and_device(runs, spare_run, request):
    client, _ = open_store()
    client.log_param(spare_run, "data", "elsewhere")
    client.set_tag(spare_run, "device", "abacus")
    client.set_terminated(spare_run, "FAILED")
    app = history_page().run()
    for name, value in (("data", "elsewhere"), ("state", "Failed"), ("device", "abacus")):
        app.selectbox(key=f"{name}_filter").set_value(value).run()
        assert request.node.name in shown(app)
        assert "page one" not in shown(app)
        app.selectbox(key=f"{name}_filter").set_value(None).run()
    app.selectbox(key="split_filter").set_value("subject").run()
    assert {"page one", "page two"} <= shown(app)
    assert request.node.name not in shown(app)
    assert "No run is like that" in texts(search(app, "abacus"))


def test_killed_run_is_said_to_be_lost_and_learns_no_more(store, tmp_path):
    client, experiment = open_store()
    run = client.create_run(experiment, run_name="page killed").info.run_id
    client.log_batch(run, metrics=[Metric("loss", 0.5, 60_000, 1)], tags=[RunTag("folder", str(tmp_path))])
    (tmp_path / "events.jsonl").touch()
    states = history_page().run().dataframe[0].value.set_index("Name")["State"]
    assert states["page killed"] == "Learning"
    os.utime(tmp_path / "events.jsonl", (0, 0))
    states = history_page().run().dataframe[0].value.set_index("Name")["State"]
    assert states["page killed"] == "Lost"


def test_at_most_ten_runs_are_compared_with_their_intervals(store):
    client, experiment = open_store()
    made = [client.create_run(experiment, run_name=f"page many {n}").info.run_id for n in range(11)]
    scores = {"accuracy": 0.8, "accuracy/low": 0.7, "accuracy/high": 0.9}
    for run in made:
        client.log_batch(
            run, metrics=[Metric(f"drawn/{name}", value, 1, 0) for name, value in scores.items()]
        )
        client.set_terminated(run)
    app = history_page()
    app.query_params["compare"] = ",".join(made)
    app.run()
    assert not app.exception
    assert "10 runs side by side" in texts(app)
    told = app.dataframe[-1].value
    assert len(told.columns) == 1 + 10
    assert told["page many 0"].iloc[0] == "80.0% (70.0% to 90.0%) on drawn"


def test_curves_as_csv_have_one_line_an_epoch_with_its_time():
    curves = {"loss": [(1, 5.0, 0.5), (2, 9.0, 0.25)], "val_loss": [(2, 9.0, 0.75)]}
    told = to_csv(Course(curves, 1.0, Plan(), "finished"))
    assert told.splitlines() == [
        "epoch,seconds_since_start,loss,val_loss",
        "1,4.0,0.5,",
        "2,8.0,0.25,0.75",
    ]


def test_model_as_zip_holds_everything_it_takes_to_serve_and_to_train_on():
    bundle = find_bundle("ckplus-reference")
    with zipfile.ZipFile(io.BytesIO(to_zip(bundle.folder))) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert {f"{bundle.name}/{name}" for name in ("card.json", "model.keras", "model.tflite")} <= set(files)
    assert files[f"{bundle.name}/card.json"] == (bundle.folder / "card.json").read_bytes()
