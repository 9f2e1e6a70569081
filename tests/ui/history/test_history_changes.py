"""What an analyst may change about a run, and what nobody may."""

import os

import pytest

from core.bundles import find_bundle
from tests.ui.history.page import history_page, opened, search, shown
from training.history import HistoryError, open_history
from training.history.run import ARCHIVED_TAG, LABELS_TAG
from training.tracking.store import open_store
from ui.history.edit import delete_run, join_labels, write_tags


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


def archive(run: str, value: str = "true") -> None:
    """What the dialog's button does: AppTest shows no dialog."""
    history = open_history()
    write_tags(history, next(one for one in history.runs() if one.id == run), {ARCHIVED_TAG: value})


def test_run_is_archived_out_of_sight_and_taken_back(runs, spare_run, request):
    archive(spare_run)
    app = history_page().run()
    assert request.node.name not in shown(app)
    app.toggle(key="archived").set_value(True).run()
    assert request.node.name in shown(app)
    opened(spare_run).button(key="unarchive").click().run()
    assert request.node.name in shown(history_page().run())


def test_run_of_the_model_that_serves_is_neither_archived_nor_deleted(runs):
    with pytest.raises(HistoryError, match="serves: promote another one first"):
        archive(runs[0])
    history = open_history()
    run = next(one for one in history.runs() if one.id == runs[0])
    assert not run.archived
    with pytest.raises(HistoryError, match="serves: promote another one first"):
        delete_run(history, run)


def test_run_for_comparison_with_the_model_that_serves_is_not_protected(spare_run):
    for name, value in (("bundle", "mien-8"), ("digest", "of-another")):
        open_store()[0].set_tag(spare_run, name, value)
    archive(spare_run)
    archive(spare_run, "false")
    open_store()[0].set_tag(spare_run, "digest", find_bundle("mien-8").digest)
    with pytest.raises(HistoryError, match="serves: promote another one first"):
        archive(spare_run)


def test_run_that_is_still_training_is_not_deleted(spare_run, tmp_path):
    client = open_store()[0]
    client.update_run(spare_run, status="RUNNING")
    client.set_tag(spare_run, "folder", str(tmp_path))
    (tmp_path / "events.jsonl").touch()
    history = open_history()
    run = next(one for one in history.runs() if one.id == spare_run)
    with pytest.raises(HistoryError, match="still training: stop it"):
        delete_run(history, run)
    os.utime(tmp_path / "events.jsonl", (0, 0))
    delete_run(history, run)
    assert client.get_run(spare_run).info.lifecycle_stage == "deleted"


def test_archiving_is_asked_about_before_it_is_done(spare_run):
    opened(spare_run).button(key="archive").click().run()
    assert open_store()[0].get_run(spare_run).data.tags.get(ARCHIVED_TAG) != "true"


def test_labels_are_kept_and_found(spare_run, request):
    app = opened(spare_run)
    app.multiselect[0].set_value(["slow", "for Ada"])
    app.button(key="keep").click().run()
    assert not app.exception
    assert open_store()[0].get_run(spare_run).data.tags[LABELS_TAG] == "slow,for Ada"
    assert request.node.name in shown(search(history_page().run(), "for ada"))


def test_label_with_a_comma_is_refused():
    with pytest.raises(HistoryError, match="no comma"):
        join_labels(["one, two"])
    assert join_labels([" one ", "", "one"]) == "one"


@pytest.mark.xdist_group("mlflow")
def test_what_was_changed_on_a_real_server_is_seen_at_once(spare_run, tracking_server, monkeypatch, request):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", tracking_server)
    app = opened(spare_run)
    assert not app.exception
    app.text_area[0].set_value("seen at once").run()
    app.button(key="keep").click().run()
    notes = app.dataframe[0].value.set_index("Name")["Note"]
    assert notes[request.node.name] == "seen at once"
    archive(spare_run)
    delete_run(open_history(), next(run for run in open_history().runs() if run.id == spare_run))
    assert open_store()[0].get_run(spare_run).info.lifecycle_stage == "deleted"
