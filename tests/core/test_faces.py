from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import faces
from core.faces.cropping import fit_similarity
from core.faces.quality import measure_quality
from core.images import decode
from training.datasets.ferplus import read_ferplus

POINTS = st.lists(
    st.tuples(st.floats(-500, 1500, width=32), st.floats(-500, 1500, width=32)), min_size=5, max_size=5
)


def scaled(picture, side):
    return cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)


def pasted(picture, shape=(720, 1280), at=(300, 500)):
    canvas = np.full((*shape, 3), 120, np.uint8)
    canvas[at[0] : at[0] + picture.shape[0], at[1] : at[1] + picture.shape[1]] = picture
    return canvas


def centre(box):
    return np.array([box.x + box.width / 2, box.y + box.height / 2])


def test_face_of_a_portrait_is_where_it_is(portrait):
    (found,) = faces.find(portrait)
    assert np.abs(centre(found.box) - (224, 115)).max() < 15
    right_eye, left_eye, nose, right_mouth, left_mouth = found.landmarks
    assert right_eye[0] < nose[0] < left_eye[0]
    assert right_mouth[0] < left_mouth[0]
    assert right_eye[1] < nose[1] < right_mouth[1]
    assert found.score > 0.8


@pytest.mark.parametrize("side", [56, 80, 160, 400])
def test_face_of_any_size_is_found_in_a_photo(face, side):
    """The face itself is 0.38 of the side: 21 to 150 px."""
    (found,) = faces.find(pasted(scaled(face, side)))
    assert np.abs(centre(found.box) - (500 + side / 2, 300 + side * 0.45)).max() < side * 0.12
    assert 0.25 * side < min(found.box.width, found.box.height) < 0.55 * side


def test_close_up_that_fills_a_large_frame_is_found(portrait):
    close = cv2.resize(portrait[55:180, 170:280], (1100, 1250), interpolation=cv2.INTER_CUBIC)
    (found,) = faces.find(close)
    assert found.box.area > 0.4 * 1100 * 1250


@pytest.mark.parametrize("at", [(40, 60), (1300, 1800), (1640, 2150), (2900, 3900)])
def test_small_face_anywhere_in_the_photo_of_a_phone_is_found_once(face, at):
    """Twelve megapixels, 25 px; where the parts that are looked at overlap too."""
    (found,) = faces.find(pasted(scaled(face, 64), (3000, 4000), at))
    assert np.abs(centre(found.box) - (at[1] + 32, at[0] + 29)).max() < 8


def test_faces_come_largest_first(face):
    canvas = pasted(scaled(face, 120), at=(20, 20))
    canvas[300:640, 700:1040] = scaled(face, 340)
    canvas[300:500, 100:300] = scaled(face, 200)
    areas = [found.box.area for found in faces.find(canvas)]
    assert len(areas) == 3
    assert areas == sorted(areas, reverse=True)


def test_forty_faces_are_forty(face):
    assert len(faces.find(np.tile(scaled(face, 128), (5, 8, 1)))) == 40


def test_nothing_is_found_where_nobody_is(portrait):
    assert faces.find(np.zeros((480, 640, 3), np.uint8)) == ()
    assert faces.find(portrait[380:, :120]) == ()


@pytest.mark.parametrize("shape", [(1, 1), (10, 20_000), (20_000, 10), (1, 500), (3, 3)])
def test_extreme_shapes_give_no_face_and_no_failure(shape):
    rng = np.random.default_rng(0)
    assert faces.find(rng.integers(0, 256, (*shape, 3), dtype=np.uint8)) == ()


def test_crop_that_is_only_a_face_is_found_whole(portrait):
    close = scaled(portrait[65:170, 172:277], 48)
    found = faces.find_in_crop(close)
    assert found.box is not None
    assert faces.crop(close, [found.landmarks]).shape == (1, 48, 48, 1)


def test_crop_without_a_findable_face_is_taken_as_it_is():
    noise = np.random.default_rng(0).integers(0, 256, (48, 48, 3), dtype=np.uint8)
    found = faces.find_in_crop(noise)
    assert (found.box, found.landmarks) == (None, None)
    grey = cv2.cvtColor(noise, cv2.COLOR_RGB2GRAY)
    assert np.array_equal(faces.crop(noise, [found.landmarks])[0, ..., 0], grey)


def test_face_that_fills_less_than_a_quarter_of_a_crop_is_not_taken_for_it(face):
    (found,) = faces.find(face)
    assert 1 / 16 < found.box.area / 256**2 < 1 / 4
    assert faces.find_in_crop(face).box is None


def test_size_of_a_crop_without_a_findable_face_is_its_shorter_side():
    noise = np.random.default_rng(0).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    assert faces.find_in_crop(noise).quality.size == 60


def test_large_crop_is_averaged_down_and_not_sampled():
    stripes = np.zeros((240, 240, 3), np.uint8)
    stripes[:, ::2] = 250
    crop = faces.crop(stripes, [None])[0].astype(int)
    assert np.abs(crop - 125).max() <= 30


@pytest.mark.parametrize("side", [90, 256, 700])
def test_crop_lies_on_the_template_however_large_the_face(face, side):
    picture = scaled(face, side)
    crop = faces.crop(picture, [faces.find(picture)[0].landmarks])[0]
    again = faces.find_in_crop(cv2.cvtColor(crop, cv2.COLOR_GRAY2RGB)).landmarks
    assert np.abs((again - faces.TEMPLATE)[[0, 1, 3, 4]].mean(axis=0)).max() < 1


@pytest.mark.parametrize("turn", [-170, -35, 0, 15, 90])
@pytest.mark.parametrize("scale", [0.5, 1, 3, 12])
def test_what_lies_at_the_landmarks_lies_on_the_template_in_the_crop(turn, scale):
    """A dot drawn at each landmark of a turned and scaled template comes out where the template says."""
    side = round(80 * scale) + 20
    matrix = cv2.getRotationMatrix2D((24, 24), turn, scale)
    matrix[:, 2] += side / 2 - 24
    points = (np.c_[faces.TEMPLATE, np.ones(5)] @ matrix.T).astype(np.float32)
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side)), axis=-1)
    for point, target in zip(points, faces.TEMPLATE, strict=True):
        dot = 255 * np.exp(-((grid - point) ** 2).sum(axis=-1) / (2 * (1.5 * scale) ** 2))
        picture = np.repeat(dot[..., None], 3, axis=2).astype(np.uint8)
        crop = faces.crop(picture, [points])[0, ..., 0].astype(float)
        x, y = np.meshgrid(np.arange(48), np.arange(48))
        assert np.average(x, weights=crop) == pytest.approx(target[0], abs=0.3)
        assert np.average(y, weights=crop) == pytest.approx(target[1], abs=0.3)


def test_tilted_head_is_measured_in_degrees_clockwise(face):
    large = cv2.resize(face, (700, 700), interpolation=cv2.INTER_CUBIC)
    for turn in (-20, 20):
        matrix = cv2.getRotationMatrix2D((350, 350), -turn, 1)
        turned = cv2.warpAffine(large, matrix, (700, 700), borderMode=cv2.BORDER_REPLICATE)
        assert faces.find(turned)[0].quality.roll == pytest.approx(turn, abs=8)


def test_crop_of_a_huge_face_is_as_smooth_as_of_a_small_one(face):
    small, large = scaled(face, 128), cv2.resize(face, (1600, 1600), interpolation=cv2.INTER_CUBIC)
    points = faces.find(small)[0].landmarks
    same_points = ((points + 0.5) * 12.5 - 0.5).astype(np.float32)
    crops = [faces.crop(small, [points])[0].astype(int), faces.crop(large, [same_points])[0].astype(int)]
    assert np.abs(crops[0] - crops[1]).mean() < 3


def test_face_at_the_edge_repeats_the_edge(portrait):
    points = faces.find(portrait)[0].landmarks
    cut = np.ascontiguousarray(portrait[:, 205:])
    crop = faces.crop(cut, [points - np.float32([205, 0])])[0, ..., 0].astype(int)
    whole = faces.crop(portrait, [points])[0, ..., 0].astype(int)
    assert np.abs(crop[:, 20:] - whole[:, 20:]).mean() < 1
    assert np.abs(crop[:, 0] - crop[:, 6]).mean() < 5
    assert np.abs(whole[:, 0] - whole[:, 6]).mean() > 10


@settings(max_examples=200, deadline=None)
@given(points=POINTS, height=st.integers(1, 300), width=st.integers(1, 300))
def test_any_landmarks_on_any_picture_give_a_crop(points, height, width):
    picture = np.full((height, width, 3), 77, np.uint8)
    crops = faces.crop(picture, [np.array(points, np.float32), None])
    assert (crops.shape, crops.dtype) == ((2, 48, 48, 1), np.uint8)
    assert (crops == 77).all()


@settings(max_examples=100, deadline=None)
@given(
    turn=st.floats(-3.1, 3.1),
    scale=st.floats(0.05, 40),
    shift=st.tuples(st.floats(-1e3, 1e3), st.floats(-1e3, 1e3)),
)
def test_similarity_is_recovered(turn, scale, shift):
    a = scale * np.exp(1j * turn)
    matrix = np.array([[a.real, -a.imag, shift[0]], [a.imag, a.real, shift[1]]])
    moved = np.c_[faces.TEMPLATE, np.ones(5)] @ matrix.T
    found = fit_similarity(faces.TEMPLATE, moved.astype(np.float32))
    assert np.allclose(found, matrix, rtol=1e-3, atol=1e-2)


def test_empty_list_gives_empty_batch(portrait):
    assert faces.crop(portrait, []).shape == (0, 48, 48, 1)


def test_many_threads_find_what_one_finds(portrait, face):
    pictures = [portrait, pasted(scaled(face, 80)), face, np.zeros((100, 100, 3), np.uint8)] * 10
    alone = [[f.box for f in faces.find(picture)] for picture in pictures]
    with ThreadPoolExecutor(10) as pool:
        together = [[f.box for f in found] for found in pool.map(faces.find, pictures)]
    assert together == alone


def test_quality_tells_what_was_done_to_a_face(face):
    plain = faces.find(face)[0].quality
    blurred = faces.find(cv2.GaussianBlur(face, (0, 0), 5))[0].quality
    dark = faces.find(face // 3)[0].quality
    assert blurred.sharpness < plain.sharpness / 3
    assert dark.brightness == pytest.approx(plain.brightness / 3, rel=0.15)
    assert dark.contrast == pytest.approx(plain.contrast / 3, rel=0.15)


@settings(max_examples=50, deadline=None)
@given(yaw=st.floats(-70, 70), roll=st.floats(-80, 80), scale=st.floats(0.3, 50))
def test_pose_is_recovered_from_the_landmarks_of_a_turned_head(yaw, roll, scale):
    points = faces.TEMPLATE - np.float32([24, 18.8])
    points[2, 0] = 0.6 * 17.8 * np.tan(np.radians(yaw))
    a = np.radians(roll)
    turned = scale * points @ np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    quality = measure_quality(np.zeros((48, 48, 1), np.uint8), 48.0, turned.astype(np.float32))
    assert quality.roll == pytest.approx(roll, abs=0.01)
    assert quality.yaw == pytest.approx(yaw, abs=0.01)


def test_eyes_that_lie_behind_each_other_are_of_a_face_that_is_turned_away():
    points = np.full((5, 2), 20, np.float32)
    quality = measure_quality(np.zeros((48, 48, 1), np.uint8), 48.0, points)
    assert quality.yaw == 90


def test_training_crops_of_fer2013_are_found_and_lie_on_the_template(shared_data):
    """The figures that the template was fitted by, on 400 crops."""
    data = read_ferplus(shared_data / "fer2013plus" / "train-1.npz").crops.crops[:400]
    found = [faces.find_in_crop(cv2.cvtColor(crop, cv2.COLOR_GRAY2RGB)) for crop in data]
    points = np.array([f.landmarks for f in found if f.landmarks is not None])
    assert len(points) > 0.95 * len(data)
    assert np.abs(np.median(points, axis=0) - faces.TEMPLATE).max() < 1


def test_every_real_portrait_has_its_face_found(shared_data):
    photos = sorted((shared_data / "photos" / "real").glob("us_*"))
    missed = [file.name for file in photos if not faces.find(decode(file.read_bytes()))]
    assert photos
    assert not missed


@pytest.mark.parametrize("side", [1600, 2400])
def test_face_that_fills_a_large_picture_is_found_once(face, side):
    close_up = cv2.resize(face[40:200, 48:208], (side, side), interpolation=cv2.INTER_CUBIC)
    assert len(faces.find(close_up)) == 1


def test_what_looks_like_a_face_within_one_of_more_than_twice_its_size_is_none(face):
    """As an eye or a fold does in a picture that is looked at in parts."""
    picture = np.full((1800, 4000, 3), 120, np.uint8)
    picture[:, :1800] = cv2.resize(face[40:200, 48:208], (1800, 1800), interpolation=cv2.INTER_CUBIC)
    picture[1050:1122, 500:572] = scaled(face, 72)
    (found,) = faces.find(picture)
    assert found.box.width > 900
