import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DataError
from tests.training.conftest import SHOWN, make_crops
from training.datasets.ckplus import read_ckplus
from training.datasets.labelled import LabelledCrops
from training.splits import groups, split, split_inner


@settings(max_examples=25, deadline=None)
@given(subjects=st.integers(5, 30), frames=st.integers(1, 4), seed=st.integers(0, 2**31 - 1))
def test_nobody_stands_on_both_sides(subjects, frames, seed):
    data = make_crops(subjects, frames)
    found = split(data, "subject", seed)
    assert not set(data.subjects[found.train]) & set(data.subjects[found.test])
    assert sorted([*found.train, *found.test]) == list(range(len(data)))
    assert found.leak == 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31 - 1))
def test_inner_part_shares_nobody_with_what_is_learned(seed):
    data = make_crops(20)
    rest = data.take(split(data, "subject", seed).train)
    train, inner = split_inner(rest, "subject", 0.2, seed)
    assert not set(rest.subjects[train]) & set(rest.subjects[inner])
    assert len(train) + len(inner) == len(rest)


def test_same_seed_divides_alike():
    data = make_crops()
    assert np.array_equal(split(data, "random", 42).test, split(data, "random", 42).test)
    assert not np.array_equal(split(data, "random", 42).test, split(data, "random", 43).test)


def test_random_split_says_how_much_leaks():
    found = split(make_crops(20, frames=3), "random", 42)
    assert len(found.test) == 36
    assert found.leak > 0.8


def test_where_nobody_is_named_sequences_stay_together():
    data = make_crops(10)
    anonymous = LabelledCrops(
        data.crops, data.targets, np.full(len(data), ""), data.sequences, data.sources, data.parts
    )
    found = split(anonymous, "subject", 0)
    assert not set(groups(anonymous)[found.train]) & set(groups(anonymous)[found.test])
    assert len(set(groups(anonymous))) == 10 * len(SHOWN)


def test_own_division_of_a_data_set_is_followed():
    data = make_crops(10)
    parts = np.where(data.subjects < "S005", "train", "test")
    divided = LabelledCrops(data.crops, data.targets, data.subjects, data.sequences, data.sources, parts)
    found = split(divided, "subject", 0)
    assert set(parts[found.train]) == {"train"}
    assert set(parts[found.test]) == {"test"}


def test_too_few_subjects_say_what_to_do():
    with pytest.raises(DataError, match=r"Only 3 subjects.*add data"):
        split(make_crops(3), "subject", 0)


def test_random_split_of_the_real_ckplus_leaks_as_the_design_says(shared_data):
    data = read_ckplus(shared_data / "ckplus48.zip")
    leaks = [split(data, "random", seed).leak for seed in range(20)]
    assert np.mean(leaks) == pytest.approx(0.96, abs=0.01), "all but 0.2² of the frames"
    assert split(data, "subject", 42).leak == 0
