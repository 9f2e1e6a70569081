"""A few crops of each class, to look at."""

from dataclasses import replace

import numpy as np

from core.expressions import Expression
from tests.training.conftest import make_crops
from training.datasets.sheet import CROPS_A_CLASS, write_sheet


def test_sheet_shows_as_many_people_as_it_can_under_the_names_of_the_classes(tmp_path):
    data = make_crops(30, frames=1, shown=(Expression.FEAR,))
    people = np.array([f"P{max(0, number - 22)}" for number in range(30)])
    data = replace(data, subjects=people)
    write_sheet(data, tmp_path / "sheet")
    with np.load(tmp_path / "sheet") as sheet:
        assert sheet.files == ["fear"]
        shown = [people[(data.crops == crop).all(axis=(1, 2, 3))][0] for crop in sheet["fear"]]
    assert len(shown) == len(set(shown)) == CROPS_A_CLASS
