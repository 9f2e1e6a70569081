from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DataError
from tests.training.conftest import SHOWN, make_crops
from training.datasets.ckplus import read_ckplus
from training.datasets.labelled import LabelledCrops, without_a_face
from training.splits import (
    NOTHING_TO_JUDGE,
    folds,
    groups,
    keep_own_test,
    split,
    why_no_split,
)


@settings(max_examples=25, deadline=None)
@given(subjects=st.integers(5, 30), frames=st.integers(1, 4), seed=st.integers(0, 2**31 - 1))
def test_nobody_stands_on_both_sides(subjects, frames, seed):
    data = make_crops(subjects, frames)
    found = split(data, "subject", seed)
    assert not set(data.subjects[found.train]) & set(data.subjects[found.test])
    assert sorted([*found.train, *found.test]) == list(range(len(data)))
    assert found.leak == 0


@settings(max_examples=25, deadline=None)
@given(
    subjects=st.integers(6, 24),
    count=st.integers(2, 6),
    kind=st.sampled_from(["subject", "sequence", "random"]),
    seed=st.integers(0, 2**31 - 1),
)
def test_folds_test_every_row_once_and_keep_groups_whole(subjects, count, kind, seed):
    data = make_crops(subjects)
    found = folds(data, kind, count, seed)
    assert sorted(np.concatenate([fold.test for fold in found])) == list(range(len(data)))
    for fold in found:
        assert not set(fold.train) & set(fold.test)
        if kind != "random":
            keys = groups(data, kind)
            assert not set(keys[fold.train]) & set(keys[fold.test])


def test_folds_leave_the_parts_that_a_data_set_divided_itself_where_they_are():
    free, own = make_crops(10), make_crops(6, seed=1)
    parts = np.where(own.subjects < "S004", "train", "test")
    own = replace(own, parts=parts, subjects=np.char.add("own ", own.subjects))
    data = LabelledCrops.concatenate([free, own])
    for fold in folds(data, "subject", 5, 0):
        assert set(np.flatnonzero(data.parts == "train")) <= set(fold.train)
        assert set(np.flatnonzero(data.parts == "test")) <= set(fold.test)


def test_whoever_is_tested_is_not_learned_from_whatever_a_data_set_says():
    data = make_crops(10)
    some = np.where((np.arange(len(data)) % 2 == 0) & (data.subjects < "S003"), "test", "train")
    divided = replace(data, parts=some)
    mixed = LabelledCrops.concatenate([make_crops(12, seed=3), divided])
    cases = [(divided, split(divided, "subject", 0)), *((mixed, f) for f in folds(mixed, "subject", 3, 0))]
    for rows, found in cases:
        assert len(found.train)
        assert not set(rows.subjects[found.train]) & set(rows.subjects[found.test])


def test_sequence_split_may_show_a_person_on_both_sides_but_no_recording():
    data = make_crops(20)
    found = split(data, "sequence", 3)
    assert found.leak == 0
    assert set(data.subjects[found.train]) & set(data.subjects[found.test])
    assert found.shared_people == pytest.approx(
        np.isin(data.subjects[found.test], data.subjects[found.train]).mean()
    )


def test_official_split_follows_the_data_set_and_nothing_else():
    data = make_crops(10)
    with pytest.raises(DataError, match="no division of its own"):
        split(data, "official", 0)
    parts = np.where(data.subjects < "S005", "train", np.where(data.subjects < "S007", "test", ""))
    divided = replace(data, parts=parts)
    found = split(divided, "official", 0)
    assert set(parts[found.train]) == {"train"}
    assert set(parts[found.test]) == {"test"}
    assert found.shared_people == 0
    with pytest.raises(DataError, match="one division"):
        folds(divided, "official", 5, 0)


def test_official_division_that_shares_people_says_how_many():
    data = make_crops(10)
    happy = data.sequences == np.char.add(data.subjects, "_happiness")
    divided = replace(data, parts=np.where(happy & (data.subjects < "S005"), "test", "train"))
    found = split(divided, "official", 0)
    assert (found.leak, found.shared_people) == (0, 1)
    assert split(divided, "subject", 0).shared_people == 0


def test_same_seed_divides_alike():
    data = make_crops()
    assert np.array_equal(split(data, "random", 42).test, split(data, "random", 42).test)
    assert not np.array_equal(split(data, "random", 42).test, split(data, "random", 43).test)


@pytest.mark.parametrize("kind", ["subject", "sequence", "random"])
def test_another_seed_makes_other_folds_and_the_same_one_the_same(kind):
    data = make_crops(12)
    first, again, other = ([fold.test.tolist() for fold in folds(data, kind, 3, seed)] for seed in (1, 1, 2))
    assert first == again != other


def test_random_split_is_never_taken_for_an_honest_one():
    data = make_crops(20)
    unlike = replace(data, sequences=np.arange(len(data)).astype(str))
    found = split(unlike, "random", 0)
    assert found.leak == 0
    assert found.leaks
    assert not split(unlike, "subject", 0).leaks


def test_random_split_says_how_much_leaks():
    found = split(make_crops(20, frames=3), "random", 42)
    assert len(found.test) == 36
    assert found.leak > 0.8


def test_where_nobody_is_named_sequences_stay_together():
    data = make_crops(10)
    anonymous = replace(data, subjects=np.full(len(data), ""))
    found = split(anonymous, "subject", 0)
    assert not set(groups(anonymous)[found.train]) & set(groups(anonymous)[found.test])
    assert len(set(groups(anonymous))) == 10 * len(SHOWN)


def test_where_somebody_is_not_named_nobody_claims_that_people_are_apart():
    data = make_crops(10)
    anonymous = replace(data, subjects=np.full(len(data), ""))
    assert split(anonymous, "subject", 0).shared_people is None
    assert split(data, "subject", 0).shared_people == 0
    some = replace(data, subjects=np.where(data.labels == 0, "", data.subjects))
    assert split(some, "random", 0).shared_people > 0, "what is known is said"


def test_own_division_of_a_data_set_is_followed():
    data = make_crops(10)
    parts = np.where(data.subjects < "S005", "train", "test")
    divided = replace(data, parts=parts)
    found = split(divided, "subject", 0)
    assert set(parts[found.train]) == {"train"}
    assert set(parts[found.test]) == {"test"}


def test_too_few_subjects_say_what_to_do():
    with pytest.raises(DataError, match=r"Only 3 subjects.*add people, or choose the sequence split"):
        split(make_crops(3), "subject", 0)


@pytest.mark.parametrize("kind", ["random", "subject"])
def test_fewer_pictures_of_each_class_than_parts_say_what_to_do(kind):
    each_shows_one = make_crops(12, frames=1).take(np.arange(36) % 3 == np.arange(36) // 3 % 3)
    assert np.bincount(each_shows_one.labels).max() == 4
    with pytest.raises(DataError, match=r"as many pictures as there are parts.*add data"):
        folds(each_shows_one, kind, 5, 0)


def test_random_split_of_the_real_ckplus_leaks_as_the_design_says(shared_data):
    data = read_ckplus(shared_data / "ckplus48.zip").crops
    leaks = [split(data, "random", seed).leak for seed in range(20)]
    assert np.mean(leaks) == pytest.approx(0.96, abs=0.01), "all but 0.2² of the frames"
    assert split(data, "subject", 42).leak == 0


def test_few_pictures_beside_a_data_set_with_its_own_test_are_learned_from():
    own = make_crops(6)
    own = replace(own, parts=np.where(own.subjects < "S004", "train", "test"))
    few = make_crops(1, frames=1, seed=1)
    few = replace(few, subjects=np.full(3, ""), sequences=np.array(["a", "b", "c"]))
    data = LabelledCrops.concatenate([own, few])
    found = split(data, "subject", 0)
    assert set(found.test) == set(np.flatnonzero(data.parts == "test"))
    assert set(found.train) == set(np.flatnonzero(data.parts != "test"))
    with pytest.raises(DataError, match="Only 3 subjects"):
        folds(data, "subject", 5, 0)
    many = LabelledCrops.concatenate([own, make_crops(4, frames=9, seed=1)])
    with pytest.raises(DataError, match="Only 4 subjects"):
        split(replace(many, subjects=np.char.add(many.parts, many.subjects)), "subject", 0)


@pytest.mark.parametrize("kind", ["subject", "sequence"])
def test_learning_from_all_but_the_own_test_learns_from_nobody_who_is_tested(kind):
    data = make_crops(10)
    data = replace(data, parts=np.where(np.arange(len(data)) % 4 == 0, "test", "train"))
    found = keep_own_test(data, kind)
    keys = groups(data, kind)
    assert set(found.test) == set(np.flatnonzero(data.parts == "test"))
    assert not set(keys[found.train]) & set(keys[found.test])
    assert not found.leaks


@pytest.mark.parametrize("seed", range(5))
def test_expression_that_two_people_show_is_learned_and_tested(seed):
    data = make_crops(20)
    rare = (data.labels == data.labels[0]) & (data.subjects > "S001")
    data = data.take(~rare)
    found = split(data, "subject", seed)
    assert set(data.labels[found.test]) == set(data.labels[found.train]) == set(data.labels)


def test_crops_without_a_face_count_as_nobody_to_judge_on():
    names = np.array([f"bare#{i}" for i in range(40)])
    bare = without_a_face(np.zeros((40, 48, 48, 1), np.uint8), names, "bare")
    data = LabelledCrops.concatenate([make_crops(6), bare])
    with pytest.raises(DataError, match="Only 6 subjects are known, and 10 are needed"):
        folds(data, "subject", 10, 0)
    assert len(folds(data, "subject", 5, 0)) == 5


def test_data_that_are_all_to_be_learned_from_leave_nothing_to_judge_on():
    data = make_crops(10)
    assert why_no_split(replace(data, parts=np.full(len(data), "train")), "subject") == NOTHING_TO_JUDGE
    assert why_no_split(data, "subject") is None
    assert "Only 10 subjects" in why_no_split(data, "subject", 0.05)
