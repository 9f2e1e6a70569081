from pathlib import Path

import pytest
from mlflow.entities import Metric, Param, RunTag
from streamlit.testing.v1 import AppTest

from core.bundles import find_bundle
from core.settings import settings
from training.tracking.store import open_store
from ui.history.downloads import to_csv

MAIN = str(Path(__file__).parents[2] / "ui" / "main.py")


def history_page() -> AppTest:
    return AppTest.from_file(MAIN, default_timeout=60).switch_page("../pages/history.py")


@pytest.fixture
def store(store, monkeypatch) -> Path:
    """The default store, on a server whose analysts sign in."""
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    return store


@pytest.fixture
def runs(store) -> list[str]:
    """Two finished runs in a real store, by id."""
    client, experiment = open_store()
    found = []
    for name, rate in (("page one", "0.001"), ("page two", "0.002")):
        run = client.create_run(experiment, run_name=name).info.run_id
        epochs = [
            Metric(key, 1 / epoch, 60_000 * epoch, epoch)
            for epoch in (1, 2, 3)
            for key in ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate")
        ]
        settings = {"recipe.name": "quick", "recipe.learning_rate": rate, "data": "drawn", "split": "subject"}
        client.log_batch(
            run,
            metrics=[*epochs, Metric("drawn/accuracy", 0.8, 1, 0)],
            params=[Param(key, value) for key, value in settings.items()],
            tags=[RunTag("bundle", "mien-8")],
        )
        client.set_terminated(run)
        found.append(run)
    return found


@pytest.fixture
def spare_run(store) -> str:
    """A finished run whose model does not serve."""
    client, experiment = open_store()
    run = client.create_run(experiment, run_name="page spare").info.run_id
    client.log_batch(run, metrics=[Metric("loss", 0.5, 60_000, 1)], tags=[RunTag("bundle", "spare")])
    client.set_terminated(run)
    return str(run)


def texts(app: AppTest) -> str:
    parts = [app.markdown, app.caption, app.subheader, app.error, app.info, app.warning]
    return " ".join(str(element.value) for part in parts for element in part)


def test_home_without_runs_offers_the_demo(home, monkeypatch):
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    app = history_page().run()
    assert not app.exception
    assert "Nothing was trained yet" in app.info[0].value
    assert app.get("page_link")


def test_server_that_is_down_gives_a_sentence(home, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    app = history_page().run()
    assert not app.exception
    assert "does not answer" in app.error[0].value
    assert app.get("page_link"), "the models that are here are one click away"


def test_runs_are_listed_and_found(runs):
    app = history_page().run()
    assert not app.exception
    assert {"page one", "page two"} <= set(app.dataframe[0].value["Name"])
    next(field for field in app.text_input if field.label == "Search").set_value("page TWO").run()
    assert set(app.dataframe[0].value["Name"]) == {"page two"}  # once a test: they share the store


def test_link_opens_one_run_with_its_curves(runs):
    app = history_page()
    app.query_params["run"] = runs[0]
    app.run()
    assert not app.exception
    assert "page one" in texts(app)
    assert len(app.get("plotly_chart")) == 2
    assert "recipe.learning_rate" in set(app.dataframe[1].value["Setting"])


def test_link_compares_runs_and_shows_only_what_differs(runs):
    app = history_page()
    app.query_params["compare"] = ",".join(runs)
    app.run()
    assert not app.exception
    assert "2 runs side by side" in texts(app)
    assert list(app.dataframe[1].value.iloc[:, 0]) == ["recipe.learning_rate"]
    assert list(app.dataframe[1].value["page two"]) == ["0.002"]


def test_link_to_a_run_that_is_gone_gives_a_sentence(runs):
    app = history_page()
    app.query_params["run"] = "nothing"
    app.run()
    assert "not here" in app.warning[0].value


def test_note_is_kept_by_an_analyst_only(runs):
    app = history_page()
    app.query_params["run"] = runs[0]
    app.run()
    assert not app.text_area
    app.session_state["analyst"] = "Ada"
    app.run()
    app.text_area[0].set_value("the first that learned").run()
    app.button(key="keep").click().run()
    assert open_store()[0].get_run(runs[0]).data.tags["mlflow.note.content"] == "the first that learned"


def opened(run: str) -> AppTest:
    """One run, as an analyst sees it."""
    app = history_page()
    app.session_state["analyst"] = "Ada"
    app.query_params["run"] = run
    return app.run()


def test_every_score_of_a_run_can_be_looked_at(runs):
    bundle = find_bundle("mien-8")
    open_store()[0].set_tag(runs[0], "digest", bundle.digest)
    app = opened(runs[0])
    assert not app.exception
    score = app.selectbox(key="score")
    assert len(score.options) == len(bundle.card.scores)
    assert bundle.card.scores[0].accuracy.in_percent in texts(app)
    leaking = next(number for number, one in enumerate(bundle.card.scores) if one.leaks)
    score.set_value(leaking).run()
    assert not app.exception
    assert bundle.card.scores[leaking].accuracy.in_percent in texts(app)
    assert "leaks" in texts(app)


def test_run_is_archived_out_of_sight_and_taken_back(spare_run):
    opened(spare_run).button(key="archive").click().run()
    app = history_page().run()
    assert "page spare" not in set(app.dataframe[0].value["Name"])
    app.toggle(key="archived").set_value(True).run()
    assert "page spare" in set(app.dataframe[0].value["Name"])
    opened(spare_run).button(key="archive").click().run()
    assert "page spare" in set(history_page().run().dataframe[0].value["Name"])


def test_run_of_the_model_that_serves_is_not_archived(runs):
    app = opened(runs[0])
    app.button(key="archive").click().run()
    assert any("serves: promote another one first" in error.value for error in app.error)
    assert open_store()[0].get_run(runs[0]).data.tags.get("mien.archived") != "true"


def test_curves_as_csv_have_one_line_an_epoch():
    curves = {"loss": [(1, 0.0, 0.5), (2, 1.0, 0.25)], "val_loss": [(2, 1.0, 0.75)]}
    assert to_csv(curves).splitlines() == ["epoch,loss,val_loss", "1,0.5,", "2,0.25,0.75"]
