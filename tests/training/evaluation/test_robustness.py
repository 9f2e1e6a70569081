import numpy as np
import pytest

from tests.training.conftest import make_crops
from training.evaluation.robustness import CHANGES, UNCHANGED, UNCUT, measure_robustness


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_alters_a_crop_and_keeps_its_form(change, face):
    crop = np.ascontiguousarray(face[::5, ::5, 0][:48, :48])
    changed = CHANGES[change](crop)
    assert changed.shape == crop.shape
    assert changed.dtype == np.uint8
    assert np.abs(changed.astype(int) - crop).mean() > 1


def test_points_lost_are_counted_from_the_unchanged_pictures(champion, home):
    found = {one.change: one for one in measure_robustness(champion, make_crops(3))}
    assert set(found) == {UNCHANGED, *CHANGES, UNCUT}
    assert found[UNCHANGED].lost == 0
    assert all(0 <= one.unanswered <= 1 for one in found.values())
    plain = {round(one.accuracy + one.lost, 6) for one in found.values()}
    assert len(plain) == 1, "all are compared with the same accuracy"
