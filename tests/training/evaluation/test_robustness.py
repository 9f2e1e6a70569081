from dataclasses import replace

import numpy as np
import pytest

from core.expressions import EXPRESSIONS
from tests.training.conftest import make_crops
from training.evaluation.robustness import CHANGES, UNCHANGED, measure_robustness
from training.named import UNCUT


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_alters_a_crop_and_keeps_its_form(change, face):
    crop = np.ascontiguousarray(face[::5, ::5, 0][:48, :48])
    changed = CHANGES[change](crop)
    assert changed.shape == crop.shape
    assert changed.dtype == np.uint8
    assert np.abs(changed.astype(int) - crop).mean() > 1


def test_crop_is_turned_to_either_side():
    dot = np.zeros((48, 48), np.uint8)
    dot[4:8, 22:26] = 200
    x, y = np.meshgrid(np.arange(48), np.arange(48))
    for change, side in (("turned by 15°", -1), ("turned by -15°", 1)):
        turned = CHANGES[change](dot)
        away = np.average(x, weights=turned) - 23.5, 23.5 - np.average(y, weights=turned)
        assert np.degrees(np.arctan2(*away)) == pytest.approx(side * 15, abs=1)


def test_points_lost_are_counted_from_the_unchanged_pictures(champion, home):
    found = {one.change: one for one in measure_robustness(champion, make_crops(3))}
    assert set(found) == {UNCHANGED, *CHANGES, UNCUT}
    assert found[UNCHANGED].lost == 0
    assert all(0 <= one.unanswered <= 1 for one in found.values())
    plain = {round(one.accuracy + one.lost, 6) for one in found.values()}
    assert len(plain) == 1, "all are compared with the same accuracy"
    assert {(one.data, one.n, one.leaks) for one in found.values()} == {("CK+48", len(make_crops(3)), False)}


def test_crops_on_our_template_already_are_not_cut_a_second_time(champion, home):
    crops = make_crops(3)
    framed = replace(crops, framed=np.ones(len(crops), np.bool_))
    found = {one.change: one for one in measure_robustness(champion, framed, leaks=True)}
    dark = champion.answer(framed.crops // 2).probabilities.argmax(axis=1)
    right = [
        champion.bundle.card.labels[guess] is EXPRESSIONS[label]
        for guess, label in zip(dark, framed.labels, strict=True)
    ]
    assert set(found) == {UNCHANGED, *CHANGES}
    assert found["half the brightness"].accuracy == pytest.approx(np.mean(right))
    assert all(one.leaks for one in found.values())
