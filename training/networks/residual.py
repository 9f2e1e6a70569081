"""A small pre-activation residual network (He et al., ECCV 2016) with global average pooling.

Its stem looks at full resolution before it halves it, and shortcuts are pooled before they are projected
(ResNet-D, He et al., CVPR 2019).
"""

from collections.abc import Sequence

import keras
from keras import KerasTensor, layers

BLOCKS_A_STAGE = 2


def build_residual(classes: int, stem: int, widths: Sequence[int], dropout: float) -> keras.Model:
    """Build a residual network of total stride 8 for 48×48 crops.

    Each crop is brought to mean 0 and variance 1 inside the network, so light and contrast of the photo
    hardly matter and nobody can normalise twice.

    Args:
        classes: number of outputs.
        stem: channels of the one convolution at full resolution.
        widths: channels of each stage; every stage after the first halves the resolution.
        dropout: share of pooled features dropped in training.

    Returns:
        A model from uint8 (n, 48, 48, 1) to float32 logits (n, classes); the softmax is part of the loss.
    """
    crops = keras.Input((48, 48, 1), dtype="uint8", name="crops")
    x = layers.Rescaling(1 / 255, dtype="float32")(crops)
    x = layers.LayerNormalization(axis=[1, 2, 3], center=False, scale=False, epsilon=1e-4, dtype="float32")(x)
    x = _activate(_convolve(x, stem, stride=1))
    x = _convolve(x, widths[0], stride=2)
    for stage, width in enumerate(widths):
        for block in range(BLOCKS_A_STAGE):
            x = _block(x, width, stride=2 if stage and not block else 1)
    x = _activate(x)
    x = layers.GlobalAveragePooling2D(name="features")(x)
    x = layers.Dropout(dropout)(x)
    logits = layers.Dense(classes, dtype="float32", name="logits")(x)
    return keras.Model(crops, logits, name="residual")


def _block(x: KerasTensor, width: int, stride: int) -> KerasTensor:
    y = _activate(x)
    if stride > 1:
        x = layers.Conv2D(width, 1, use_bias=False)(layers.AveragePooling2D(stride)(y))
    y = _convolve(y, width, stride)
    y = _convolve(_activate(y), width, stride=1)
    return layers.add([x, y])


def _convolve(x: KerasTensor, width: int, stride: int) -> KerasTensor:
    return layers.Conv2D(
        width, 3, strides=stride, padding="same", use_bias=False, kernel_initializer="he_normal"
    )(x)


def _activate(x: KerasTensor) -> KerasTensor:
    return layers.Activation("relu")(layers.BatchNormalization(momentum=0.97)(x))
