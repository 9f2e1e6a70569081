import keras

from training.networks import build_reference
from training.recipe import load_recipe

SLIDES = [
    ("Conv2D", (None, 46, 46, 32), 320),
    ("MaxPooling2D", (None, 23, 23, 32), 0),
    ("Conv2D", (None, 21, 21, 64), 18_496),
    ("BatchNormalization", (None, 21, 21, 64), 256),
    ("MaxPooling2D", (None, 10, 10, 64), 0),
    ("Flatten", (None, 6400), 0),
    ("Dense", (None, 128), 819_328),
    ("BatchNormalization", (None, 128), 512),
    ("Dense", (None, 7), 903),
]


def test_layer_table_is_that_of_the_slides():
    layers = [layer for layer in build_reference(7).layers if not isinstance(layer, keras.layers.Rescaling)]
    table = [(type(layer).__name__, tuple(layer.output.shape), layer.count_params()) for layer in layers]
    assert table == SLIDES


def test_parameters_are_those_of_the_slides():
    network = build_reference(7)
    assert network.count_params() == 839_815
    assert sum(int(w.numpy().size) for w in network.trainable_weights) == 839_431


def test_regularised_layers_are_those_of_the_slides():
    network = build_reference(7)
    strengths = {
        layer.name: float(layer.kernel_regularizer.l2)
        for layer in network.layers
        if getattr(layer, "kernel_regularizer", None)
    }
    assert (
        sorted(strengths.values()) == [0.009999999776482582] * 2 or sorted(strengths.values()) == [0.01] * 2
    )
    kinds = [type(network.get_layer(name)).__name__ for name in strengths]
    assert sorted(kinds) == ["Conv2D", "Dense"]


def test_recipe_is_that_of_the_slides():
    recipe = load_recipe("reference")
    assert (recipe.epochs, recipe.batch_size, recipe.learning_rate) == (100, 64, 1e-4)
    assert (recipe.optimizer, recipe.early_stopping) == ("adam", 10)
    assert (recipe.plateau_factor, recipe.plateau_patience, recipe.plateau_floor) == (0.2, 5, 1e-5)
    a = recipe.augmentation
    assert (a.rotation, a.shift, a.shear, a.zoom, a.flip) == (10, 0.1, 0.1, 0.1, True)
    assert not (a.brightness or a.contrast or a.blur or a.noise or a.erase)
    assert not (recipe.mixup or recipe.label_smoothing or recipe.balance or recipe.recut)
