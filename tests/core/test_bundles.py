import json
import shutil

import pytest

from core.bundles import CARD_FILE, RUNTIME_FILE, bundle_names, find_bundle
from core.bundles.store import file_digest, read_bundle
from core.classifier import Classifier, load_classifier
from core.errors import BundleError
from core.settings import settings


@pytest.fixture
def copy(home, bundle):
    """The shipped bundle, copied to where trained ones lie."""
    target = home / "models" / bundle.name
    shutil.copytree(bundle.folder, target)
    return target


def edit_card(folder, change):
    card = json.loads((folder / CARD_FILE).read_text())
    change(card)
    (folder / CARD_FILE).write_text(json.dumps(card))


def test_champion_comes_first():
    assert find_bundle().name == bundle_names()[0]
    assert {"ckplus-reference", "mien-8"} <= set(bundle_names())


def test_card_carries_an_honest_headline(bundle):
    score = bundle.card.headline
    assert score is not None
    assert not score.leaks
    assert score.accuracy.low <= score.accuracy.value <= score.accuracy.high
    assert sum(map(sum, score.confusion)) == score.n


def test_shipped_reference_names_its_leaking_score_as_leaking():
    scores = {score.leaks: score.accuracy.value for score in find_bundle("ckplus-reference").card.scores}
    assert scores[True] > scores[False] + 0.1


def test_eight_class_champion_meets_the_first_target():
    score = next(s for s in find_bundle("mien-8").card.scores if s.data == "FER+ valid")
    assert score.accuracy.value >= 0.80


def test_own_bundle_hides_the_shipped_one_of_its_name(copy):
    edit_card(copy, lambda card: card.update(title="mine"))
    assert find_bundle(copy.name).card.title == "mine"


def test_unknown_name_lists_the_known_ones():
    with pytest.raises(BundleError, match=r"no model called 'nonsense'.*mien-8"):
        find_bundle("nonsense")


@pytest.mark.parametrize("name", ["", "..", "../models/mien-8", "/", "mien-8/"])
def test_name_that_is_a_path_is_unknown(name):
    with pytest.raises(BundleError, match="no model called"):
        find_bundle(name)


def test_no_bundle_at_all_says_to_train_one(home, tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_SHIPPED_MODELS", str(tmp_path / "nothing"))
    settings.cache_clear()
    assert bundle_names() == ()
    with pytest.raises(BundleError, match="restore the models folder, or train one"):
        find_bundle()


@pytest.mark.parametrize("field", ["labels", "temperature", "thresholds", "files", "name", "terms"])
def test_card_without_a_field_names_it(copy, field):
    edit_card(copy, lambda card: card.pop(field))
    with pytest.raises(BundleError, match=field):
        find_bundle(copy.name)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b'{"name": 3}'])
def test_card_that_is_no_card_gives_a_sentence(copy, content):
    (copy / CARD_FILE).write_bytes(content)
    with pytest.raises(BundleError, match=r"restore its folder.*\.$"):
        find_bundle(copy.name)


def test_model_that_was_altered_is_noticed(copy):
    data = bytearray((copy / RUNTIME_FILE).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / RUNTIME_FILE).write_bytes(data)
    with pytest.raises(BundleError, match=RUNTIME_FILE):
        find_bundle(copy.name)


def test_bundle_that_is_not_in_its_place_yet_is_none(home):
    shutil.copytree(find_bundle().folder, home / "models" / ".new-0123")
    assert ".new-0123" not in bundle_names()
    with pytest.raises(BundleError, match="no model called"):
        find_bundle(".new-0123")


def test_folder_that_is_not_called_as_its_card_says_is_refused(copy):
    copy.rename(copy.with_name("other"))
    with pytest.raises(BundleError, match=f"other is called {copy.name} on its card: rename the folder"):
        find_bundle("other")


def test_model_that_is_altered_after_it_was_read_is_noticed_too(copy):
    find_bundle(copy.name)
    data = bytearray((copy / RUNTIME_FILE).read_bytes())
    data[len(data) // 2] ^= 1
    (copy / RUNTIME_FILE).write_bytes(data)
    with pytest.raises(BundleError, match="not the file its card names"):
        find_bundle(copy.name)


def test_card_that_does_not_vouch_for_its_model_is_refused(copy):
    edit_card(copy, lambda card: card["files"].pop(RUNTIME_FILE))
    with pytest.raises(BundleError, match=f"names no {RUNTIME_FILE}: export it again"):
        find_bundle(copy.name)


def test_model_that_is_missing_is_noticed(copy):
    (copy / RUNTIME_FILE).unlink()
    with pytest.raises(BundleError, match="missing"):
        find_bundle(copy.name)


@pytest.mark.parametrize("content", [b"", b"nonsense" * 100])
def test_model_that_is_no_model_gives_a_sentence(copy, content):
    (copy / RUNTIME_FILE).write_bytes(content)
    digest = file_digest(copy / RUNTIME_FILE)
    edit_card(copy, lambda card: card["files"].update({RUNTIME_FILE: digest}))
    with pytest.raises(BundleError, match="cannot be run"):
        Classifier(read_bundle(copy))


def test_card_that_promises_other_outputs_than_the_model_has_is_refused(copy):
    edit_card(copy, lambda card: card["labels"].pop())
    with pytest.raises(BundleError, match="outputs"):
        load_classifier(copy.name)


def test_repeated_label_is_refused(copy):
    edit_card(copy, lambda card: card["labels"].append(card["labels"][0]))
    with pytest.raises(BundleError, match="differ"):
        find_bundle(copy.name)


def test_labels_in_another_order_are_refused(copy):
    edit_card(copy, lambda card: card["labels"].reverse())
    with pytest.raises(BundleError, match="in this order: anger, contempt"):
        find_bundle(copy.name)


def test_replaced_bundle_is_read_again(copy):
    before = find_bundle(copy.name)
    assert find_bundle(copy.name) is before
    edit_card(copy, lambda card: card.update(title="changed"))
    after = find_bundle(copy.name)
    assert after.card.title == "changed"
    assert after.digest != before.digest


def test_champion_file_of_home_wins(home):
    (home / "models").mkdir(parents=True)
    (home / "models" / "champion").write_text("ckplus-reference\n")
    assert find_bundle().name == bundle_names()[0] == "ckplus-reference"


def test_model_that_is_discarded_while_it_is_looked_up_is_one_sentence(monkeypatch):
    monkeypatch.setattr("core.bundles.store.bundle_names", lambda: ("mien-8", "gone"))
    with pytest.raises(BundleError, match="restore its folder"):
        find_bundle("gone")
