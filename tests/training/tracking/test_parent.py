import logging

import pytest

from core.bundles import find_bundle
from core.errors import DataError
from tests.training.tracking.conftest import finish_epoch, read_run
from training.history.run import PARENT_TAG
from training.tracking.parent import ParentRun
from training.tracking.tracker import Tracker

INPUTS = {"recipe": {"name": "tiny", "epochs": 9}, "folds": 1}


@pytest.fixture
def fold(folder):
    """A finished training in a folder of its own."""
    with Tracker(folder, "tiny, fold 1 of 1") as tracker:
        tracker.on_train_begin()
        finish_epoch(folder, 1)
        tracker.on_epoch_end(0)
    return folder


def test_run_above_holds_what_all_were_given_and_the_pooled_scores(store, fold):
    card = find_bundle("ckplus-reference").card
    with ParentRun(fold.parent, "tiny, 1 folds", INPUTS) as parent:
        parent.adopt(fold)
        parent.log_scores(card.scores, card.refusal)
    _, above = read_run(store, fold.parent)
    assert (above.info.status, above.info.run_name) == ("FINISHED", "tiny, 1 folds")
    assert above.data.params["recipe.epochs"] == "9"
    assert above.data.metrics["ck-48/accuracy"] == card.headline.accuracy.value
    assert read_run(store, fold)[1].data.tags[PARENT_TAG] == above.info.run_id


def test_what_is_refused_before_any_fold_ends_leaves_no_run_and_an_earlier_one_alone(store, fold):
    with pytest.raises(DataError), ParentRun(fold.parent, "tiny, 1 folds", INPUTS):
        raise DataError("another network")
    assert not (fold.parent / "mlflow.json").exists()
    with ParentRun(fold.parent, "tiny, 1 folds", INPUTS) as parent:
        parent.adopt(fold)
    with pytest.raises(DataError), ParentRun(fold.parent, "tiny, 1 folds", INPUTS, anew=True):
        raise DataError("another network")
    assert read_run(store, fold.parent)[1].info.status == "FINISHED"


def test_one_that_failed_between_folds_goes_on_under_its_id_unless_it_begins_anew(store, fold):
    ids = []
    for anew in (False, False, True):
        with pytest.raises(KeyboardInterrupt), ParentRun(fold.parent, "t", INPUTS, anew=anew) as parent:
            parent.adopt(fold)
            raise KeyboardInterrupt
        _, run = read_run(store, fold.parent)
        assert run.info.status == "KILLED"
        ids.append(run.info.run_id)
    assert ids[0] == ids[1] != ids[2]


def test_server_that_is_down_warns_once_and_fails_nothing(home, folder, monkeypatch, caplog):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with caplog.at_level(logging.WARNING), ParentRun(folder.parent, "tiny, 1 folds", INPUTS) as parent:
        parent.adopt(folder)
        parent.log_scores((), None)
    assert [record.getMessage()[:21] for record in caplog.records] == ["The run tiny, 1 folds"]
