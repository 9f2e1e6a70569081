"""A run's folder before anything trains in it."""

import json
import os
import pickle
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import DataError, RecipeError
from training.opening import COMPUTED, occupy, open_run
from training.recipe import load_recipe
from training.run_folder import StaleRunError, ask_to_cancel

INPUTS = {
    "recipe": load_recipe("quick").model_dump(mode="json"),
    "seed": 1,
    COMPUTED: "tensorflow in float32",
}


@pytest.fixture
def run(tmp_path):
    """A run that came to its end."""
    begin(tmp_path / "run", "first")
    (tmp_path / "run" / "run.json").write_text("{}")
    return tmp_path / "run"


def begin(folder, who, inputs=INPUTS, *, resume=False):
    with open_run(folder, inputs, resume) as let_go:
        let_go()
        (folder / "events.jsonl").write_text(who)


def test_training_that_is_refused_leaves_what_was_there(run):
    with pytest.raises(RecipeError), open_run(run, INPUTS, resume=False):
        assert not (run / "run.json").exists()
        raise RecipeError("no such teacher")
    assert (run / "run.json").exists()
    assert (run / "events.jsonl").read_text() == "first"
    assert {file.name for file in run.parent.iterdir()} == {"run", ".run.lock"}


def test_training_that_begins_takes_the_place(run):
    begin(run, "second")
    assert (run / "events.jsonl").read_text() == "second"
    assert not (run / "run.json").exists()
    assert {file.name for file in run.parent.iterdir()} == {"run", ".run.lock"}


@pytest.mark.parametrize("resume", [False, True])
def test_training_that_was_killed_before_it_began_leaves_what_was_there(run, resume):
    run.rename(run.with_name(".run-before"))  # this far it had come
    run.mkdir()
    (run / "inputs.json").write_text(json.dumps(INPUTS))
    with pytest.raises(RecipeError), open_run(run, INPUTS, resume):
        raise RecipeError("refused as well")
    assert (run / "events.jsonl").read_text() == "first"


def test_one_training_at_a_time_in_a_folder(run):
    with (
        open_run(run, INPUTS, resume=True),
        ThreadPoolExecutor(1) as pool,
        pytest.raises(DataError, match="A training is running in"),
    ):
        pool.submit(begin, run, "second").result()
    assert (run / "events.jsonl").read_text() == "first"
    begin(run, "second")


def test_checkpoints_without_their_inputs_are_kept_and_told(run):
    for text in ("", None):
        (run / "inputs.json").write_text(text) if text is not None else (run / "inputs.json").unlink()
        with pytest.raises(StaleRunError, match="is damaged: start anew") as told:
            begin(run, "second", resume=True)
        assert str(pickle.loads(pickle.dumps(told.value))) == str(told.value)  # folds tell it from a process
        assert (run / "events.jsonl").read_text() == "first"


def test_training_stays_with_its_backend_and_number_format_until_it_is_finished(run):
    elsewhere = INPUTS | {COMPUTED: "jax in mixed_bfloat16"}
    begin(run, "bundled there", elsewhere, resume=True)
    (run / "run.json").unlink()
    with pytest.raises(DataError, match="begun with tensorflow in float32, not with jax in mixed_bfloat16"):
        begin(run, "trained there", elsewhere, resume=True)
    begun = json.loads((run / "inputs.json").read_text())
    begun.pop(COMPUTED)
    (run / "inputs.json").write_text(json.dumps(begun))  # as before it was noted
    begin(run, "trained on", elsewhere, resume=True)


@pytest.mark.parametrize("resume", [False, True])
def test_cancel_that_was_asked_for_while_the_data_were_read_is_heeded_and_an_older_one_is_not(run, resume):
    (run / "run.json").unlink()
    ask_to_cancel(run)
    with pytest.raises(RecipeError), open_run(run, INPUTS, resume):
        assert (run / "cancel").exists()
        raise RecipeError("not begun")
    os.utime(run / "cancel", (0, 0))
    with pytest.raises(RecipeError), open_run(run, INPUTS, resume):
        assert not (run / "cancel").exists()
        raise RecipeError("not begun")


def test_run_stays_closed_to_others_while_it_is_bundled(run):
    with occupy(run):
        begin(run, "first", resume=True)
        with ThreadPoolExecutor(1) as pool, pytest.raises(DataError, match="A training is running in"):
            pool.submit(begin, run, "second").result()
        assert (run / "events.jsonl").read_text() == "first"
    begin(run, "second")
