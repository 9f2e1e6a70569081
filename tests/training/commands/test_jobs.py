"""`python -m training jobs`, as a person types it."""

import psutil
import pytest

from tests.training.commands.test_fit import train
from tests.training.jobs.conftest import of_home


@pytest.fixture
def home(tmp_path):
    yield tmp_path / "home"
    for process in psutil.process_iter():
        if of_home(process, tmp_path / "home"):
            process.kill()


def test_job_that_cannot_be_done_exits_with_its_sentence(home):
    assert "There are no jobs yet" in train(home, "jobs", "list").stdout
    said = train(
        home, "jobs", "submit", "--recipe", "quick", "--data", home / "nowhere", "--wait", code=1
    ).stdout
    assert "Failed: There is no data at" in said
    listed = train(home, "jobs", "list").stdout
    assert "failed" in listed
    job = next(folder.name for folder in (home / "jobs").iterdir() if (folder / "spec.json").exists())
    assert f"{job} is deleted" in train(home, "jobs", "delete", job).stdout
    assert not (home / "jobs" / job).exists()
    assert "There are no jobs yet" in train(home, "jobs", "list").stdout


def test_unknown_job_and_unknown_recipe_are_one_sentence(home):
    assert "There is no job 'nope'" in train(home, "jobs", "cancel", "nope", code=1).stderr
    assert "no recipe 'nope'" in train(home, "jobs", "submit", "--recipe", "nope", code=1).stderr
