"""A data set's own division, as its folders tell it."""

from pathlib import PurePosixPath

import pytest

from training.datasets.parts import part_of


def parts(*names):
    return part_of([PurePosixPath(name) for name in names]).tolist()


@pytest.mark.parametrize("folder", ["test", "Test Set", "test_set", "testset", "TESTING", "test-images"])
def test_test_part_is_known_in_any_spelling(folder):
    assert parts("train_set/happy/a.png", f"{folder}/happy/b.png") == ["train", "test"]


@pytest.mark.parametrize("folder", ["val", "valid", "validation_set", "dev", "eval"])
def test_validation_part_is_the_test_only_where_there_is_no_other(folder):
    assert parts("train/joy/a.png", f"{folder}/joy/b.png") == ["train", "test"]
    assert parts("test/joy/a.png", f"{folder}/joy/b.png") == ["test", "train"]


def test_person_called_like_a_part_is_none():
    assert parts("happy/Val/1.png", "happy/Ann/2.png", "fear/Ann/test/3.png") == ["", "", ""]
    assert parts("train/happy/Val/1.png", "test/happy/Ann/2.png") == ["train", "test"]


def test_division_may_stand_below_the_classes_where_it_is_complete():
    assert parts("happy/train/1.png", "fear/test/2.png", "fear/test/3.png") == ["train", "test", "test"]
