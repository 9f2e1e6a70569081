import numpy as np
import pytest

from training.networks import build_residual


@pytest.fixture(scope="module")
def network():
    return build_residual(9, 16, (16, 16, 32), 0.2)


def test_light_and_contrast_of_a_crop_hardly_matter(network):
    crops = np.random.default_rng(0).integers(80, 160, (4, 48, 48, 1))
    plain = network.predict(crops.astype(np.uint8), verbose=0)
    changed = network.predict((crops // 2 + 100).astype(np.uint8), verbose=0)
    assert np.abs(plain - changed).max() < 0.1 * np.abs(plain).max()


def test_crop_of_one_grey_gives_finite_logits(network):
    assert np.isfinite(network.predict(np.full((1, 48, 48, 1), 255, np.uint8), verbose=0)).all()


def test_resolution_is_halved_three_times(network):
    assert network.get_layer("features").input.shape[1:3] == (6, 6)
