"""Average what networks say, each asked about a crop and, where wished, about its mirror image too."""

from collections.abc import Sequence
from typing import Final

import keras
from keras import layers, ops

AVERAGED: Final = "averaged"
AS_BEFORE: Final = "mirrored"
"""What averages were called when there was one network in them."""


@keras.saving.register_keras_serializable(package="mien")
class Mirror(layers.Layer):
    """Turn crops (n, 48, 48, 1) left to right."""

    def call(self, crops: keras.KerasTensor) -> keras.KerasTensor:
        """Mirror a batch."""
        return ops.flip(crops, axis=2)


def average(networks: Sequence[keras.Model], mirror: bool = False) -> keras.Model:
    """Average the logits of networks (a deep ensemble, Lakshminarayanan et al., NeurIPS 2017).

    No expression is left-handed to these data sets, so the answers to a crop and to its mirror image differ
    by mistakes alone: averaging them won 0.8 points on FER+ valid with the same weights.

    Args:
        networks: uint8 crops (n, 48, 48, 1) to float32 logits (n, classes); the same classes each.
        mirror: ask each about the mirror image too.
    """
    if len(networks) == 1 and not mirror:
        return networks[0]
    for number, network in enumerate(networks[1:], 2):
        network.name = f"{networks[0].name}_{number}"
    crops = keras.Input((48, 48, 1), dtype="uint8", name="crops")
    views = [crops, Mirror(dtype="uint8")(crops)] if mirror else [crops]
    answers = [network(view) for network in networks for view in views]
    return keras.Model(crops, layers.average(answers, dtype="float32"), name=AVERAGED)


def members(network: keras.Model) -> tuple[keras.Model, ...]:
    """The networks whose answers are averaged; of any other network itself."""
    if network.name not in {AVERAGED, AS_BEFORE}:
        return (network,)
    return tuple(layer for layer in network.layers if isinstance(layer, keras.Model))
