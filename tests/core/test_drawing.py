from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import faces
from core.drawing import (
    PROTOTYPES,
    REST,
    ActionUnit,
    ActionUnits,
    Beard,
    Person,
    Scene,
    draw_face,
    draw_group,
    landmarks,
    sample_action_units,
    sample_person,
    sample_scene,
    sample_snapshot,
)
from core.drawing.eyes import shape_brow, shape_eye
from core.drawing.head import outline_face
from core.drawing.mouth import shape_mouth
from core.expressions import EXPRESSIONS, Expression

SIDE = 200
FRONTAL = Scene()


def full(*units: int) -> ActionUnits:
    return ActionUnits(dict.fromkeys(units, 1.0))


def sample(seed: int):
    rng = np.random.default_rng(seed)
    return (
        sample_person(rng),
        sample_action_units(EXPRESSIONS[seed % len(EXPRESSIONS)], rng),
        sample_scene(rng),
    )


def shown(units: ActionUnits) -> np.ndarray:
    return draw_face(Person(), units, FRONTAL, SIDE).astype(int)


def test_same_seed_draws_the_same_bytes_and_another_seed_another_picture():
    assert np.array_equal(draw_face(*sample(1), 96), draw_face(*sample(1), 96))
    assert not np.array_equal(draw_face(*sample(1), 96), draw_face(*sample(2), 96))


@pytest.mark.parametrize("size", [24, 25, 48, 333])
def test_any_size_can_be_drawn(size):
    picture = draw_face(*sample(3), size)
    assert picture.shape == (size, size, 3)
    assert picture.dtype == np.uint8
    assert picture.std() > 10


def test_detector_finds_nearly_every_drawn_face_where_the_landmarks_say():
    samples = [sample(seed) for seed in range(40)]
    strays = []
    for person, units, scene in samples:
        found = faces.find(draw_face(person, units, scene, 256))
        if len(found) == 1:
            between_eyes = 256 / scene.framing
            known = landmarks(person, units, scene, 256, 256)
            strays.append(np.hypot(*(found[0].landmarks - known).T) / between_eyes)
    assert len(strays) >= 0.95 * len(samples)
    # An eye is about 0.45 wide, a mouth 0.8.
    assert np.median(strays) < 0.08
    assert np.percentile(strays, 95, axis=0).max() < 0.3


def test_landmarks_follow_pose_place_and_size():
    points = landmarks(Person(), REST, FRONTAL, 100, 100)
    assert np.allclose(landmarks(Person(), REST, FRONTAL, 200, 200), 2 * points + 0.5, atol=1e-3)
    assert points[0, 0] < points[1, 0]
    tilted = landmarks(Person(), REST, replace(FRONTAL, roll=20), 100, 100)
    assert tilted[1, 1] > tilted[0, 1]
    turned = landmarks(Person(), REST, replace(FRONTAL, yaw=15), 100, 100)
    assert turned[2, 0] - turned[:2, 0].mean() > 2
    assert landmarks(Person(), REST, replace(FRONTAL, pitch=10), 100, 100)[2, 1] < points[2, 1]


def test_group_shows_everybody():
    sitters = [
        (person, units, replace(scene, framing=9, head=(x, 0.5)))
        for x, (person, units, scene) in zip((0.2, 0.5, 0.8), map(sample, (4, 8, 12)), strict=True)
    ]
    picture = draw_group(sitters, 600, 360)
    assert picture.shape == (360, 600, 3)
    found = sorted(face.landmarks[:2, 0].mean() for face in faces.find(picture))
    assert np.allclose(found, [120, 300, 480], atol=20)


def test_lip_corner_puller_raises_the_mouth_corners_in_the_picture():
    rest, smile = (landmarks(Person(), u, FRONTAL, SIDE, SIDE) for u in (REST, full(12)))
    assert (smile[3:, 1] < rest[3:, 1] - 4).all()
    assert smile[4, 0] - smile[3, 0] > rest[4, 0] - rest[3, 0] + 4
    frown = landmarks(Person(), full(15), FRONTAL, SIDE, SIDE)
    assert (frown[3:, 1] > rest[3:, 1] + 3).all()


@pytest.mark.parametrize("unit", [26, 27])
def test_dropped_jaw_shows_the_dark_of_the_mouth_and_lowers_the_chin(unit):
    corners = landmarks(Person(), full(unit), FRONTAL, SIDE, SIDE)[3:]
    x, y = corners.mean(axis=0).round().astype(int)
    mouth = np.s_[y : y + 16, x - 3 : x + 4]
    assert shown(full(unit))[mouth].min() < shown(REST)[mouth].min() - 20
    assert outline_face(Person(), full(unit))[:, 1].max() > outline_face(Person(), REST)[:, 1].max() + 0.1


def test_brow_units_move_the_part_of_the_brow_they_are_named_after():
    rest, inner, outer, lowered = (shape_brow(Person(), u, 1) for u in (REST, full(1), full(2), full(4)))
    assert inner[0, 1] < rest[0, 1] - 0.1
    assert inner[-1, 1] == pytest.approx(rest[-1, 1], abs=0.03)
    assert outer[-1, 1] < rest[-1, 1] - 0.1
    assert outer[0, 1] == pytest.approx(rest[0, 1], abs=0.05)
    assert lowered[0, 1] > rest[0, 1] + 0.1
    assert lowered[0, 0] < rest[0, 0]


def test_lids_widen_with_au5_and_narrow_with_au6_and_au7():
    def height(units: ActionUnits) -> float:
        eye = shape_eye(Person(), units, 1)
        return float((eye.lower - eye.upper)[:, 1].max())

    assert height(full(5)) > 1.3 * height(REST)
    assert height(full(6)) < 0.8 * height(REST)
    assert height(full(7)) < 0.8 * height(REST)
    assert height(full(6, 7, 9)) > 0


def test_lips_part_with_au25_and_are_closed_at_rest():
    assert shape_mouth(Person(), REST).gap < 0.02
    assert shape_mouth(Person(), full(25)).gap > 0.05


def test_contempt_stands_on_one_side_of_the_mouth():
    for seed in range(10):
        units = sample_action_units(Expression.CONTEMPT, np.random.default_rng(seed))
        right, left = (max(units.on(unit, side) for unit in (12, 14)) for side in (-1, 1))
        assert min(right, left) < 0.2 < max(right, left)


@pytest.mark.parametrize("unit", list(ActionUnit), ids=lambda unit: unit.name.lower())
def test_every_action_unit_can_be_seen(unit):
    assert np.abs(shown(full(unit)) - shown(REST)).max() > 12


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_expression_has_a_prototype_that_differs_from_rest(expression):
    assert (PROTOTYPES[expression] == ({},)) == (expression is Expression.NEUTRAL)
    assert all(set(variant) <= set(ActionUnit) for variant in PROTOTYPES[expression])


@pytest.mark.parametrize("intensities", [{12: 1.2}, {12: -0.1}, {3: 0.5}])
def test_wrong_intensities_are_refused(intensities):
    with pytest.raises(ValueError, match="Received"):
        ActionUnits(intensities)


def test_people_differ_in_skin_over_the_whole_range():
    people = [sample_person(np.random.default_rng(seed)) for seed in range(100)]
    lightness = [person.skin[0] for person in people]
    assert min(lightness) < 80
    assert max(lightness) > 235
    assert {person.beard for person in people} == set(Beard)
    assert len({person.hair for person in people}) == 8


@settings(deadline=None, max_examples=30)
@given(
    st.dictionaries(st.sampled_from([unit.value for unit in ActionUnit]), st.floats(0, 1)),
    st.floats(-1, 1),
    st.integers(0, 2**32),
)
def test_any_movement_of_any_person_can_be_drawn(intensities, side, seed):
    rng = np.random.default_rng(seed)
    person, units = sample_person(rng), ActionUnits(intensities, side)
    scene = sample_snapshot(rng)
    assert draw_face(person, units, scene, 40).shape == (40, 40, 3)
    points = landmarks(person, units, scene, 40, 40)
    assert np.isfinite(points).all()
    eye, mouth = shape_eye(person, units, 1), shape_mouth(person, units)
    assert (eye.lower[1:-1, 1] > eye.upper[1:-1, 1]).all()
    assert (mouth.lower[:, 1] >= mouth.upper[:, 1]).all()
