"""The networks that a recipe can name."""

import keras

from training.networks.averaging import average, members
from training.networks.compact import round_weights, save_compact
from training.networks.layers import describe_layers, most_numbers
from training.networks.loading import load_network
from training.networks.normalization import fuse
from training.networks.reference import build_reference
from training.networks.residual import build_residual
from training.recipe import Recipe

__all__ = [
    "average",
    "build_network",
    "build_reference",
    "build_residual",
    "describe_layers",
    "fuse",
    "load_network",
    "members",
    "most_numbers",
    "round_weights",
    "save_compact",
]


def build_network(recipe: Recipe, classes: int) -> keras.Model:
    """Build the network of a recipe: uint8 crops (n, 48, 48, 1) to float32 logits (n, classes)."""
    if recipe.network == "reference":
        return build_reference(classes)
    return build_residual(classes, recipe.stem, recipe.widths, recipe.dropout)
