"""`python -m training jobs`, as a person types it."""

from types import SimpleNamespace

import psutil
import pytest

from core.settings import PROJECT_ROOT
from tests.training.commands.test_fit import ask, train
from tests.training.jobs.conftest import of_home
from training.jobs.local_runner import LocalRunner


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
    job = next(folder.name for folder in (home / "jobs").iterdir() if (folder / "spec.json").exists())
    printed = train(home, "jobs", "log", job).stdout
    assert "Reading the data …" in printed
    assert train(home, "jobs", "log", job, "--lines", 1).stdout == printed.splitlines(keepends=True)[-1]
    listed = train(home, "jobs", "list").stdout
    assert "failed" in listed
    assert f"{job} is deleted" in train(home, "jobs", "delete", job).stdout
    assert not (home / "jobs" / job).exists()
    assert "There are no jobs yet" in train(home, "jobs", "list").stdout


def test_data_of_a_job_are_named_as_its_worker_finds_them(home, tmp_path, monkeypatch):
    for name in ("pics", "drawn"):  # a folder called drawn is not what the word means
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    submitted = []
    monkeypatch.setattr(LocalRunner, "submit", lambda _, spec, by: submitted.append(spec) or Waiting)
    ask(home, "jobs", "submit", "--recipe", "drawn", "--data", "pics", "--data", "drawn")
    assert submitted[0].data == (str(tmp_path / "pics"), "drawn")


class Waiting:
    """A job that nobody starts."""

    id = "waiting"
    spec = SimpleNamespace(name="waiting")


def test_unknown_job_and_unknown_recipe_are_one_sentence(home):
    assert "There is no job 'nope'" in train(home, "jobs", "cancel", "nope", code=1).stderr
    assert "There is no job 'nope'" in train(home, "jobs", "log", "nope", code=1).stderr
    assert "no recipe 'nope'" in train(home, "jobs", "submit", "--recipe", "nope", code=1).stderr


def test_recipe_that_does_not_fit_its_start_is_refused_before_anything_is_queued(home):
    submit = ("jobs", "submit", "--recipe", "finetune")
    assert "goes on from a model: name one with --from" in said(ask(home, *submit, code=1))
    other = said(ask(home, *submit, "--from", "ckplus-reference", code=1))
    assert "ckplus-reference, made with the recipe reference, is another network" in other
    assert "There is no model called 'nope'" in said(ask(home, *submit, "--from", "nope", code=1))
    assert not (home / "jobs").exists()


def said(result):
    return " ".join(result.output.split())


def test_name_that_was_asked_for_is_the_one_or_refused(home, tmp_path, monkeypatch):
    submitted = []
    monkeypatch.setattr(LocalRunner, "submit", lambda _, spec, by: submitted.append(spec) or Waiting)
    for name, told in (("mien-8", "is taken"), ("champion", "cannot name a model"), ("Ours", "cannot name")):
        assert told in ask(home, "jobs", "submit", "--recipe", "drawn", "--name", name, code=1).output
    recipe = tmp_path / "mine.toml"
    recipe.write_text((PROJECT_ROOT / "training" / "recipes" / "drawn.toml").read_text())
    ask(home, "jobs", "submit", "--recipe", recipe)
    ask(home, "jobs", "submit", "--recipe", recipe, "--name", "ours")
    assert [one.name for one in submitted] == ["drawn", "ours"]
