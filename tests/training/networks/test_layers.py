from core.bundles import KERAS_FILE
from training.networks import build_network, build_reference, describe_layers, mirror
from training.recipe import load_recipe
from ui.history.architecture import to_dot


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
    assert describe_layers(mirror(network)) == layers


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
