"""The Retrain page, but for a training itself: that runs in the browser tests."""

from pathlib import Path

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from core.settings import settings
from tests.training.conftest import make_recipe
from tests.training.datasets.test_ckplus import write_learnable
from tests.training.jobs.conftest import of_home
from training.jobs import JobSpec, JobState, get_runner, table
from training.registry import promote

MAIN = str(Path(__file__).parents[2] / "ui" / "main.py")


@pytest.fixture(scope="module")
def data_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write_learnable(folder / "ours", subjects=4, frames=2)
    write_learnable(folder / "one person", subjects=1, frames=2)
    return folder


@pytest.fixture
def app(home, data_folder, monkeypatch) -> AppTest:
    monkeypatch.setenv("MIEN_DATA", str(data_folder))
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    app = AppTest.from_file(MAIN, default_timeout=120)
    app.switch_page("../pages/retrain.py")
    app.session_state["data"] = [str(data_folder / "ours")]
    app.session_state["analyst"] = "Ada"
    yield app
    for process in psutil.process_iter():
        if of_home(process, home):
            process.kill()


def texts(app: AppTest) -> str:
    return " ".join(str(e.value) for e in [*app.markdown, *app.caption, *app.error, *app.info, *app.warning])


def test_data_are_reported_and_refused_with_reasons(app, data_folder):
    app.run()
    assert not app.exception
    assert "**56 faces**, 4 people" in texts(app)
    assert "A random split would leak" in texts(app)
    assert not app.button(key="start").disabled
    app.multiselect(key="data").set_value([str(data_folder / "one person")]).run()
    assert "Only one subject shows" in app.error[0].value
    assert app.button(key="start").disabled
    app.toggle(key="anyway").set_value(True).run()
    assert not app.button(key="start").disabled


def test_data_that_are_gone_give_one_sentence(app):
    app.session_state["data"] = ["/nowhere/at/all"]
    app.run()
    assert not app.exception
    assert "There is no data at /nowhere/at/all" in app.error[0].value
    assert app.button(key="start").disabled


def test_only_an_analyst_may_start_and_a_code_makes_one(app):
    del app.session_state["analyst"]
    app.run()
    assert "start" not in [button.key for button in app.button]
    assert "everybody may watch" in texts(app)
    assert not app.multiselect, "nor look into data"
    name, code = (
        next(t for t in app.text_input if t.label == label) for label in ("Your name", "Analyst code")
    )
    name.set_value("Ada")
    code.set_value("wrong")
    next(button for button in app.button if button.label == "Act as an analyst").click().run()
    assert "start" not in [button.key for button in app.button]
    next(t for t in app.text_input if t.label == "Analyst code").set_value("open sesame")
    next(button for button in app.button if button.label == "Act as an analyst").click().run()
    assert not app.button(key="start").disabled
    assert "analyst Ada" in texts(app)


def test_started_job_is_shown_and_can_be_cancelled(app):
    app.run()
    app.button(key="start").click().run()
    assert not app.exception
    (job,) = get_runner().list()
    assert app.query_params["job"] == job.id
    assert job.spec.name in [e.value for e in app.subheader]
    app.button(key="cancel").click().run()
    assert get_runner().get(job.id).cancel_asked or get_runner().get(job.id).state.ended


def test_ended_job_is_not_deleted_before_it_is_confirmed(app):
    job = table.add(JobSpec(recipe=make_recipe(), data=("drawn",), name="tiny"), "ada")
    table.claim("cpu")
    table.end(job.id, JobState.FAILED, "It broke.")
    app.query_params["job"] = job.id
    app.run()
    assert "It broke." in app.error[0].value
    app.button(key="delete").click().run()
    assert not app.exception
    assert not app.button(key="confirm_delete").disabled
    assert table.everything()


def test_unknown_job_gives_one_sentence(app):
    for name, sentence in (("00000000", "There is no job"), ("[x](https://example.org)", "not here")):
        app.query_params["job"] = name
        app.run()
        assert not app.exception
        assert sentence in app.error[0].value


def test_promotions_are_listed_and_only_an_analyst_may_go_back(app):
    promote("ckplus-reference", "ben", "to try it")
    app.run()
    assert "**ckplus-reference** serves now" in texts(app)
    assert "to try it" in app.dataframe[0].value.to_string()
    assert app.button(key="rollback")
    del app.session_state["analyst"]
    app.run()
    assert "rollback" not in [button.key for button in app.button]
