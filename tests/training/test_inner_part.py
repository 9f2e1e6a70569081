"""What is set aside for choices."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import DataError
from tests.training.conftest import SHOWN, make_crops
from training.datasets.labelled import LabelledCrops
from training.splits import (
    split,
    split_inner,
)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**31 - 1))
def test_inner_part_shares_nobody_with_what_is_learned(seed):
    data = make_crops(20)
    rest = data.take(split(data, "subject", seed).train)
    train, inner = split_inner(rest, "subject", 0.2, seed)
    assert not set(rest.subjects[train]) & set(rest.subjects[inner])
    assert len(train) + len(inner) == len(rest)


def test_what_is_set_aside_at_random_depends_on_the_seed_and_whom_is_not():
    data = make_crops(12)
    for kind, depends in (("random", True), ("subject", False)):
        one, other = (split_inner(data, kind, 0.3, seed)[1].tolist() for seed in (1, 2))
        assert (one != other) is depends


@settings(max_examples=60, deadline=None)
@given(
    names=st.lists(st.text("abcdef", min_size=1, max_size=6), min_size=3, max_size=9, unique=True),
    rare=st.integers(1, 3),
)
def test_inner_part_leaves_somebody_of_each_expression_to_learn_from(names, rare):
    data = make_crops(len(names), frames=3, shown=("happiness",))
    people = np.array(names).repeat(3)
    targets = data.targets.copy()
    unusual = np.flatnonzero(np.arange(len(data)) % 3 == 2)[:rare]  # contempt, beside what they usually show
    targets[unusual] = 0
    targets[unusual, 1] = 1
    data = replace(data, targets=targets, subjects=people, sequences=people)
    train, inner = split_inner(data, "subject", 0.45, 0)
    assert set(data.labels[train]) == set(data.labels)
    assert len(inner), "somebody else is set aside"
    other = replace(make_crops(9), sources=np.full(9 * 3 * len(SHOWN), "other"))
    both = LabelledCrops.concatenate([data, replace(other, subjects=np.char.add("other ", other.subjects))])
    again = both.take(split_inner(both, "subject", 0.45, 0)[1])
    assert set(again.subjects[again.sources != "other"]) == set(data.subjects[inner])


@pytest.mark.parametrize("seed", range(3))
def test_people_who_each_usually_show_something_else_can_be_set_aside(seed):
    data = make_crops(3, frames=4)
    usual = np.array([0, 4, 7]).repeat(len(data) // 3)
    often = np.arange(len(data)) % 3 > 0
    targets = np.where(often[:, None], np.eye(data.targets.shape[1])[usual], data.targets)
    data = replace(data, targets=targets.astype(np.float32))
    train, inner = split_inner(data, "subject", 0.2, seed)
    assert len(set(data.subjects[inner])) == 1
    assert set(data.labels[train]) == set(data.labels)


def test_people_without_whom_an_expression_is_shown_by_nobody_are_not_set_aside():
    data = make_crops(3)
    shown = {"S000": data.labels[0], "S001": data.labels[-1]}
    rows = [shown.get(who, label) == label for who, label in zip(data.subjects, data.labels, strict=True)]
    alone = data.take(np.flatnonzero(rows)).take(np.flatnonzero(data.subjects[rows] != "S002"))
    with pytest.raises(DataError, match="Nobody can be kept apart among 2 subjects"):
        split_inner(alone, "subject", 0.2, 0)


@pytest.mark.parametrize("seed", range(5))
def test_random_inner_part_leaves_each_expression_to_learn_from(seed):
    data = make_crops(8)
    rare = np.flatnonzero(data.labels == data.labels[0])[1:]
    data = data.take(np.setdiff1d(np.arange(len(data)), rare))
    train, inner = split_inner(data, "random", 0.5, seed)
    assert set(data.labels[train]) == set(data.labels)
    assert sorted([*train, *inner]) == list(range(len(data)))


def test_who_is_set_aside_of_a_data_set_does_not_depend_on_what_else_is_learned_from():
    one, other = make_crops(20), make_crops(40, seed=1)
    subjects = np.char.add("other ", other.subjects)
    other = replace(other, sources=np.full(len(other), "other"), subjects=subjects, sequences=subjects)
    both = LabelledCrops.concatenate([one, other])
    alone, beside = (
        data.take(split_inner(data, "subject", 0.2, 0)[1]).subjects.tolist() for data in (one, both)
    )
    assert len(set(alone)) == 4
    assert set(alone) == {who for who in beside if not who.startswith("other")}


def test_of_few_people_who_usually_show_the_same_one_is_set_aside():
    data = make_crops(4, frames=3)
    usual = np.where(data.subjects < "S002", 0, 7)
    targets = np.eye(data.targets.shape[1], dtype=np.float32)
    often = np.arange(len(data)) % 3 > 0
    data = replace(data, targets=np.where(often[:, None], targets[usual], data.targets))
    inner = data.take(split_inner(data, "subject", 0.1, 0)[1])
    assert sorted(who < "S002" for who in set(inner.subjects)) == [False, True]
