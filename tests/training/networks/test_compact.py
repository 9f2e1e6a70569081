import keras
import numpy as np

from tests.training.conftest import make_recipe
from training.networks import build_network, load_network, round_weights, save_compact

CROPS = np.random.default_rng(0).integers(0, 256, (16, 48, 48, 1), dtype=np.uint8)


def make_network():
    keras.utils.set_random_seed(3)
    return build_network(make_recipe(stem=16, widths=(32, 80, 160)), 7)


def test_no_weight_moves_by_more_than_a_part_in_2_to_the_16():
    network = make_network()
    before = network.get_weights()
    extremes = np.float32([0, 1e-30, -3e-8, 1.0000001, 6e4])
    before[-1][:5] = extremes
    network.set_weights(before)
    round_weights(network)
    moved = [not np.array_equal(a, b) for a, b in zip(network.get_weights(), before, strict=True)]
    assert any(moved)
    for after, weight in zip(network.get_weights(), before, strict=True):
        assert np.all(np.abs(after - weight) <= 2.0**-16 * np.abs(weight))


def test_a_compact_file_is_smaller_and_loads_to_the_same_answers(tmp_path):
    network = make_network()
    round_weights(network)
    network.save(tmp_path / "plain.keras")
    save_compact(network, tmp_path / "compact.keras")
    sizes = {file.stem: file.stat().st_size for file in tmp_path.iterdir()}
    assert sizes["compact"] < 0.8 * sizes["plain"]
    loaded = load_network(tmp_path / "compact.keras")
    np.testing.assert_array_equal(loaded.predict(CROPS, verbose=0), network.predict(CROPS, verbose=0))
