import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.bundles import bundle_names
from core.bundles.store import champion_name, file_digest, find_bundle
from core.classifier import load_classifier
from core.errors import BundleError
from training.registry import discard, previous_champion, promote, promotions, rollback

ROOT = Path(__file__).parents[2]
FIRST, OTHER = "mien-8", "ckplus-reference"


@pytest.fixture
def third(home) -> str:
    """One more bundle, trained here."""
    return copy_bundle(home, "third")


def copy_bundle(home: Path, name: str, title: str = "One more") -> str:
    folder = home / "models" / name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(find_bundle(OTHER).folder, folder)
    card = json.loads((folder / "card.json").read_text())
    (folder / "card.json").write_text(json.dumps({**card, "name": name, "title": title}))
    return name


def test_promotion_is_served_and_remembered(home):
    entry = promote(OTHER, "ada", "right on our own photos")
    assert load_classifier().bundle.name == OTHER
    assert bundle_names()[0] == OTHER
    assert promotions() == (entry,)
    assert (entry.action, entry.previous, entry.by) == ("promote", FIRST, "ada")
    assert (entry.note, entry.digest) == ("right on our own photos", find_bundle(OTHER).digest)
    assert entry.time.utcoffset().total_seconds() == 0


def test_running_server_serves_a_promotion_from_the_next_call_on_in_every_thread(home):
    with ThreadPoolExecutor(4) as threads:
        for name in (FIRST, OTHER, FIRST):
            if load_classifier().bundle.name != name:
                script = "import sys; from training.registry import promote; promote(sys.argv[1], 'ada')"
                command = [sys.executable, "-c", script, name]
                environment = {**os.environ, "MIEN_HOME": str(home)}
                subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
            served = list(threads.map(lambda _: load_classifier().bundle.name, range(16)))
            assert served == [name] * 16


def test_rollbacks_go_back_one_champion_at_a_time(home, third):
    promote(OTHER, "ada")
    promote(third, "ada")
    assert rollback("bob").name == OTHER
    assert rollback("bob").name == FIRST
    assert load_classifier().bundle.name == FIRST
    with pytest.raises(BundleError, match="no earlier champion"):
        rollback("bob")
    assert [(entry.action, entry.name) for entry in promotions()][2:] == [
        ("rollback", OTHER),
        ("rollback", FIRST),
    ]


def test_rollback_after_a_new_promotion_goes_to_what_served_before_it(home, third):
    promote(OTHER, "ada")
    rollback("ada")
    promote(third, "ada")
    assert rollback("ada").name == FIRST


def test_without_any_promotion_there_is_nothing_to_go_back_to(home):
    with pytest.raises(BundleError, match="no earlier champion"):
        rollback("ada")


def test_rollback_refuses_a_model_that_was_trained_again_since(home, third):
    promote(third, "ada")
    promote(OTHER, "ada")
    copy_bundle(home, third, "trained again")
    with pytest.raises(BundleError, match="trained again since"):
        rollback("ada")
    assert promote(third, "ada").previous == OTHER


def test_champion_trained_again_may_be_promoted_as_it_is_now(home, third):
    promote(third, "ada")
    with pytest.raises(BundleError, match="the champion already"):
        promote(third, "ada")
    copy_bundle(home, third, "trained again")
    assert promote(third, "ada").digest == find_bundle(third).digest


@pytest.mark.parametrize("damage", ["cut short", "not a model", "unknown"])
def test_model_that_cannot_answer_is_not_promoted(home, third, damage):
    folder = home / "models" / third
    if damage == "cut short":
        (folder / "model.tflite").write_bytes((folder / "model.tflite").read_bytes()[:1000])
    elif damage == "not a model":  # what its card says it is, and still none
        (folder / "model.tflite").write_bytes(b"no flatbuffer" * 100)
        card = json.loads((folder / "card.json").read_text())
        card["files"]["model.tflite"] = file_digest(folder / "model.tflite")
        (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(BundleError):
        promote("nobody" if damage == "unknown" else third, "ada")
    assert load_classifier().bundle.name == FIRST
    assert promotions() == ()


def test_own_bundle_hides_a_shipped_one_of_the_same_name(home):
    promote(OTHER, "ada")
    copy_bundle(home, OTHER, "my own")
    assert load_classifier().bundle.card.title == "my own"


def test_line_cut_short_by_a_kill_loses_nothing_else(home, third):
    promote(OTHER, "ada")
    with (home / "models" / "promotions.jsonl").open("a") as file:
        file.write('{"time":"2026-11-24T09:2')
    promote(third, "ada")
    assert [entry.name for entry in promotions()] == [OTHER, third]
    assert rollback("ada").name == OTHER


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
def test_note_with_a_line_break_of_any_kind_loses_no_promotion(home, third, mark):
    promote(third, "ada", note=f"better{mark}and checked")
    promote("mien-8", "ada")
    assert [entry.name for entry in promotions()] == [third, "mien-8"]
    assert previous_champion() == third


def test_champion_whose_log_line_a_kill_prevented_is_rolled_back_to_the_one_before(home, third):
    promote(OTHER, "ada")
    (home / "models" / "champion").write_text(third)
    assert rollback("ada").name == OTHER


@pytest.mark.parametrize("again", [False, True])
def test_change_whose_last_step_a_kill_prevented_changed_nothing(home, third, again):
    promote(OTHER, "ada")
    promote(third, "ada")
    champion = home / "models" / "champion"
    for change in (lambda: rollback("ada"), lambda: promote(FIRST, "ada")):
        change()
        champion.write_text(third)  # the log has it, and the file has not
        assert previous_champion() == OTHER
    if again:
        promote(FIRST, "ada")
        assert rollback("ada").name == third
    assert rollback("ada").name == OTHER


def test_promotion_that_cannot_be_remembered_is_not_served(home, third):
    (home / "models" / "promotions.jsonl").mkdir(parents=True)  # nothing can be appended, as on a full disk
    with pytest.raises(BundleError, match="cannot be changed"):
        promote(third, "ada")
    assert load_classifier().bundle.name == FIRST
    assert not [
        file for file in (home / "models").iterdir() if "champion" in file.name and file.suffix != ".lock"
    ]


def test_rollback_refuses_to_go_elsewhere_than_the_person_saw(home, third):
    promote(OTHER, "ada")
    promote(third, "ben")  # while ada looks at the way from OTHER back to FIRST
    with pytest.raises(BundleError, match=f"{third} serves now, and going back would lead to {OTHER}"):
        rollback("ada", expected=(OTHER, FIRST))
    assert load_classifier().bundle.name == third
    assert rollback("ada", expected=(third, OTHER)).name == OTHER


def test_many_that_promote_at_once_leave_one_line_each_in_one_order(home, third):
    def try_to(name):
        try:
            return promote(name, "ada")
        except BundleError:
            return None

    with ThreadPoolExecutor(8) as threads:
        done = [entry for entry in threads.map(try_to, [OTHER, third, FIRST] * 5) if entry]
    entries = promotions()
    assert len(entries) == len(done)
    assert [entry.previous for entry in entries] == [FIRST, *(entry.name for entry in entries[:-1])]
    assert load_classifier().bundle.name == entries[-1].name


def test_folder_that_may_not_be_written_gets_a_sentence(home):
    home.write_text("a file where the folder should be")
    with pytest.raises(BundleError, match="let Mien write"):
        promote(OTHER, "ada")


def test_discarded_model_is_gone_and_rollbacks_pass_over_it(home, third):
    promote(third, "ada")
    promote(OTHER, "ada")
    with pytest.raises(BundleError, match="serves"):
        discard(OTHER)
    discard(third)
    assert third not in bundle_names()
    assert not list((home / "models").glob(".gone-*"))
    assert previous_champion() == FIRST
    assert rollback("ada", "the one between is gone").name == FIRST


def test_model_is_discarded_though_a_kill_left_a_part_of_an_earlier_one(home, third):
    left = home / "models" / f".gone-{third}"
    left.mkdir()
    (left / "model.tflite").write_bytes(b"of before")
    discard(third)
    assert third not in bundle_names()
    assert not left.exists()


@pytest.mark.parametrize("name", ["mien-8", "nothing", "..", ""])
def test_what_was_not_trained_here_cannot_be_discarded(home, name):
    promote(OTHER, "ada")
    with pytest.raises(BundleError, match="was trained here"):
        discard(name)


def test_only_the_model_that_was_judged_is_promoted(home, third):
    with pytest.raises(BundleError, match="not the one that was judged"):
        promote(third, "ada", digest="0123456789ab")


def test_discarded_link_leaves_what_it_leads_to(home, third, tmp_path):
    elsewhere = (home / "models" / third).rename(tmp_path / "elsewhere")
    (home / "models" / third).symlink_to(elsewhere)
    discard(third)
    assert third not in bundle_names()
    assert (elsewhere / "card.json").exists()
    assert not list((home / "models").glob(".gone-*"))


@pytest.mark.parametrize("temperature", [1e-300, 1e-39, 1e300])
def test_temperature_that_gives_no_probabilities_is_not_served(home, third, temperature):
    card = home / "models" / third / "card.json"
    card.write_text(json.dumps({**json.loads(card.read_text()), "temperature": temperature}))
    with pytest.raises(BundleError, match="damaged at temperature"):
        promote(third, "ada")


def test_promotion_whose_last_step_failed_is_nothing_to_go_back_to(home, third, monkeypatch):
    fourth = copy_bundle(home, "fourth")
    promote(OTHER, "ada")

    def closed(staged, target):
        raise PermissionError(13, "closed", str(target))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", closed)
        patched.setattr("training.registry.replace_text", lambda file, text: file.write_text(text))
        with pytest.raises(BundleError, match="cannot be changed"):
            promote(third, "ada")
    assert [one.name for one in promotions()] == [OTHER, third], "noted, but it never served"
    assert previous_champion() == FIRST
    promote(fourth, "ada")
    assert previous_champion() == OTHER
    assert rollback("ada").name == OTHER
    assert rollback("ada").name == FIRST


def test_promotion_of_who_saw_another_champion_is_refused(home):
    promote("ckplus-reference", "ada")
    with pytest.raises(BundleError, match="ckplus-reference serves now; decide again"):
        promote("mien-8", "ben", expected="mien-8")
    assert champion_name() == "ckplus-reference"
    assert promote("mien-8", "ben", expected="ckplus-reference").previous == "ckplus-reference"


def test_way_back_that_somebody_went_already_says_who_serves_now(home):
    promote("ckplus-reference", "ada")
    seen = ("ckplus-reference", previous_champion())
    rollback("ben")
    with pytest.raises(BundleError, match=r"changed it meanwhile: mien-8 serves now, .* lead nowhere"):
        rollback("ada", expected=seen)
    assert champion_name() == "mien-8"
