import json
import os
import signal
import time

from tests.training.conftest import make_recipe
from training.jobs.job import JobSpec, JobState, Outcome, jobs_folder
from training.jobs.process import CANCELLED, NOTHING_LEARNED, main
from training.run_folder import TrainingCancelledError


def test_damaged_specification_fails_the_job_and_says_so(home):
    folder = jobs_folder() / "x"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text('{"recipe": 1}')
    assert main("x") == 1
    outcome = (folder / "outcome.json").read_text()
    assert JobState.FAILED in outcome
    assert "failed unexpectedly" in outcome


def test_cancel_in_the_middle_of_an_import_is_a_cancel(home, monkeypatch):
    """A library that is being loaded turns what the signal raises into an error of its own."""

    def load_and_train(spec, folder):
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        except TrainingCancelledError:
            raise ImportError("initialization failed") from None

    monkeypatch.setattr("training.jobs.execution.execute", load_and_train)
    folder = jobs_folder() / "x"
    folder.mkdir(parents=True)
    (folder / "spec.json").write_text(
        JobSpec(recipe=make_recipe(), data=("drawn",), name="x").model_dump_json()
    )
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert main("x") == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    outcome = Outcome.model_validate_json((folder / "outcome.json").read_bytes())
    assert (outcome.state, outcome.message) == (JobState.CANCELLED, NOTHING_LEARNED)
    (folder / "run").mkdir()
    (folder / "run" / "events.jsonl").write_text(json.dumps({"event": "epoch", "epoch": 1}) + "\n")
    try:
        assert main("x") == 1
    finally:
        signal.signal(signal.SIGTERM, before)
    assert Outcome.model_validate_json((folder / "outcome.json").read_bytes()).message == CANCELLED
