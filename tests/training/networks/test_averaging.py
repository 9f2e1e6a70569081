import numpy as np
import pytest

from tests.training.conftest import make_crops, make_recipe
from training.networks import average, build_network, load_network, members

CROPS = make_crops(2).crops
RECIPE = make_recipe()


def asked(network, crops=CROPS):
    return network.predict(crops, verbose=0)


@pytest.mark.parametrize("mirror", [False, True])
def test_answer_is_the_mean_over_networks_and_views(mirror):
    networks = [build_network(RECIPE, 3) for _ in range(3)]
    views = [CROPS, CROPS[:, :, ::-1]] if mirror else [CROPS]
    expected = np.mean([asked(network, view) for network in networks for view in views], axis=0)
    assert asked(average(networks, mirror)) == pytest.approx(expected, abs=1e-5)


def test_one_network_asked_once_is_left_as_it_is():
    network = build_network(RECIPE, 3)
    assert average([network]) is network
    assert members(network) == (network,)


@pytest.mark.parametrize("count", [1, 2])
def test_members_are_found_again_in_a_saved_average(tmp_path, count):
    networks = [build_network(RECIPE, 3) for _ in range(count)]
    average(networks, mirror=True).save(tmp_path / "model.keras")
    found = members(load_network(tmp_path / "model.keras"))
    assert len(found) == count
    for ours, theirs in zip(found, networks, strict=True):
        assert asked(ours) == pytest.approx(asked(theirs), abs=1e-6)


def test_member_of_an_average_made_before_there_were_several_is_found():
    inner = build_network(RECIPE, 3)
    network = average([inner], mirror=True)
    network.name = "mirrored"
    assert members(network) == (inner,)
