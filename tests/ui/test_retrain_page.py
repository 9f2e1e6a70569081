"""The Retrain page, but for a training itself: that runs in the browser tests."""

import json

import psutil
import pytest
from streamlit.testing.v1 import AppTest

from core.bundles import Bundle, find_bundle
from core.bundles.store import champion_name
from core.settings import settings
from tests.training.conftest import make_recipe
from tests.training.datasets.test_ckplus import write_learnable
from tests.training.jobs.conftest import no_worker, of_home
from tests.training.test_registry import copy_bundle
from tests.ui.conftest import MAIN, keyed, open_page
from training.jobs import Job, JobSpec, JobState, get_runner, table
from training.jobs.job import RUN_FOLDER, VERDICT_FILE
from training.recipe import load_recipe
from training.registry import promote, promotions
from training.run_folder import RUN_FILE
from training.verdict import Side, Verdict

TINY = JobSpec(recipe=make_recipe(), data=("drawn",), name="tiny")
BACK = "rollback-ckplus-reference"
ONLY_AN_ANALYST = "Only an analyst may do this"


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


def ended_job(state: JobState) -> Job:
    """A job that left a model called third."""
    job = table.add(TINY.model_copy(update={"name": "third"}), "ada")
    table.claim("cpu")
    table.end(job.id, state, "So it ended.")
    job.folder.mkdir()
    return table.get(job.id)


def side(bundle: Bundle) -> Side:
    return Side(
        name=bundle.name,
        digest=bundle.digest,
        title=bundle.card.title,
        score=bundle.card.scores[0],
        milliseconds_per_crop=1,
        megabytes=1,
        parameters=1,
    )


def texts(app: AppTest) -> str:
    return " ".join(str(e.value) for e in [*app.markdown, *app.caption, *app.error, *app.info, *app.warning])


def test_data_are_reported_and_refused_with_reasons(app, data_folder):
    app.run()
    assert not app.exception
    assert "**56 faces**, 4 people" in texts(app)
    assert "A random split would leak" in texts(app)
    assert not app.button(key="start-0").disabled
    app.multiselect(key="data").set_value([str(data_folder / "one person")]).run()
    assert "Only one subject shows" in app.error[0].value
    assert app.button(key="start-0").disabled
    app.toggle(key="anyway").set_value(True).run()
    assert not app.button(key="start-0").disabled


def test_data_that_are_gone_give_one_sentence(app):
    app.session_state["data"] = ["/nowhere/at/all"]
    app.run()
    assert not app.exception
    assert "There is no data at /nowhere/at/all" in app.error[0].value
    assert app.button(key="start-0").disabled


def test_only_an_analyst_may_start_and_a_code_makes_one(app):
    del app.session_state["analyst"]
    app.run()
    assert not keyed(app.button, "start-")
    assert "everybody may watch" in texts(app)
    assert not app.multiselect, "nor look into data"
    name, code = (
        next(t for t in app.text_input if t.label == label) for label in ("Your name", "Analyst code")
    )
    name.set_value("Ada")
    code.set_value("wrong")
    next(button for button in app.button if button.label == "Act as an analyst").click().run()
    assert not keyed(app.button, "start-")
    next(t for t in app.text_input if t.label == "Analyst code").set_value("open sesame")
    next(button for button in app.button if button.label == "Act as an analyst").click().run()
    assert not app.button(key="start-0").disabled
    assert "analyst Ada" in texts(app)


def test_visitor_sees_neither_the_servers_paths_nor_the_log_of_a_training(home, monkeypatch):
    no_worker(monkeypatch)
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    job = table.add(
        JobSpec(recipe=load_recipe("quick"), data=("/srv/clinic/patients",), name="ours"), "a*d*a"
    )
    app = open_page("retrain", 60)
    app.query_params["job"] = job.id
    app.run()
    assert "Recipe quick on patients" in texts(app)
    assert "/srv/clinic" not in texts(app)
    assert not [one for one in app.expander if one.label == "Log"]
    app.session_state["analyst"] = "Ada"
    app.run()
    assert "/srv/clinic/patients" in texts(app)
    assert [one for one in app.expander if one.label == "Log"]


def test_started_job_is_shown_and_can_be_cancelled(app):
    app.run()
    app.button(key="start-0").click().run()
    assert not app.exception
    (job,) = get_runner().list()
    assert app.query_params["job"] == job.id
    assert job.spec.name in [e.value for e in app.subheader]
    app.button(key="cancel").click().run()
    assert get_runner().get(job.id).cancel_asked or get_runner().get(job.id).state.ended


def test_second_half_of_a_double_click_finds_no_button(app, monkeypatch):
    no_worker(monkeypatch)
    app.run()
    app.button(key="start-0").click().run()
    assert len(get_runner().list()) == 1
    app.query_params.pop("job")  # as where the second half comes before the address has changed
    app.run()
    assert [b.key for b in app.button if (b.key or "").startswith("start-")] == ["start-1"]


def test_champion_of_any_network_can_be_fine_tuned(app, home, monkeypatch):
    no_worker(monkeypatch)
    promote(copy_bundle(home, "third"), "cleo")
    app.run()
    app.radio(key="recipe-quick").set_value("finetune").run()
    assert not app.exception
    app.button(key="start-0").click().run()
    (job,) = get_runner().list()
    assert (job.spec.recipe.network, job.spec.initial, job.spec.title) == (
        "reference",
        "third",
        "third, fine-tuned",
    )


def test_ended_job_is_not_deleted_before_it_is_confirmed(app):
    job = table.add(TINY, "ada")
    table.claim("cpu")
    table.end(job.id, JobState.FAILED, "It broke.")
    app.run()
    app.button(key=f"open-{job.id}").click().run()
    assert app.query_params["job"] == job.id
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
    app.text_input(key="rollback_note").set_value("it was a try")
    app.button(key=BACK).click().run()
    assert (
        "**mien-8** serves again, in every open browser, instead of ckplus-reference" in app.success[0].value
    )
    assert BACK not in [button.key for button in app.button], "there is nothing before it"
    app.button(key="undo_rollback").click().run()
    assert champion_name() == "ckplus-reference"
    assert [(entry.by, entry.note) for entry in promotions()][1:] == [
        ("Ada", "it was a try"),
        ("Ada", "Going back was undone."),
    ]
    button = app.button(key=BACK)
    del app.session_state["analyst"]
    button.click().run()
    assert ONLY_AN_ANALYST in app.error[0].value
    assert champion_name() == "ckplus-reference"
    assert BACK not in [button.key for button in app.button]


def test_way_back_is_not_taken_where_somebody_promoted_meanwhile(app, home):
    promote("ckplus-reference", "ben")
    app.run()
    promote(copy_bundle(home, "third"), "cleo")
    app.button(key=BACK).click().run()
    assert "Somebody has changed it meanwhile: third serves now" in app.error[0].value
    assert champion_name() == "third"


def test_who_is_no_analyst_any_more_starts_and_cancels_nothing(app, monkeypatch):
    no_worker(monkeypatch)
    app.run()
    start = app.button(key="start-0")
    del app.session_state["analyst"]
    start.click().run()
    assert "Only an analyst can start" in texts(app)
    assert get_runner().list() == ()
    job = table.add(TINY, "ada")
    app.query_params["job"] = job.id
    app.session_state["analyst"] = "Ada"
    app.run()
    cancel = app.button(key="cancel")
    del app.session_state["analyst"]
    cancel.click().run()
    assert ONLY_AN_ANALYST in texts(app)
    assert not table.get(job.id).cancel_asked
    assert not table.get(job.id).state.ended


def test_promotion_against_the_gate_is_warned_of(app, home):
    model = find_bundle(copy_bundle(home, "third"))
    job = ended_job(JobState.DONE)
    verdict = Verdict(
        outcome="worse",
        reasons=(),
        cautions=(),
        challenger=side(model),
        champion=side(find_bundle()),
        labels=(),
    )
    (job.folder / VERDICT_FILE).write_text(verdict.model_dump_json())
    app.query_params["job"] = job.id
    app.run()
    app.button(key="promote").click().run()
    assert "The gate does not advise it: worse than mien-8." in [one.value for one in app.warning]


def test_model_that_was_never_compared_can_be_promoted_or_thrown_away(app, home):
    copy_bundle(home, "third")
    job = ended_job(JobState.CANCELLED)
    card = find_bundle("third").card
    about = {"created": card.created.isoformat(), "data_digest": "of other data"}
    run = job.folder / RUN_FOLDER
    run.mkdir()
    (run / RUN_FILE).write_text(json.dumps(about))
    app.query_params["job"] = job.id
    app.run()
    assert "was made, but not compared" not in texts(app), "a model of another training"
    (run / RUN_FILE).write_text(json.dumps(about | {"data_digest": card.training.data_digest}))
    app.run()
    assert "was made, but not compared with what serves. Resume" in texts(app)
    app.button(key="promote").click().run()
    assert "nobody knows what it is worth" in texts(app)
    app.button(key="discard").click().run()
    assert app.button(key="confirm_discard")
    (home / "models" / "third").rename(home / "models" / "gone")
    app.run()
    assert not app.exception
    assert "discard" not in [button.key for button in app.button]
