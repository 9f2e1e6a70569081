import keras
import numpy as np
import pytest

from training.augmentation import FusedAugmentation
from training.recipe import AugmentationRecipe, load_recipe

RNG = np.random.default_rng(0)
CROPS = RNG.integers(0, 256, (64, 48, 48, 1)).astype(np.float32)


def augment(crops, seed=0, **settings):
    layer = FusedAugmentation(AugmentationRecipe(**settings), seed)
    return keras.ops.convert_to_numpy(layer(crops, training=True))


def centroid(crop):
    y, x = np.mgrid[:48, :48]
    weights = crop[..., 0]
    return np.average(x, weights=weights), np.average(y, weights=weights)


def spot(x, y):
    grid_y, grid_x = np.mgrid[:48, :48]
    return 255 * np.exp(-((grid_x - x) ** 2 + (grid_y - y) ** 2) / 8)[..., None].astype(np.float32)


def test_nothing_happens_at_inference():
    layer = FusedAugmentation(load_recipe("recommended").augmentation, 0)
    assert np.array_equal(keras.ops.convert_to_numpy(layer(CROPS, training=False)), CROPS)


def test_all_zero_recipe_changes_nothing():
    assert np.abs(augment(CROPS) - CROPS).max() < 1e-2


def test_flip_mirrors_about_half():
    out = augment(CROPS, flip=True)
    mirrored = np.abs(out - CROPS[:, :, ::-1]).max(axis=(1, 2, 3)) < 1e-2
    same = np.abs(out - CROPS).max(axis=(1, 2, 3)) < 1e-2
    assert (mirrored ^ same).all()
    assert 16 <= mirrored.sum() <= 48


def test_shift_stays_within_its_share():
    crops = np.repeat(spot(24, 24)[None], 200, axis=0)
    places = np.array([centroid(crop) for crop in augment(crops, shift=0.1)]) - 24
    assert np.abs(places).max() <= 4.8 + 0.3
    assert np.abs(places).max(axis=0) == pytest.approx([4.8, 4.8], abs=0.5)


def test_rotation_stays_within_its_degrees():
    crops = np.repeat(spot(38, 23.5)[None], 200, axis=0)
    places = np.array([centroid(crop) for crop in augment(crops, rotation=20)]) - 23.5
    angles = np.degrees(np.arctan2(places[:, 1], places[:, 0]))
    assert np.abs(angles).max() == pytest.approx(20, abs=1)
    assert np.hypot(*places.T) == pytest.approx(14.5, abs=0.4)


def test_zoom_stays_within_its_share():
    crops = np.repeat(spot(38, 23.5)[None], 200, axis=0)
    reach = np.array([centroid(crop)[0] for crop in augment(crops, zoom=0.2)]) - 23.5
    assert reach.max() == pytest.approx(14.5 / 0.8, abs=0.6)
    assert reach.min() == pytest.approx(14.5 / 1.2, abs=0.6)


def test_outside_repeats_the_nearest_pixel():
    crops = np.full((8, 48, 48, 1), 90, np.float32)
    assert augment(crops, shift=0.4, rotation=40) == pytest.approx(90, abs=1e-2)


def test_blur_smooths_the_chosen_share():
    rough = augment(CROPS, blur=0.5).std(axis=(1, 2, 3))
    changed = rough < CROPS.std(axis=(1, 2, 3)) - 0.01
    assert 16 <= changed.sum() <= 48


def test_light_and_noise_stay_in_range():
    out = augment(CROPS, brightness=0.9, contrast=0.9, noise=0.5)
    assert out.min() >= 0
    assert out.max() <= 255


def test_light_contrast_and_noise_each_change_what_they_say():
    grey = np.full((200, 48, 48, 1), 128, np.float32)
    grey[:, :24] = 64
    brighter, steeper, noisy = (augment(grey, **{name: 0.2}) for name in ("brightness", "contrast", "noise"))
    halves = [(out[:, :24].mean((1, 2, 3)), out[:, 24:].mean((1, 2, 3))) for out in (grey, brighter, steeper)]
    (dark, light), (dark_moved, light_moved), (dark_apart, light_apart) = halves
    assert np.std(light_moved - light) > 5
    assert np.corrcoef(dark_moved, light_moved)[0, 1] > 0.9
    assert np.std((light_apart - dark_apart) / (light - dark)) > 0.05
    assert noisy[:, 24:].std((1, 2, 3)).mean() > 5


def test_shear_slants_upright_lines():
    upright = np.zeros((200, 48, 48, 1), np.float32)
    upright[:, :, 23:25] = 255
    out = augment(upright, shear=20)[..., 0]
    columns = np.arange(48)

    def middle(rows):
        return (rows * columns).sum((1, 2)) / rows.sum((1, 2))

    slants = middle(out[:, 36:42]) - middle(out[:, 6:12])
    assert np.std(slants) > 1
    assert np.abs(slants).max() < 30 * np.tan(np.radians(20)) + 1


def test_erasing_fills_one_rectangle_with_one_grey():
    out = augment(np.repeat(CROPS[:1], 100, axis=0), erase=1.0)
    for crop in out:
        changed = np.argwhere(np.abs(crop - CROPS[0])[..., 0] > 1e-3)
        values = crop[tuple(changed.T)]
        assert np.ptp(values) < 1e-3
        assert 2 < np.ptp(changed, axis=0).max() < 24


def test_seed_decides():
    a, b, c = (augment(CROPS, seed, rotation=10, noise=0.1) for seed in (1, 1, 2))
    assert np.array_equal(a, b)
    assert not np.array_equal(a, c)
