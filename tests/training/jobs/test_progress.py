import json
import os
import sys

import pytest

from tests.training.conftest import make_recipe
from tests.training.test_devices import bare_cards, cards  # noqa: F401 - fixtures
from training.devices import find_devices
from training.jobs import Job, JobSpec, JobState, table
from training.jobs.estimate import FIXED_SECONDS, estimate_seconds
from training.jobs.progress import read_progress
from training.jobs.stage import enter_stage

RECIPE = make_recipe(epochs=3)


def job_that_told(*events: dict[str, object], device: str = "cpu") -> Job:
    """A job that waits, whose training told so much."""
    job = table.add(JobSpec(recipe=RECIPE, data=("drawn",), name="tiny"), "ada")
    table.change(job.id, device=device)
    job.run.mkdir(parents=True)
    (job.run / "events.jsonl").write_text("".join(json.dumps(event) + "\n" for event in events))
    return table.get(job.id)


def running(*events: dict[str, object]) -> Job:
    """A job that runs."""
    for job in table.everything():  # a device runs one at a time
        table.end(job.id, JobState.DONE, "So it ended.")
    told = job_that_told(*events)
    table.change(told.id, state=JobState.RUNNING)
    return table.get(told.id)


def batch(number: int, time: float, epoch: int = 1) -> dict[str, object]:
    return {"event": "batch", "epoch": epoch, "batch": number, "time": time, "crops_per_second": 50.0}


def epoch(number: int, rate: float) -> dict[str, object]:
    told = {"seconds_left": 70.0, "crops_per_second": rate, "device_memory": None}
    return {"event": "epoch", "epoch": number, **told}


START = {"event": "start", "epochs": 3, "steps": 10, "time": 100.0}


def test_time_left_is_told_within_the_first_epoch_and_compiling_does_not_count(home):
    assert read_progress(running(START, batch(1, 130))).seconds_left is None
    progress = read_progress(running(START, batch(1, 130), batch(3, 134), batch(5, 138)))
    assert progress.seconds_left == pytest.approx(2 * (3 * 10 - 5))
    assert progress.share == pytest.approx(5 / 30)


def test_after_an_epoch_its_own_word_on_the_time_left_counts(home):
    progress = read_progress(running(START, batch(1, 130), epoch(1, 50.0), batch(1, 131, epoch=2)))
    assert (progress.epoch, progress.seconds_left) == (1, 70)


def test_epochs_that_a_resumed_training_does_again_are_not_told_as_done(home):
    told = (START, epoch(1, 50.0), epoch(2, 50.0), {**START, "time": 200.0}, batch(5, 210, epoch=2))
    progress = read_progress(running(*told))
    assert (progress.epoch, progress.seconds_left) == (1, None)
    assert progress.share == pytest.approx((1 + 5 / 10) / 3)
    job = running(*told[:3])
    table.end(job.id, JobState.LOST, "So it ended.")
    assert read_progress(table.get(job.id)).seconds_left is None


@pytest.mark.parametrize("stage", ["Exporting the model", "Comparing with the champion"])
def test_training_that_stopped_early_is_over(home, stage):
    job = running(START, epoch(1, 50.0))
    enter_stage(job.folder, stage)
    progress = read_progress(table.get(job.id))
    assert (progress.share, progress.seconds_left) == (1.0, None)


def test_job_that_waits_tells_no_old_time(home):
    assert read_progress(job_that_told(START, epoch(1, 50.0))).seconds_left is None


def test_expected_time_rests_on_what_this_kind_of_device_has_done(home):
    job_that_told(START, epoch(1, 9.0), epoch(2, 100.0), device=find_devices()[0].name)
    job_that_told(START, epoch(1, 9.0), epoch(2, 100_000.0), device="another:7")
    assert estimate_seconds(RECIPE, 1000) == pytest.approx(FIXED_SECONDS + 3 * 640 / 100)


@pytest.mark.parametrize(
    "slower", [{"precision": "float32"}, {"widths": (32, 80, 160)}, {"epochs": 4}, {"members": 2}]
)
def test_before_any_job_what_computes_more_is_expected_to_take_longer(home, monkeypatch, slower):
    monkeypatch.setattr("training.precision.cpu_has_bfloat16", lambda: True)
    recipe = make_recipe(epochs=3, precision="auto")
    times = [estimate_seconds(each, 100_000) for each in (recipe, recipe.adjusted(**slower))]
    assert times[1] > 1.2 * times[0]


def test_recipe_that_may_stop_early_is_expected_to_run_half_of_its_epochs(home):
    whole, half = (
        estimate_seconds(make_recipe(epochs=40, early_stopping=patience), 1000) - FIXED_SECONDS
        for patience in (None, 5)
    )
    assert half == pytest.approx(whole / 2)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a script with a first line")
@pytest.mark.usefixtures("cards")
def test_no_time_is_promised_on_a_card_that_has_not_trained_the_network_yet(home, monkeypatch):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert estimate_seconds(RECIPE, 1000) is None
    job_that_told(START, epoch(1, 9.0), epoch(2, 100.0), device="gpu:0")
    assert estimate_seconds(RECIPE, 1000) == pytest.approx(FIXED_SECONDS + 3 * 640 / 100)


def test_non_faces_that_are_made_and_the_core_left_to_others_take_time_too(home, monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    two = [estimate_seconds(make_recipe(made_nonfaces=n), 1000) - FIXED_SECONDS for n in (0, 800)]
    assert two[1] == pytest.approx(2 * two[0])
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2}, raising=False)
    assert estimate_seconds(make_recipe(), 1000) - FIXED_SECONDS == pytest.approx(two[0] / 2)
