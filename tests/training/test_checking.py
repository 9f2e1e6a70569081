from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.expressions import EXPRESSIONS
from tests.training.conftest import make_crops
from tests.training.datasets.test_near_duplicates import altered, smooth
from training.checking import check
from training.datasets.labelled import LabelledCrops, one_hot
from training.datasets.read_data import Cause, ReadData, Skipped
from training.datasets.reading import read


def anonymous(crops, labels, **changes):
    """Crops of which nobody is named, each its own sequence."""
    n = len(crops)
    names = np.array([f"{i}.png" for i in range(n)])
    data = LabelledCrops(
        crops, one_hot(labels), np.full(n, ""), names, np.full(n, "mine"), np.full(n, ""), names
    )
    return replace(data, **changes)


def test_classes_are_counted_in_all_and_a_source():
    first = anonymous(smooth(3), ["anger", "anger", "fear"])
    second = anonymous(smooth(2, seed=1), ["fear", "neutral"], sources=np.full(2, "other"))
    found = check(ReadData(LabelledCrops.concatenate([first, second])))
    assert {name: count for name, count in found.classes.items() if count} == {
        "anger": 2,
        "fear": 2,
        "neutral": 1,
    }
    assert list(found.classes) == list(EXPRESSIONS)
    assert [(s.source, s.crops, s.classes["fear"]) for s in found.sources] == [
        ("mine", 3, 1),
        ("other", 2, 1),
    ]
    assert found.without_subject == 5


def test_copies_and_their_conflicts_are_named():
    crops = smooth(5)
    crops[1] = crops[0]
    crops[3] = altered(crops[2], shift=1)
    found = check(ReadData(anonymous(crops, ["anger", "fear", "fear", "fear", "fear"])))
    assert (found.exact_duplicates.pictures, found.exact_duplicates.groups) == (2, 1)
    assert found.exact_duplicates.conflicting == 1
    assert found.exact_duplicates.examples == (("0.png", "1.png"),)
    assert (found.near_duplicates.pictures, found.near_duplicates.groups) == (4, 2)
    assert found.near_duplicates.conflicting == 1
    assert found.near_duplicates.examples == (("0.png", "1.png"), ("2.png", "3.png"))


def test_what_was_left_out_is_told_by_its_cause():
    skipped = [Skipped(f"{cause}.png", cause, "So.") for cause in Cause]
    found = check(ReadData(anonymous(smooth(2), ["fear", "fear"]), tuple(skipped)))
    assert [one.name for one in found.unreadable] == ["unreadable.png"]
    assert [one.name for one in found.unknown_labels] == ["unknown label.png"]
    assert [one.name for one in found.without_face] == ["no face found.png"]
    assert found.left_out == {"no clear label": 1, "near-copy of a test picture": 1, "kept apart": 1}


def test_random_split_of_triples_leaks_as_chance_has_it():
    found = check(ReadData(make_crops(60, frames=3)))
    assert found.random_split_leak == pytest.approx(1 - 0.2**2, abs=0.02)
    assert (found.subjects, found.sequences, found.without_subject) == (60, 180, 0)


@settings(max_examples=20, deadline=None)
@given(count=st.integers(1, 40), seed=st.integers(0, 1000))
def test_pictures_that_are_all_different_leak_nothing(count, seed):
    found = check(ReadData(anonymous(smooth(count, seed), ["fear"] * count)))
    assert found.random_split_leak == 0
    assert found.near_duplicates.groups == 0
    assert sum(found.classes.values()) == found.crops == count


def test_division_whose_people_are_not_all_named_is_not_called_apart():
    parts = np.array(["train"] * 3 + ["test"] * 3)
    for subjects, shared in ((["a", "b", "c", "d", "e", "f"], 0), (["a", "b", "", "d", "e", "f"], None)):
        data = anonymous(smooth(6), ["fear"] * 6, subjects=np.array(subjects), parts=parts)
        assert check(ReadData(data)).official.shared_subjects == shared


def test_what_shows_nothing_and_what_the_usual_split_refuses_is_told():
    crops = smooth(6)
    crops[2:4] = 90
    found = check(ReadData(anonymous(crops, ["fear", "anger"] * 3, subjects=np.array(list("ababab")))))
    assert found.blank == 2
    assert "Only 2 subjects are known, and 5 are needed" in found.split_refusal
    assert check(ReadData(make_crops(60))).split_refusal is None


def test_own_division_tells_who_stands_on_both_sides():
    crops = smooth(6)
    crops[5] = altered(crops[0], shift=1)
    data = anonymous(
        crops,
        ["fear"] * 6,
        subjects=np.array(["a", "b", "", "a", "c", ""]),
        parts=np.array(["train"] * 3 + ["test"] * 3),
    )
    official = check(ReadData(data)).official
    assert (official.train, official.test, official.shared_subjects) == (3, 3, 1)
    assert official.leak == pytest.approx(1 / 3)
    assert check(ReadData(replace(data, parts=np.full(6, "")))).official is None


def test_refusals_are_those_of_training():
    found = check(ReadData(anonymous(smooth(4), ["fear", "fear", "anger", "sadness"])))
    assert "no pictures of disgust, happiness, surprise" in found.refusals[0]
    assert "Only one subject shows anger, sadness" in found.refusals[1]


def test_real_ckplus_leaks_by_its_frames(shared_data):
    found = check(read([shared_data / "ckplus48.zip"]))
    assert found.random_split_leak == pytest.approx(0.97, abs=0.01)
    assert found.near_duplicates.pictures > 970
    assert found.refusals == ()
