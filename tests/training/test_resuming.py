"""What is killed goes on as if nothing had happened; what is cancelled stops and keeps its best state."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import keras
import numpy as np
import pytest

from core.errors import DataError
from tests.training.conftest import make_crops, make_recipe
from training.fitting import fit
from training.run_folder import TrainingCancelledError, read_epochs, read_events

DATA = make_crops(12)
TRAIN, INNER = DATA.take(DATA.subjects < "S009"), DATA.take(DATA.subjects >= "S009")
RECIPES = {
    "early stopping and plateau": {
        "network": "reference",
        "schedule": "plateau",
        "plateau_patience": 1,
        "early_stopping": 3,
        "epochs": 40,
    },
    "everything random": {"mixup": 0.2, "ema": 0.9, "dropout": 0.3, "balance": 0.5, "epochs": 30},
}
SCRIPT = """
import sys
from pathlib import Path
from tests.training.test_resuming import INNER, RECIPES, TRAIN, make_recipe
from training.callbacks import checkpoint
from training.fitting import fit
checkpoint.SHARE_OF_TIME = 1e9  # save after each epoch: so short a training is over before its second save
fit(make_recipe(**RECIPES[sys.argv[1]]), TRAIN, INNER, seed=5, run=Path(sys.argv[2]))
"""
ROOT = Path(__file__).parents[2]


def epochs_done(run):
    state = run / "checkpoints" / "state.json"
    return json.loads(state.read_text())["epochs_done"] if state.exists() else 0


def kill_in_mid_training(kind, run):
    """Train in a process of its own and kill it once more than the first epoch is saved."""
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, kind, str(run)], cwd=ROOT, stderr=subprocess.DEVNULL, env=os.environ
    )
    deadline = time.monotonic() + 120
    while epochs_done(run) < 2 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it ended before it could be killed"


@pytest.mark.parametrize("kind", RECIPES)
def test_training_killed_in_mid_epoch_resumes_to_the_same_result(tmp_path, kind):
    recipe = make_recipe(**RECIPES[kind])
    whole = fit(recipe, TRAIN, INNER, seed=5, run=tmp_path / "whole")
    kill_in_mid_training(kind, tmp_path / "killed")
    assert 2 <= epochs_done(tmp_path / "killed") < len(whole.history["loss"])
    resumed = fit(recipe, TRAIN, INNER, seed=5, run=tmp_path / "killed")
    assert resumed.history == whole.history
    lines = (tmp_path / "killed" / "events.jsonl").read_text().splitlines()
    epochs = {e["epoch"]: e["seconds"] for e in map(json.loads, lines) if e["event"] == "epoch"}
    assert len(epochs) == len(whole.history["loss"])
    assert resumed.seconds >= sum(epochs.values()), "those of the killed process count"
    for a, b in zip(resumed.network.get_weights(), whole.network.get_weights(), strict=True):
        assert np.array_equal(a, b)


def test_damaged_checkpoint_is_told_and_kept(tmp_path):
    recipe = make_recipe(epochs=1)
    fit(recipe, TRAIN, INNER, seed=5, run=tmp_path / "whole")
    (weights,) = (tmp_path / "whole" / "checkpoints").glob("last-*")
    for number, (name, left) in enumerate([("state.json", 9), (weights.name, 99), (weights.name, None)]):
        run = tmp_path / f"damaged-{number}"
        shutil.copytree(tmp_path / "whole", run)
        file = run / "checkpoints" / name
        file.write_bytes(file.read_bytes()[:left]) if left else file.unlink()
        with pytest.raises(DataError, match="is damaged: start anew"):
            fit(recipe, TRAIN, INNER, seed=5, run=run)
        assert file.exists() == bool(left)


class Break(keras.callbacks.Callback):
    """End as if the process were killed, at the beginning of an epoch."""

    def __init__(self, epoch):
        super().__init__()
        self.epoch = epoch

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == self.epoch:
            raise KeyboardInterrupt


TWO = make_recipe(members=2, epochs=3, ema=0.5)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What two networks come to that nobody breaks off."""
    return fit(TWO, TRAIN, INNER, seed=5, run=tmp_path_factory.mktemp("whole"))


@pytest.mark.xdist_group("two")
@pytest.mark.parametrize("epoch", [3, 4])
def test_several_networks_resume_where_they_were_broken_off(tmp_path, monkeypatch, whole, epoch):
    monkeypatch.setattr("training.callbacks.checkpoint.SHARE_OF_TIME", 1e9)
    with pytest.raises(KeyboardInterrupt):
        fit(TWO, TRAIN, INNER, seed=5, run=tmp_path / "broken", watchers=[Break(epoch)])
    resumed = fit(TWO, TRAIN, INNER, seed=5, run=tmp_path / "broken")
    assert resumed.history == whole.history
    for a, b in zip(resumed.network.get_weights(), whole.network.get_weights(), strict=True):
        assert np.array_equal(a, b)
    told = read_epochs(tmp_path / "broken")
    assert list(told) == [1, 2, 3, 4, 5, 6]
    assert {event["epochs"] for event in told.values()} == {6}
    assert told[6]["seconds_left"] == 0


def test_early_stopping_of_one_network_leaves_the_next_its_turn(tmp_path):
    recipe = make_recipe(members=2, epochs=20, early_stopping=1, schedule="plateau", learning_rate=0.02)
    whole = fit(recipe, TRAIN, INNER, seed=3, run=tmp_path)
    told = list(read_epochs(tmp_path))
    assert len(whole.history["loss"]) == len(told) < 40
    assert 20 not in told, "the first stopped early"
    assert 21 in told, "the second began"
    again = fit(recipe, TRAIN, INNER, seed=3, run=tmp_path)
    assert again.history == whole.history


def test_finished_training_is_not_trained_again(tmp_path):
    recipe = make_recipe(epochs=2)
    first = fit(recipe, TRAIN, INNER, seed=5, run=tmp_path)
    again = fit(recipe, TRAIN, INNER, seed=5, run=tmp_path)
    assert again.history == first.history
    assert again.seconds < first.seconds
    assert all(
        np.array_equal(a, b)
        for a, b in zip(again.network.get_weights(), first.network.get_weights(), strict=True)
    )


def test_cancel_stops_within_a_batch_and_keeps_the_best_state(tmp_path):
    fit(make_recipe(epochs=1), TRAIN, INNER, seed=5, run=tmp_path)
    best = next((tmp_path / "checkpoints").glob("best-*"))
    (tmp_path / "cancel").touch()
    with pytest.raises(TrainingCancelledError, match="cancelled"):
        fit(make_recipe(epochs=5), TRAIN, INNER, seed=5, run=tmp_path)
    assert best.exists()
    assert epochs_done(tmp_path) == 1


@pytest.mark.parametrize(("share", "saved"), [(1e-9, [1, 5]), (1e9, [1, 2, 3, 4, 5])])
def test_short_epochs_are_saved_as_often_as_their_share_of_time_allows(tmp_path, monkeypatch, share, saved):
    monkeypatch.setattr("training.callbacks.checkpoint.SHARE_OF_TIME", share)
    seen = []
    watch = keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append(epochs_done(tmp_path))
    )
    fit(make_recipe(epochs=5), TRAIN, INNER, seed=5, run=tmp_path, watchers=[watch])
    assert sorted(set(seen)) == saved


class LoadBest(keras.callbacks.Callback):
    """Spoil the training after fifteen epochs; at the end, give the network the best state on the disk."""

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 15:
            self.model.optimizer.learning_rate = 1.0

    def on_train_end(self, logs=None):
        state = json.loads((self.folder / "state.json").read_text())
        self.model.load_weights(self.folder / state["best"]["file"])


@pytest.mark.parametrize("ema", [None, 0.5])
def test_best_of_the_epochs_that_were_not_saved_is_saved_with_the_next(tmp_path, monkeypatch, ema):
    monkeypatch.setattr("training.callbacks.checkpoint.SHARE_OF_TIME", 1e-9)
    recipe = make_recipe(epochs=18, schedule="plateau", ema=ema)
    watchers = [LoadBest(tmp_path / "checkpoints")]
    fitted = fit(recipe, TRAIN, INNER, seed=5, run=tmp_path, watchers=watchers)
    losses = fitted.history["val_loss"]
    assert 0 < int(np.argmin(losses)) < 15, "one of the two epochs that are always saved"
    logits = fitted.network.predict(INNER.crops, verbose=0)
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)(INNER.targets[:, fitted.columns], logits)
    assert float(loss) == pytest.approx(min(losses), rel=1e-3)


def test_only_the_newest_and_the_best_state_stay_on_the_disk(tmp_path):
    fit(make_recipe(epochs=4), TRAIN, INNER, seed=5, run=tmp_path)
    kinds = sorted(file.name.split("-")[0] for file in (tmp_path / "checkpoints").glob("*.h5"))
    assert kinds == ["best", "last"]


def test_line_of_the_events_that_was_cut_short_hinders_no_resumed_training(tmp_path):
    fit(make_recipe(epochs=1), TRAIN, INNER, seed=5, run=tmp_path)
    with (tmp_path / "events.jsonl").open("a") as file:
        file.write('{"event": "epoch", "epo')
    fit(make_recipe(epochs=2), TRAIN, INNER, seed=5, run=tmp_path)
    assert set(read_epochs(tmp_path)) == {1, 2}
    assert [event["event"] for event in read_events(tmp_path) if event["event"] != "batch"] == [
        *("start", "epoch", "end", "start", "epoch", "end")
    ]


def test_events_tell_what_a_page_shows(tmp_path):
    fit(make_recipe(epochs=3), TRAIN, INNER, seed=5, run=tmp_path)
    events = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text().splitlines()]
    assert [e["event"] for e in events if e["event"] != "batch"] == [
        "start",
        "epoch",
        "epoch",
        "epoch",
        "end",
    ]
    assert "batch" in {e["event"] for e in events}
    last = [e for e in events if e["event"] == "epoch"][-1]
    assert (last["epoch"], last["epochs"], last["seconds_left"]) == (3, 3, 0)
    assert last["crops_per_second"] > 0
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "learning_rate", "device_memory"} <= set(last)
