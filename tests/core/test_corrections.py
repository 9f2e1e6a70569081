import json
import sys
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image

from core.corrections import (
    CONSENT,
    CorrectionError,
    accept_correction,
    accepted_corrections,
    accepted_folder,
    delete_correction,
    keep_correction,
    waiting_corrections,
)
from core.errors import DataError
from core.expressions import Expression
from training.datasets import read
from training.known_data import known_data

CROP = np.arange(48 * 48, dtype=np.uint8).reshape(48, 48, 1)


def keep(label=Expression.FEAR):
    return keep_correction(CROP, label, Expression.SURPRISE, "mien-8", "abc")


def pictures_and_consents(home):
    return [file for file in (home / "review").rglob("*") if file.is_file() and file.name != ".lock"]


def test_correction_waits_with_the_text_that_was_agreed_to(home):
    kept = keep()
    assert waiting_corrections() == (kept,)
    assert (np.asarray(Image.open(kept.picture)) == CROP[..., 0]).all()
    said = json.loads(kept.picture.with_suffix(".json").read_text())
    assert said["consent"] == CONSENT
    assert said["time"].startswith(str(kept.time.year))


def test_accepted_corrections_are_a_data_set_with_consent_beside_each(home):
    for label in (Expression.FEAR, Expression.FEAR, Expression.ANGER):
        accept_correction(keep(label), "ada")
    assert waiting_corrections() == ()
    assert [one.accepted_by for one in accepted_corrections()] == ["ada"] * 3
    data = read([accepted_folder()]).crops
    assert sorted(data.expressions) == [Expression.ANGER, Expression.FEAR]
    assert len(data) == 3
    assert {file.suffix for file in accepted_folder().glob("*/*")} == {".png", ".json"}
    assert any("Corrected faces, 3" in one.title for one in known_data())


@pytest.mark.parametrize("place", ["review", "review/accepted/fear", "", "review/waiting"])
def test_corrected_faces_are_trained_on_by_their_folder_alone(home, place):
    """By another path runs would keep them beyond their deletion."""
    accept_correction(keep(), "ada")
    keep()
    with pytest.raises(DataError, match="no run may keep them: name"):
        read([home / place])


def test_deleted_correction_leaves_nothing(home):
    delete_correction(keep())
    delete_correction(accept_correction(keep(), "ada"))
    assert not pictures_and_consents(home)


def test_face_that_a_colleague_has_just_accepted_is_deleted_all_the_same(home):
    kept = keep()
    accept_correction(kept, "ada")
    delete_correction(kept)  # as the page of another analyst still shows it
    assert not pictures_and_consents(home)


def test_face_that_is_accepted_and_deleted_at_once_never_comes_back(home):
    def accept(one):
        with suppress(CorrectionError):
            accept_correction(one, "ada")

    with ThreadPoolExecutor(2) as threads:
        for _ in range(20):
            kept = keep()
            wait([threads.submit(accept, kept), threads.submit(delete_correction, kept)])
            assert not pictures_and_consents(home)


def test_face_for_which_there_is_no_room_leaves_nothing(home):
    kept = keep()
    (accepted_folder() / kept.label).parent.mkdir()
    (accepted_folder() / kept.label).write_text("a file where the folder should be")
    with pytest.raises(CorrectionError, match="cannot be kept"):
        accept_correction(kept, "ada")
    assert waiting_corrections() == (kept,), "it still waits"


def test_correction_that_another_analyst_has_dealt_with_gives_a_sentence(home):
    kept = keep()
    delete_correction(kept)
    with pytest.raises(CorrectionError, match="already"):
        accept_correction(kept, "ada")
    assert accepted_corrections() == ()


def test_corrections_come_oldest_first(home):
    kept = tuple(keep() for _ in range(6))
    assert waiting_corrections() == kept
    accepted = tuple(accept_correction(one, "ada") for one in kept[::-1])
    assert accepted_corrections() == accepted[::-1]


def test_full_queue_takes_no_more_until_somebody_has_looked(home, monkeypatch):
    monkeypatch.setattr("core.corrections.MOST_WAITING", 2)
    first, _ = keep(), keep()
    with pytest.raises(CorrectionError, match="queue is full"):
        keep()
    assert len(waiting_corrections()) == 2
    accept_correction(first, "ada")
    keep()


def test_consent_whose_picture_a_kill_prevented_is_not_shown(home):
    keep().picture.unlink()
    assert waiting_corrections() == ()


@pytest.mark.skipif(sys.platform == "win32", reason="a process there has no limit on its files")
def test_face_that_fills_the_disk_leaves_neither_a_part_of_it_nor_its_consent(home):
    import resource

    noise = np.random.default_rng(0).integers(0, 256, (48, 48, 1), dtype=np.uint8)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, limits[1]))
    try:
        with pytest.raises(CorrectionError, match="cannot be kept"):
            keep_correction(noise, Expression.FEAR, None, "mien-8", "abc")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not pictures_and_consents(home)


def test_damaged_entry_is_left_out(home):
    kept = keep()
    kept.picture.with_name("x.json").write_text("{}")
    assert waiting_corrections() == (kept,)
