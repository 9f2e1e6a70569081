"""The network of the reference slides, layer for layer."""

import keras
from keras import layers, regularizers


def build_reference(classes: int) -> keras.Model:
    """Build the reference CNN: 839,815 parameters for seven classes, 839,431 of them trainable.

    The division by 255, done by hand in the slides, is inside, so that it takes raw crops.

    Args:
        classes: number of outputs.

    Returns:
        A model from uint8 (n, 48, 48, 1) to float32 logits (n, classes); the softmax is part of the loss.
    """
    return keras.Sequential(
        [
            keras.Input((48, 48, 1), dtype="uint8", name="crops"),
            layers.Rescaling(1 / 255, dtype="float32"),
            layers.Conv2D(32, 3, activation="relu"),
            layers.MaxPooling2D(),
            layers.Conv2D(64, 3, activation="relu", kernel_regularizer=regularizers.L2(0.01)),
            layers.BatchNormalization(),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(128, activation="relu", kernel_regularizer=regularizers.L2(0.01)),
            layers.BatchNormalization(),
            layers.Dense(classes, dtype="float32", name="logits"),
        ],
        name="reference",
    )
