import numpy as np

from training.datasets.labelled import NOT_A_FACE
from training.datasets.nonfaces import _grey, make_nonfaces

FACES = np.random.default_rng(1).integers(0, 256, (10, 48, 48, 1), dtype=np.uint8)


def test_made_crops_are_labelled_as_no_face_and_differ():
    made = make_nonfaces(FACES, 60, seed=3)
    assert made.crops.shape == (60, 48, 48, 1)
    assert (made.labels == NOT_A_FACE).all()
    assert len({crop.tobytes() for crop in made.crops}) > 55


def test_same_seed_makes_the_same():
    assert make_nonfaces(FACES, 9, seed=3).digest == make_nonfaces(FACES, 9, seed=3).digest
    assert make_nonfaces(FACES, 9, seed=3).digest != make_nonfaces(FACES, 9, seed=4).digest


def test_no_face_is_left_whole():
    made = make_nonfaces(FACES, 60, seed=3)
    assert not {crop.tobytes() for crop in FACES} & {crop.tobytes() for crop in made.crops}


def test_shuffled_face_is_never_put_together_again():
    made = make_nonfaces(FACES, 1500, seed=0)
    assert not {crop.tobytes() for crop in FACES} & {crop.tobytes() for crop in made.crops}


def test_of_a_picture_that_shows_somebody_above_the_lower_half_is_used():
    picture = np.repeat(np.arange(101, dtype=np.uint8)[:, None], 60, axis=1)
    for given in (picture, np.repeat(picture[..., None], 3, axis=2)):
        assert np.unique(_grey(given)).tolist() == list(range(50, 101))
