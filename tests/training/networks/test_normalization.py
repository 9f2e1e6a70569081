"""The fused layer is Keras' own to the last digits that float32 has."""

import keras
import numpy as np
import pytest
from keras import layers

from training.networks import fuse
from training.networks.normalization import BatchNormalization

CROPS = np.random.default_rng(0).integers(0, 256, (16, 12, 12, 3)).astype("float32")


def build():
    inputs = keras.Input((12, 12, 3))
    x = layers.Conv2D(5, 3, kernel_regularizer=keras.regularizers.L2(0.01))(inputs)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.Flatten()(layers.Activation("relu")(x))
    return keras.Model(inputs, layers.Dense(2)(layers.BatchNormalization()(x)))


def pair():
    plain = build()
    return plain, fuse(plain)


def test_learns_step_for_step_what_keras_layer_learns():
    networks = pair()
    targets = np.eye(2, dtype="float32")[np.arange(16) % 2]
    for network in networks:
        network.compile(keras.optimizers.SGD(0.1), keras.losses.CategoricalCrossentropy(from_logits=True))
        network.fit(CROPS / 255, targets, batch_size=8, epochs=3, shuffle=False, verbose=0)
    plain, fused = networks
    for a, b in zip(plain.get_weights(), fused.get_weights(), strict=True):
        assert b == pytest.approx(a, abs=1e-4)
    assert fused.predict(CROPS, verbose=0) == pytest.approx(plain.predict(CROPS, verbose=0), abs=1e-3)


def test_only_that_layer_is_another():
    plain, fused = pair()
    kinds = [type(layer) for layer in fused.layers]
    assert kinds.count(BatchNormalization) == 2
    assert [layer.name for layer in fused.layers[1:]] == [layer.name for layer in plain.layers[1:]]
    assert fused.layers[1].kernel_regularizer is not None


@pytest.mark.parametrize("frozen", [False, True])
def test_frozen_layer_keeps_its_statistics(frozen):
    layer = BatchNormalization()
    layer.trainable = not frozen
    layer(CROPS, training=True)
    assert np.array_equal(layer.moving_mean, np.zeros(3)) == frozen
