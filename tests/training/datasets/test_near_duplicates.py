import time

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from training.datasets.ckplus import read_ckplus
from training.datasets.near_duplicates import BLOCK, exact_groups, first_of_their_kind, near_groups

RNG = np.random.default_rng(0)


def smooth(count, seed=0):
    """Crops that vary smoothly, as photos do, and are all different."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (count, 6, 6), dtype=np.uint8)
    return np.stack([cv2.resize(c, (48, 48), interpolation=cv2.INTER_CUBIC) for c in coarse])[..., None]


def altered(crop, **changes):
    picture = crop[..., 0]
    if "shift" in changes:
        picture = np.roll(picture, changes["shift"], axis=1)
    if "brightness" in changes:
        picture = (picture * 0.5 + changes["brightness"]).astype(np.uint8)
    if "jpeg" in changes:
        coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, changes["jpeg"]])[1]
        picture = cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE)
    return picture[..., None]


@pytest.mark.parametrize(
    "change", [{"shift": 1}, {"brightness": 60}, {"jpeg": 30}, {"shift": -1, "jpeg": 50}]
)
def test_altered_copies_stand_together(change):
    crops = smooth(40)
    found = near_groups(np.concatenate([crops, altered(crops[7], **change)[None]]))
    assert found[40] == found[7]
    assert len(set(found)) == 40


def test_exact_groups_tell_a_single_pixel():
    crops = smooth(3)
    other = crops[1].copy()
    other[0, 0, 0] ^= 1
    assert exact_groups(np.stack([*crops, crops[1], other])).tolist() == [0, 1, 2, 1, 3]


def test_first_of_their_kind_resemble_neither_the_others_nor_what_came_before():
    one, two, three = smooth(3)
    crops = np.stack([altered(one, shift=1), two, three, altered(two, brightness=40)])
    assert first_of_their_kind(crops, one[None]).tolist() == [False, True, True, False]
    assert first_of_their_kind(crops, crops[:0]).tolist() == [True, True, True, False]


def test_blank_crops_resemble_only_their_exact_copies():
    blank = [np.full((48, 48, 1), grey, np.uint8) for grey in (0, 9, 0)]
    noisy = [(128 + RNG.integers(0, 2, (48, 48, 1))).astype(np.uint8) for _ in range(2)]
    assert near_groups(np.stack([*blank, *noisy])).tolist() == [0, 1, 0, 2, 3]


def test_groups_reach_over_blocks():
    crops = smooth(2 * BLOCK + 5)
    crops[[3, BLOCK + 1, -1]] = crops[0], altered(crops[0], shift=1), crops[3]
    crops[3] = crops[0]
    found = near_groups(crops)
    assert found[0] == found[3] == found[BLOCK + 1] == 0


@settings(max_examples=30, deadline=None)
@given(order=st.permutations(range(12)))
def test_order_does_not_change_who_belongs_together(order):
    crops = smooth(9)
    crops = np.stack([*crops, altered(crops[0], shift=1), altered(crops[0], brightness=40), crops[4]])
    expected, found = near_groups(crops), near_groups(crops[list(order)])
    together = expected[:, None] == expected
    assert np.array_equal(found[:, None] == found, together[np.ix_(order, order)])
    assert list(dict.fromkeys(found.tolist())) == list(range(len(set(found.tolist()))))


@pytest.mark.parametrize("count", [0, 1])
def test_few_crops_are_no_trouble(count):
    assert near_groups(smooth(3)[:count]).tolist() == list(range(count))


def test_thousands_of_copies_of_one_crop_take_no_room():
    crops = np.repeat(smooth(1), 6000, axis=0)
    crops[:, 0, 0, 0] = np.arange(6000) % 256
    begun = time.monotonic()
    assert set(near_groups(crops)) == {0}
    assert time.monotonic() - begun < 30


def test_real_frames_of_a_sequence_are_found_and_people_told_apart(shared_data):
    data = read_ckplus(shared_data / "ckplus48.zip").crops
    found = near_groups(data.crops)
    alone = np.bincount(found)[found] == 1
    assert alone.mean() < 0.005
    mixed = [g for g in set(found) if len(set(data.subjects[found == g])) > 1]
    assert len(mixed) <= 5
