"""A new bundle goes where there is nothing or a model that may be replaced."""

import shutil
from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from core.bundles import find_bundle
from core.bundles.store import read_bundle
from core.errors import BundleError
from core.settings import settings
from training.cards import changing_cards
from training.placing import publish, require_name, require_place, staging
from training.registry import promote


@pytest.fixture
def bundle():
    return find_bundle("ckplus-reference")


def test_what_is_no_model_stays(tmp_path, bundle):
    (tmp_path / "diaries").mkdir()
    (tmp_path / "diaries" / "diary.txt").write_text("mine")
    (tmp_path / "file").write_text("mine too")
    for name in ("diaries", "file"):
        with pytest.raises(BundleError, match="exists and holds no model: choose another"):
            require_place(tmp_path / name)
        with staging(tmp_path / name) as staged, pytest.raises(BundleError, match="holds no model"):
            shutil.copytree(bundle.folder, staged, dirs_exist_ok=True)
            publish(staged, tmp_path / name)
    assert (tmp_path / "diaries" / "diary.txt").read_text() == "mine"
    assert (tmp_path / "file").read_text() == "mine too"
    assert len(list(tmp_path.iterdir())) == 2, "nothing is left beside"


def test_model_takes_the_place_of_another_only_when_nobody_writes_its_card(home, tmp_path, bundle):
    with staging(tmp_path / "mine") as staged, ThreadPoolExecutor(1) as pool:
        shutil.copytree(bundle.folder, staged, dirs_exist_ok=True)
        with changing_cards():
            placed = pool.submit(publish, staged, tmp_path / "mine")
            assert not wait([placed], 0.5).done
            assert not (tmp_path / "mine").exists()
        assert placed.result(60).digest == bundle.digest


def test_place_where_nothing_can_be_written_is_told_beforehand(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(BundleError, match=r"Nothing can be written in .*file .*: choose another folder"):
        require_place(tmp_path / "file" / "model")


def test_what_serves_and_what_was_shipped_are_not_replaced_among_the_own_models(home, bundle):
    own = settings().trained_models
    shutil.copytree(bundle.folder, own / "copy")
    card = (own / "copy" / "card.json").read_text().replace('"name": "ckplus-reference"', '"name": "copy"')
    (own / "copy" / "card.json").write_text(card)
    require_place(own / "copy")
    promote("copy", "ada")
    for name in ("copy", "mien-8", "ckplus-reference"):
        with pytest.raises(BundleError, match="to keep: give this one another name"):
            require_place(own / name)
    require_place(home / "elsewhere" / "mien-8")


def test_published_bundle_can_be_read_by_whoever_may_read_its_neighbours(tmp_path, bundle):
    with staging(tmp_path / "new") as staged:
        for file in bundle.folder.iterdir():
            shutil.copy(file, staged)
        (tmp_path / "neighbour").mkdir()
        published = publish(staged, tmp_path / "new")
    assert published.digest == bundle.digest
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "neighbour").stat().st_mode


@pytest.mark.parametrize("error", [OSError("no"), KeyboardInterrupt("no")])
def test_model_comes_back_where_the_new_one_is_not_moved(tmp_path, bundle, monkeypatch, error):
    shutil.copytree(bundle.folder, tmp_path / "old")
    with staging(tmp_path / "old") as staged:
        shutil.copytree(bundle.folder, staged, dirs_exist_ok=True)
        move = type(staged).rename

        def refuse(path, target):
            if path == staged:
                raise error
            return move(path, target)

        monkeypatch.setattr(type(staged), "rename", refuse)
        with pytest.raises(type(error), match="no"):
            publish(staged, tmp_path / "old")
    assert read_bundle(tmp_path / "old").digest == bundle.digest


@pytest.mark.parametrize("name", ["champion", "promotions.jsonl", "Mine", "-x", ""])
def test_name_that_no_folder_of_a_model_can_have_is_refused(name):
    with pytest.raises(BundleError, match="cannot name a model"):
        require_name(name)


def test_bundle_that_is_damaged_takes_no_place(tmp_path, bundle):
    shutil.copytree(bundle.folder, tmp_path / "old")
    with staging(tmp_path / "old") as staged:
        shutil.copytree(bundle.folder, staged, dirs_exist_ok=True)
        (staged / "model.tflite").write_bytes(b"half")
        with pytest.raises(BundleError, match="is damaged"):
            publish(staged, tmp_path / "old")
    assert read_bundle(tmp_path / "old").digest == bundle.digest
    assert [file.name for file in tmp_path.iterdir()] == ["old"]
