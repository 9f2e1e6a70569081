import json
import logging
import time

import pytest
from mlflow.tracking import MlflowClient

from tests.training.conftest import make_crops, make_recipe
from tests.training.tracking.conftest import finish_epoch, read_run
from training.bundling import Naming, bundle_run
from training.history import open_history
from training.run_folder import TrainingCancelledError
from training.runs import divide, train_run
from training.tracking.tracker import Tracker


def steps(client, run, name="loss"):
    return [metric.step for metric in client.get_metric_history(run.info.run_id, name)]


def test_run_holds_what_went_in_how_it_went_and_what_came_out(store, tmp_path):
    recipe = make_recipe(epochs=2)
    parts, folder = divide(make_crops(15), recipe, "subject", 1), tmp_path / "run"
    with Tracker(folder, "bars (subject)", data=["bars.zip"]) as tracker:
        train_run(recipe, parts, 1, folder, watchers=[tracker])
        bundle = bundle_run(folder, parts, Naming("bars", "Bars"), tmp_path / "bars")
        tracker.log_bundle(bundle)
    client, run = read_run(store, folder)
    assert run.info.status == "FINISHED"
    assert run.info.run_name == "bars (subject)"
    assert run.data.params["recipe.augmentation.rotation"] == "5.0"
    assert run.data.params["seed"] == "1"
    assert run.data.params["data_digest"] == parts.digest
    assert run.data.params["data"] == '["bars.zip"]'
    assert {"device", "backend", "versions.keras", "precision", "rows.train"} <= set(run.data.tags)
    for curve in (
        "loss",
        "accuracy",
        "val_loss",
        "val_accuracy",
        "learning_rate",
        "crops_per_second",
        "seconds",
    ):
        assert steps(client, run, curve) == [1, 2]
    assert run.data.metrics["ck-48/accuracy"] == bundle.card.scores[0].accuracy.value
    assert run.data.metrics["ck-48/expected_calibration_error"] >= 0
    kept = {file.path for folder in ("", "bundle") for file in client.list_artifacts(run.info.run_id, folder)}
    assert {"plots.html", "bundle/card.json", "bundle/model.tflite", "bundle/model.keras"} <= kept
    assert run.info.artifact_uri.startswith((store / "artifacts").as_uri())
    page = (store / "artifacts" / run.info.run_id / "artifacts" / "plots.html").read_text()
    assert "inner loss" in page
    assert "answered" in page


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (TrainingCancelledError("stop"), "KILLED"),
        (SystemExit(1), "KILLED"),
        (ValueError("x"), "FAILED"),
    ],
)
def test_run_says_how_it_ended_and_goes_on_under_its_id_when_resumed(store, folder, error, status):
    with pytest.raises(type(error)), Tracker(folder, "tiny") as tracker:
        tracker.on_train_begin()
        for epoch in (1, 2):
            finish_epoch(folder, epoch)
            tracker.on_epoch_end(epoch - 1)
        raise error
    _, first = read_run(store, folder)
    assert first.info.status == status
    with Tracker(folder, "tiny") as tracker:
        tracker.on_train_begin()
        finish_epoch(folder, 2)  # it was killed before the checkpoint, and the epoch trained again
        finish_epoch(folder, 3)
        tracker.on_epoch_end(2)
    client, second = read_run(store, folder)
    assert second.info.run_id == first.info.run_id
    assert second.info.status == "FINISHED"
    assert steps(client, second) == [1, 2, 3]


def test_killed_process_leaves_a_running_run_that_misses_nothing_once_resumed(store, folder):
    first = Tracker(folder, "tiny")  # never left: what SIGKILL does
    first.on_train_begin()
    first.on_train_batch_begin(1)
    finish_epoch(folder, 1)
    first.on_epoch_end(0)
    wait_for((folder / "mlflow.json").exists)
    client, run = read_run(store, folder)
    wait_for(lambda: steps(client, run) == [1])
    assert run.info.status == "RUNNING"
    finish_epoch(folder, 2)  # trained, but killed before it was told
    with Tracker(folder, "tiny") as second:
        second.on_train_begin()
    assert steps(client, run) == [1, 2]


def test_inner_accuracy_is_that_of_the_epoch_that_was_kept(store, folder):
    (folder / "inputs.json").write_text(json.dumps({"recipe": {"epochs": 9, "early_stopping": 2}}))
    told = {1: (0.9, 0.5), 2: (0.4, 0.8), 3: (0.6, 0.9)}
    with Tracker(folder, "early") as tracker:
        tracker.on_train_begin()
        for epoch, (loss, accuracy) in told.items():
            event = {
                "event": "epoch",
                "time": 1.0,
                "epoch": epoch,
                "val_loss": loss,
                "val_accuracy": accuracy,
            }
            with (folder / "events.jsonl").open("a") as file:
                file.write(json.dumps(event) + "\n")
        (folder / "run.json").write_text(json.dumps({"epochs": 3}))
    _, run = read_run(store, folder)
    (known,) = [one for one in open_history().runs() if one.id == run.info.run_id]
    assert known.metrics["val_accuracy"] == 0.9
    assert known.inner_accuracy == 0.8


def test_training_that_never_began_leaves_no_run(store, folder):
    with pytest.raises(ValueError), Tracker(folder, "tiny"):
        raise ValueError("the data are of no use")
    assert not (folder / "mlflow.json").exists()


def test_server_that_is_down_warns_once_and_fails_nothing(home, folder, monkeypatch, caplog):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://someone:secret@127.0.0.1:9")
    with caplog.at_level(logging.WARNING), Tracker(folder, "tiny") as tracker:
        tracker.on_train_begin()
        for epoch in range(5):
            tracker.on_train_batch_begin(1)
            tracker.on_epoch_end(epoch)
    (warning,) = [record.getMessage() for record in caplog.records]
    assert "The run tiny cannot be logged to http://127.0.0.1:9" in warning
    assert "MLFLOW_TRACKING_URI" in warning
    assert "secret" not in warning


def test_server_that_breaks_in_mid_training_is_told_everything_when_it_is_back(server, folder, caplog):
    with caplog.at_level(logging.WARNING), Tracker(folder, "tiny") as tracker:
        tracker.on_train_begin()
        tracker.on_train_batch_begin(1)
        finish_epoch(folder, 1)
        tracker.on_epoch_end(0)
        wait_for(lambda: server.steps() == [1])
        server.mood = "broken"
        for epoch in (2, 3):
            finish_epoch(folder, epoch)
            tracker.on_epoch_end(epoch - 1)
        wait_for(lambda: caplog.records)
        server.mood = "well"
    assert len(caplog.records) == 1
    assert server.asked("runs/create") == 1
    assert sorted(set(server.steps())) == [1, 2, 3]
    assert [body["status"] for path, body in server.told if path.endswith("runs/update")] == ["FINISHED"]


def test_server_that_dies_in_mid_training_warns_once_and_fails_nothing(server, folder, caplog):
    with caplog.at_level(logging.WARNING), Tracker(folder, "tiny") as tracker:
        tracker.on_train_begin()
        tracker.on_train_batch_begin(1)
        wait_for(lambda: server.asked("log-batch"))
        server.shutdown()
        server.server_close()
        for epoch in (1, 2):
            finish_epoch(folder, epoch)
            tracker.on_epoch_end(epoch - 1)
    assert len(caplog.records) == 1


def test_nobody_waits_for_a_server_that_hangs(server, folder, monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")
    server.mood = "hanging"
    with Tracker(folder, "tiny") as tracker:
        start = time.perf_counter()
        tracker.on_train_begin()
        for epoch in range(1, 20):
            tracker.on_train_batch_begin(1)
            finish_epoch(folder, epoch)
            tracker.on_epoch_end(epoch - 1)
        assert time.perf_counter() - start < 1
        start = time.perf_counter()
    assert time.perf_counter() - start < 15
    assert len(server.told) <= 2


def test_what_a_server_refuses_does_not_hold_up_the_rest(server, folder, caplog):
    server.mood = "refusing"
    with caplog.at_level(logging.WARNING), Tracker(folder, "tiny") as tracker:
        tracker.on_train_begin()
        finish_epoch(folder, 1)
    assert "no such parameter" in caplog.text
    assert server.steps() == [1]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PermissionError(13, "Permission denied", "/mnt/artifacts"), "Permission denied"),
        (LookupError("Unable to locate credentials"), "Unable to locate credentials"),
    ],
)
def test_place_for_artifacts_that_takes_nothing_does_not_hold_up_the_rest(store, folder, caplog, error, told):
    def upload(client: MlflowClient, run: str) -> None:
        raise error

    with caplog.at_level(logging.WARNING), Tracker(folder, "tiny") as tracker:
        tracker.on_train_begin()
        tracker._outbox.put(upload)
        finish_epoch(folder, 1)
    assert told in caplog.text
    _, run = read_run(store, folder)
    assert run.info.status == "FINISHED"
    assert "loss" in run.data.metrics


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


def without(name, file):
    """A file of a run as an older version wrote it."""
    found = json.loads(file.read_text())
    del found[name]
    file.write_text(json.dumps(found))


def test_run_that_came_to_its_end_elsewhere_is_logged_here_and_ends_as_finished(store, tmp_path):
    recipe = make_recipe(epochs=2)
    parts, folder = divide(make_crops(15), recipe, "subject", 1), tmp_path / "run"
    train_run(recipe, parts, 1, folder)
    for file in ("inputs.json", "run.json"):
        without("teacher", folder / file)
    about = json.loads((folder / "run.json").read_text())
    (folder / "run.json").write_text(json.dumps(about | {"device": "a graphics card"}))
    for _ in range(2):
        with Tracker(folder, "brought") as tracker:
            train_run(recipe, parts, 1, folder, resume=True, watchers=[tracker])
            tracker.log_bundle(bundle_run(folder, parts, Naming("bars", "Bars"), tmp_path / "bars"))
        client, run = read_run(store, folder)
        assert run.info.status == "FINISHED"
        assert run.data.params["recipe.name"] == "tiny"
        assert run.data.tags["device"] == "a graphics card"
        assert run.data.tags["epochs"] == "2"
        assert steps(client, run) == [1, 2]
