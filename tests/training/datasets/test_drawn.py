import shutil

import numpy as np
import pytest

from core import faces
from core.expressions import EXPRESSIONS
from core.settings import PROJECT_ROOT, settings
from training.datasets.drawn import SOURCE, _renderer_digest, draw_dataset, load_drawn
from training.datasets.labelled import LabelledCrops
from training.recipe import load_recipe
from training.splits import split

SUBJECTS = 6


@pytest.fixture(scope="module")
def drawn() -> LabelledCrops:
    return draw_dataset(SUBJECTS, seed=7)


def test_everybody_shows_every_expression_in_one_sequence_of_three(drawn):
    assert len(drawn) == SUBJECTS * len(EXPRESSIONS) * 3
    assert drawn.crops.shape == (len(drawn), 48, 48, 1)
    for subject in np.unique(drawn.subjects):
        own = drawn.take(drawn.subjects == subject)
        assert np.array_equal(np.bincount(own.labels), [3] * len(EXPRESSIONS))
        assert len(np.unique(own.sequences)) == len(EXPRESSIONS)


def test_rows_are_named_as_in_ckplus(drawn):
    assert drawn.subjects[0] == "D7-000"
    assert drawn.sequences[0] == "D7-000_001"
    assert drawn.names[1] == "D7-000_001_02"
    assert len(np.unique(drawn.names)) == len(drawn)
    assert set(drawn.sources) == {SOURCE}
    assert set(drawn.parts) == {""}


def test_same_seed_gives_the_same_bytes_and_another_seed_others(drawn):
    again = draw_dataset(1, seed=7)
    assert again.digest == drawn.take(np.arange(len(again))).digest
    assert draw_dataset(1, seed=8).digest != again.digest


def test_larger_set_begins_with_the_smaller_one(drawn):
    assert np.array_equal(draw_dataset(2, seed=7).crops, drawn.crops[:48])


def test_frames_of_a_sequence_are_near_identical_and_not_the_same(drawn):
    frames = drawn.crops.reshape(-1, 3, 48 * 48).astype(float)
    assert (frames[:, 0] != frames[:, 2]).any(axis=1).all()
    within = np.abs(frames[:, 0] - frames[:, 2]).mean(axis=1)
    between = np.abs(frames[1:, 0] - frames[:-1, 0]).mean(axis=1)
    assert np.median(within) < np.median(between) / 2


def test_eyes_lie_on_the_template(drawn):
    """Faces turned far aside or in the dark are left to the detector's own limits."""
    strays = []
    for crop in drawn.crops[::5]:
        found = faces.find_in_crop(np.repeat(crop, 3, axis=2))
        if found.landmarks is not None:
            strays.append(found.landmarks[:2] - faces.TEMPLATE[:2])
    assert len(strays) > len(drawn.crops[::5]) / 2
    assert np.abs(np.median(strays, axis=0)).max() < 2


def test_subjects_can_be_kept_apart(drawn):
    parts = split(drawn, "subject", seed=0)
    assert not set(drawn.subjects[parts.train]) & set(drawn.subjects[parts.test])
    assert len(np.unique(drawn.labels[parts.test])) == len(EXPRESSIONS)


@pytest.mark.parametrize("name", ["drawn", "quick"])
def test_recipes_for_a_first_try_are_valid(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    assert recipe.recut == (name != "drawn")


def test_kept_set_that_was_cut_short_is_drawn_again(home):
    data = load_drawn(2, seed=3)
    (kept,) = settings().cache.glob("drawn-*")
    for left in (kept.read_bytes()[:1000], b"", b"no array"):
        kept.write_bytes(left)
        assert load_drawn(2, seed=3).digest == data.digest


@pytest.mark.parametrize("name", ["drawing/mouth.py", "faces/cropping.py"])
def test_kept_set_is_drawn_anew_once_what_draws_or_cuts_it_changes(tmp_path, monkeypatch, name):
    for folder in ("drawing", "faces"):
        shutil.copytree(PROJECT_ROOT / "core" / folder, tmp_path / "core" / folder)
    monkeypatch.setattr("training.datasets.drawn.PROJECT_ROOT", tmp_path)
    before = _renderer_digest()
    with (tmp_path / "core" / name).open("a") as file:
        file.write("#")
    assert _renderer_digest() != before
