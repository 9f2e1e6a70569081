import io
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from mlflow.entities import Metric, Param, RunTag
from streamlit.testing.v1 import AppTest

from core.bundles import Score, bundle_names, find_bundle
from core.bundles.store import read_bundle
from core.settings import settings
from tests.training.conftest import make_crops
from tests.ui.conftest import open_page
from training.cards import write_card
from training.evaluation import Predictions
from training.history import Course, HistoryError, open_history
from training.history.course import Plan
from training.history.run import ARCHIVED_TAG, LABELS_TAG
from training.judged import keep_judged
from training.tracking.store import open_store
from ui.history.downloads import to_csv, to_zip
from ui.history.edit import delete_run, join_labels, write_tags


def history_page() -> AppTest:
    return open_page("history", 60)


@pytest.fixture
def store(store, monkeypatch) -> Path:
    """The default store, on a server whose analysts sign in."""
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    return store


@pytest.fixture
def runs(store) -> list[str]:
    """Two finished runs in a real store, by id."""
    client, experiment = open_store()
    found = []
    for name, rate in (("page one", "0.001"), ("page two", "0.002")):
        run = client.create_run(experiment, run_name=name).info.run_id
        epochs = [
            Metric(key, 1 / epoch, 60_000 * epoch, epoch)
            for epoch in (1, 2, 3)
            for key in ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate")
        ]
        settings = {"recipe.name": "quick", "recipe.learning_rate": rate, "data": "drawn", "split": "subject"}
        client.log_batch(
            run,
            metrics=[*epochs, Metric("drawn/accuracy", 0.8, 1, 0)],
            params=[Param(key, value) for key, value in settings.items()],
            tags=[RunTag("bundle", "mien-8")],
        )
        client.set_terminated(run)
        found.append(run)
    return found


@pytest.fixture
def spare_run(store, request) -> str:
    """A finished run whose model does not serve, named after its test: they share the store."""
    client, experiment = open_store()
    run = client.create_run(experiment, run_name=request.node.name).info.run_id
    client.log_batch(run, metrics=[Metric("loss", 0.5, 60_000, 1)], tags=[RunTag("bundle", "spare")])
    client.set_terminated(run)
    return str(run)


def shown(app: AppTest) -> set[str]:
    """The names in the table of runs."""
    return set(app.dataframe[0].value["Name"])


def search(app: AppTest, words: str) -> AppTest:
    return next(field for field in app.text_input if field.label == "Search").set_value(words).run()


def texts(app: AppTest) -> str:
    parts = [app.markdown, app.caption, app.subheader, app.error, app.info, app.warning]
    return " ".join(str(element.value) for part in parts for element in part)


def test_home_without_runs_offers_the_demo(home, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    app = history_page().run()
    assert not app.exception
    assert "Nothing was trained yet" in app.info[0].value
    assert app.get("page_link")


def test_server_that_is_down_gives_a_sentence(home, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    app = history_page().run()
    assert not app.exception
    assert "does not answer" in app.error[0].value
    assert list(app.dataframe[0].value["Model"]) == list(bundle_names())
    assert find_bundle().card.headline.accuracy.in_percent in app.dataframe[0].value["Right"].iloc[0]
    assert app.get("page_link"), "the models that are here are one click away"


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


def test_note_is_kept_by_an_analyst_only(runs):
    app = history_page()
    app.query_params["run"] = runs[0]
    app.run()
    assert not app.text_area
    app.session_state["analyst"] = "Ada"
    app.run()
    app.text_area[0].set_value("the first that learned").run()
    app.button(key="keep").click().run()
    assert open_store()[0].get_run(runs[0]).data.tags["mlflow.note.content"] == "the first that learned"


def opened(run: str) -> AppTest:
    """One run, as an analyst sees it."""
    app = history_page()
    app.session_state["analyst"] = "Ada"
    app.query_params["run"] = run
    return app.run()


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


def archive(run: str, value: str = "true") -> None:
    """What the dialog's button does: AppTest shows no dialog."""
    history = open_history()
    write_tags(history, next(one for one in history.runs() if one.id == run), {ARCHIVED_TAG: value})


def test_run_is_archived_out_of_sight_and_taken_back(spare_run, request):
    archive(spare_run)
    app = history_page().run()
    assert request.node.name not in shown(app)
    app.toggle(key="archived").set_value(True).run()
    assert request.node.name in shown(app)
    opened(spare_run).button(key="unarchive").click().run()
    assert request.node.name in shown(history_page().run())


def test_run_of_the_model_that_serves_is_neither_archived_nor_deleted(runs):
    with pytest.raises(HistoryError, match="serves: promote another one first"):
        archive(runs[0])
    history = open_history()
    run = next(one for one in history.runs() if one.id == runs[0])
    assert not run.archived
    with pytest.raises(HistoryError, match="serves: promote another one first"):
        delete_run(history, run)


def test_run_for_comparison_with_the_model_that_serves_is_not_protected(spare_run):
    for name, value in (("bundle", "mien-8"), ("digest", "of-another")):
        open_store()[0].set_tag(spare_run, name, value)
    archive(spare_run)
    archive(spare_run, "false")
    open_store()[0].set_tag(spare_run, "digest", find_bundle("mien-8").digest)
    with pytest.raises(HistoryError, match="serves: promote another one first"):
        archive(spare_run)


def test_run_that_is_still_training_is_not_deleted(spare_run, tmp_path):
    client = open_store()[0]
    client.update_run(spare_run, status="RUNNING")
    client.set_tag(spare_run, "folder", str(tmp_path))
    (tmp_path / "events.jsonl").touch()
    history = open_history()
    run = next(one for one in history.runs() if one.id == spare_run)
    with pytest.raises(HistoryError, match="still training: stop it"):
        delete_run(history, run)
    os.utime(tmp_path / "events.jsonl", (0, 0))
    delete_run(history, run)
    assert client.get_run(spare_run).info.lifecycle_stage == "deleted"


def test_archiving_is_asked_about_before_it_is_done(spare_run):
    opened(spare_run).button(key="archive").click().run()
    assert open_store()[0].get_run(spare_run).data.tags.get(ARCHIVED_TAG) != "true"


def test_labels_are_kept_and_found(spare_run, request):
    app = opened(spare_run)
    app.multiselect[0].set_value(["slow", "for Ada"])
    app.button(key="keep").click().run()
    assert not app.exception
    assert open_store()[0].get_run(spare_run).data.tags[LABELS_TAG] == "slow,for Ada"
    assert request.node.name in shown(search(history_page().run(), "for ada"))


def test_label_with_a_comma_is_refused():
    with pytest.raises(HistoryError, match="no comma"):
        join_labels(["one, two"])
    assert join_labels([" one ", "", "one"]) == "one"


@pytest.mark.xdist_group("mlflow")
def test_what_was_changed_on_a_real_server_is_seen_at_once(spare_run, tracking_server, monkeypatch, request):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_server)
    app = opened(spare_run)
    assert not app.exception
    app.text_area[0].set_value("seen at once").run()
    app.button(key="keep").click().run()
    notes = app.dataframe[0].value.set_index("Name")["Note"]
    assert notes[request.node.name] == "seen at once"
    archive(spare_run)
    delete_run(open_history(), next(run for run in open_history().runs() if run.id == spare_run))
    assert open_store()[0].get_run(spare_run).info.lifecycle_stage == "deleted"


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
