"""Who is who from one look to the next."""

import pytest

from core.tracking import Tracker


@pytest.mark.parametrize(("rate", "speed"), [(5, 0.5), (5, 1.25), (10, 2.0), (15, 2.0)])
def test_whoever_walks_before_somebody_takes_nobodys_number(rate, speed):
    """One stands, another passes before them; who is hidden is not found."""
    tracker, size, numbers = Tracker(), 100.0, {}
    for look in range(int(12 / speed * rate)):
        where = -3 * size + speed * size * look / rate
        hidden = abs(where) < 0.54 * size  # boxes that overlap by a third are one to the detector
        boxes = {"passes": (where, 0.0, size, size)} | ({} if hidden else {"stands": (0.0, 0.0, size, size)})
        found = tracker.follow(list(boxes.values()), look / rate)
        numbers |= dict.fromkeys(zip(boxes, found, strict=True), look)
    (passes,) = [number for name, number in numbers if name == "passes"]
    stands = [number for name, number in numbers if name == "stands"]
    assert passes not in stands


@pytest.mark.parametrize(("before", "after"), [(100.0, 50.0), (50.0, 100.0)])
def test_face_that_is_suddenly_twice_or_half_as_large_is_somebody_else(before, after):
    tracker = Tracker()
    for number, size in enumerate((before, after), start=1):
        assert tracker.follow([(-size / 2, -size / 2, size, size)], number / 5) == [number]


def test_how_far_a_face_may_move_is_told_by_its_larger_size():
    tracker = Tracker()
    for look, size in enumerate((100.0, 60.0)):
        assert tracker.follow([(70.0 * look - size / 2, 0.0, size, size)], look / 5) == [1]
