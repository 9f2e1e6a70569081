from core.bundles import KERAS_FILE
from tests.training.conftest import make_recipe
from training.networks import average, build_network, build_reference, describe_layers
from training.recipe import load_recipe
from ui.history.architecture import one_of, to_dot


def test_chain_is_listed_in_order_with_its_parameters():
    layers = describe_layers(build_reference(7))
    assert sum(layer.parameters for layer in layers) == 839_815
    assert layers[1].shape == (46, 46, 32)
    assert [layer.after for layer in layers[1:]] == [(layer.name,) for layer in layers[:-1]]


def test_branches_of_a_residual_network_are_seen_and_a_mirrored_one_is_listed_once():
    network = build_network(load_recipe("recommended"), 9)
    layers = describe_layers(network)
    assert sum(layer.parameters for layer in layers) == network.count_params()
    assert {len(layer.after) for layer in layers if layer.kind == "Add"} == {2}
    assert describe_layers(average([network], mirror=True)) == layers


def test_averaged_networks_are_listed_one_after_another_and_drawn_once():
    networks = [build_network(make_recipe(), 4) for _ in range(2)]
    alone = describe_layers(networks[0])
    together = average(networks, mirror=True)
    layers = describe_layers(together)
    assert layers[: len(alone)] == alone
    assert len({layer.name for layer in layers}) == len(layers) == 2 * len(alone)
    assert sum(layer.parameters for layer in layers) == together.count_params()
    assert layers[-1].after == ("dropout_2",)
    assert one_of(layers) == (alone, 2)
    assert one_of(alone) == (alone, 1)


def test_shipped_cards_list_their_layers(bundle):
    assert sum(layer.parameters for layer in bundle.card.layers) == bundle.card.parameters
    assert (bundle.folder / KERAS_FILE).is_file()


def test_picture_leaves_normalisation_out_and_keeps_the_ways():
    layers = describe_layers(build_network(load_recipe("recommended"), 9))
    dot = to_dot(layers)
    assert "BatchNormalization" not in dot
    assert dot.count("label=") == sum(
        layer.kind in ("InputLayer", "Conv2D", "Add", "AveragePooling2D", "GlobalAveragePooling2D", "Dense")
        for layer in layers
    )
    assert '"features" -> "logits"' in dot
