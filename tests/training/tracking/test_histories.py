"""Runs that MLflow itself wrote, read from its file and from its real server."""

import socket
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from mlflow.entities import Metric, Param, RunTag
from mlflow.tracking import MlflowClient

from training.history import HistoryError, Run, open_history
from training.history.run import (
    ARCHIVED_TAG,
    HEADLINE_TAG,
    KEPT_ACCURACY_TAG,
    NOTE_TAG,
    experiment_name,
    trained_for,
)
from training.history.server import Server
from training.history.server_history import ServerHistory
from training.history.sqlite_history import SqliteHistory, thin
from training.tracking.store import open_store


@pytest.fixture
def client(store) -> MlflowClient:
    """A real store, with two runs of three epochs."""
    client, experiment = open_store()
    for run in client.search_runs([experiment]):
        if run.info.run_name in {"first", "second"}:  # of another test: they share the store
            client.delete_run(run.info.run_id)
    for name, leaking in (("first", ""), ("second", "-leaking")):
        run = client.create_run(experiment, run_name=name).info.run_id
        epochs = [
            Metric(key, value / epoch, 1000 * epoch, epoch)
            for epoch in (1, 2, 3)
            for key, value in (("loss", 0.9), ("val_loss", 1.2), ("val_accuracy", 0.3))
        ]
        scores = [
            Metric(f"ck-48{leaking}/accuracy", 0.8, 4000, 0),
            Metric(f"ck-48{leaking}/macro_f1", 0.7, 4000, 0),
        ]
        parameters = {"recipe.name": "quick", "split": "subject", "data": '["/data/ckplus48.zip"]'}
        tags = {"epochs": "3", "device": "cpu", "bundle": name}
        client.log_batch(
            run,
            metrics=[*epochs, *scores, *(Metric("seconds", 10.0, 1000 * day, day) for day in (1, 2, 3))],
            params=[Param(key, value) for key, value in parameters.items()],
            tags=[RunTag(key, value) for key, value in tags.items()],
        )
        client.set_terminated(run)
    return client


def check_runs(runs: tuple[Run, ...]) -> None:
    second, first = sorted(
        (run for run in runs if run.name in {"first", "second"}), key=lambda r: r.name, reverse=True
    )
    assert (first.state, first.recipe, first.split, first.data) == (
        "finished",
        "quick",
        "subject",
        "ckplus48.zip",
    )
    assert (first.epochs, first.device, first.bundle) == (3, "cpu", "first")
    assert (first.accuracy, first.macro_f1, first.inner_accuracy) == pytest.approx((0.8, 0.7, 0.1))
    assert (first.leaks, second.leaks) == (False, True)
    assert first.seconds == 30, "not what passed between its start and its end"
    assert first.sparkline == pytest.approx((1.2, 0.6, 0.4))


def check_changes(history, client: MlflowClient) -> None:
    run = next(run for run in history.runs() if run.name == "first")
    curves = history.curves(run.id)
    assert [point[0] for point in curves["val_loss"]] == [1, 2, 3]
    assert "ck-48/accuracy" not in curves
    history.tag(run.id, NOTE_TAG, "first words")
    history.tag(run.id, NOTE_TAG, "other words")
    history.tag(run.id, ARCHIVED_TAG, "true")
    changed = next(one for one in history.runs() if one.id == run.id)
    assert (changed.note, changed.archived) == ("other words", True)
    assert client.get_run(run.id).data.tags[NOTE_TAG] == "other words"
    history.delete(run.id)
    assert run.id not in [one.id for one in history.runs()]
    assert client.get_run(run.id).info.lifecycle_stage == "deleted"


def test_runs_are_read_and_changed_in_the_file_as_mlflow_does(client):
    history = open_history()
    assert isinstance(history, SqliteHistory)
    check_runs(history.runs())
    before = history.version()
    check_changes(history, client)
    assert history.version() != before


@pytest.mark.xdist_group("mlflow")
def test_runs_are_read_and_changed_on_a_real_server(client, tracking_server, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_server)
    history = open_history()
    assert isinstance(history, ServerHistory)
    check_runs(history.runs())
    check_changes(history, client)


@pytest.mark.parametrize(
    ("timed", "tags", "told"),
    [(30.0, {"seconds": "12.5"}, 30), (None, {"seconds": "12.5"}, 12.5), (None, {}, 9e5)],
)
def test_minutes_are_those_of_training_where_it_told_them(timed, tags, told):
    assert trained_for(timed, tags, 9e5) == told


def test_server_that_is_down_gives_one_sentence(monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with pytest.raises(HistoryError, match=r"127\.0\.0\.1 does not answer"):
        open_history().runs()


def test_server_that_hangs_holds_nobody_twice_in_a_row(monkeypatch):
    monkeypatch.setattr("training.history.server.PATIENCE", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # takes a call and never speaks
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        waited = []
        for _ in range(2):
            start = time.monotonic()
            with pytest.raises(HistoryError, match="does not answer"):
                ServerHistory(address).runs()
            waited.append(time.monotonic() - start)
        assert waited[0] >= 0.5
        assert waited[1] < 0.1
        monkeypatch.setattr("training.history.server.RESPITE", 0.0)
        with pytest.raises(HistoryError, match="does not answer"):
            ServerHistory(address).runs()
        assert time.monotonic() - start > 0.5, "and is asked again after a rest"


@pytest.mark.xdist_group("mlflow")
def test_figures_of_a_run_that_ended_are_asked_for_once(client, tracking_server, monkeypatch):
    history = ServerHistory(tracking_server)
    asked = []
    get = Server.get
    monkeypatch.setattr(Server, "get", lambda self, path, **q: (asked.append(path), get(self, path, **q))[1])
    first = next(run for run in history.runs() if run.name == "first")
    once = history.curves(first.id)
    asked.clear()
    assert ServerHistory(tracking_server).curves(first.id) == once
    assert asked == ["runs/get"]
    client.update_run(first.id, status="RUNNING")
    client.log_metric(first.id, "loss", 0.01, step=4)
    assert len(history.curves(first.id)["loss"]) == 4, "one that goes on is asked anew"


def test_home_without_runs_has_none(home):
    assert open_history().runs() == ()
    assert open_history().curves("x") == {}


def test_file_that_is_no_store_gives_one_sentence(tmp_path):
    (tmp_path / "runs.db").write_text("no database")
    with pytest.raises(HistoryError, match="cannot be read"):
        SqliteHistory(tmp_path / "runs.db").runs()


def test_sparkline_keeps_the_last_value_and_forty_at_most():
    assert thin(range(200))[-1] == 199
    assert len(thin(range(200))) == 40
    assert thin([]) == ()


@pytest.mark.parametrize(
    ("state", "tags", "restores", "told"),
    [
        ("finished", {}, False, 0.7),
        ("finished", {}, True, None),
        ("running", {}, True, 0.7),
        ("finished", {KEPT_ACCURACY_TAG: "0.8"}, True, 0.8),
    ],
)
def test_inner_accuracy_is_of_the_weights_that_were_kept(state, tags, restores, told):
    parameters = {"recipe.epochs": "9"} | ({"recipe.early_stopping": "5"} if restores else {})
    metrics = {"val_accuracy": 0.7}
    run = Run("1", "x", state, datetime.now(UTC), None, parameters=parameters, tags=tags, metrics=metrics)
    assert run.inner_accuracy == told


def test_score_that_the_card_believes_is_shown_whatever_its_name():
    metrics = {"ck-48/accuracy": 0.94, "fer-valid/accuracy": 0.84, "a-leaking/accuracy": 0.99}
    known = {"id": "1", "name": "x", "state": "finished", "started": datetime.now(UTC), "metrics": metrics}
    known |= {"seconds": None, "parameters": {}}
    assert Run(**known, tags={}).score_name("accuracy") == "ck-48/accuracy"
    assert Run(**known, tags={HEADLINE_TAG: "fer-valid"}).score_name("accuracy") == "fer-valid/accuracy"


def test_runs_of_another_experiment_are_not_shown(store, monkeypatch):
    client, _ = open_store()
    other = client.create_experiment("somebody else's")
    client.create_run(other, run_name="theirs")
    assert "theirs" not in {run.name for run in open_history().runs()}
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "somebody else's")
    assert {run.name for run in open_history().runs()} == {"theirs"}


@pytest.mark.parametrize("address", ["http://127.0.0.1:abc", "http://"])
def test_address_that_is_none_is_one_sentence(address):
    with pytest.raises(HistoryError, match="does not answer"):
        ServerHistory(address).runs()


@pytest.mark.parametrize("told", [b"null", b"[1]", b"{}", b'{"status": "ok"}'])
def test_address_of_something_else_gives_one_sentence(tmp_path, told):
    class Something(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

    with ThreadingHTTPServer(("127.0.0.1", 0), Something) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with pytest.raises(HistoryError, match="is no tracking server: check MLFLOW_TRACKING_URI"):
            ServerHistory(f"http://127.0.0.1:{server.server_port}").runs()
        server.shutdown()


def test_empty_name_of_the_experiment_counts_as_none(monkeypatch):
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "")
    assert experiment_name() == "mien"
