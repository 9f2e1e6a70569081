"""Start from what another bundle has learned."""

import keras
import numpy as np
import numpy.typing as npt

from core.bundles import KERAS_FILE, Bundle
from core.errors import RecipeError
from training.datasets.labelled import NOT_A_FACE, label_columns
from training.networks import load_network, members

HEAD = "logits"


def start_from(network: keras.Model, columns: tuple[int, ...], bundle: Bundle, member: int = 0) -> None:
    """Copy a bundle's weights into a network of the same shape; outputs that both know go along.

    Args:
        network: as `build_network` makes it.
        columns: which columns of `LabelledCrops.targets` its outputs stand for.
        member: which of the bundle's averaged networks to copy, counted round and round.

    Raises:
        RecipeError: the bundle holds another network, or none that can be trained on.
    """
    sources = networks_of(bundle, "to start from: choose another one")
    source = sources[member % len(sources)]
    bodies = [[layer for layer in net.layers if layer.name != HEAD] for net in (source, network)]
    shapes = [[w.shape for layer in body for w in layer.weights] for body in bodies]
    if shapes[0] != shapes[1] or network.get_layer(HEAD).kernel.shape[0] != _head(source)[0].shape[0]:
        raise RecipeError(
            f"The model {bundle.name} is another network than the recipe asks for: choose the recipe it was "
            "trained with, or start from scratch."
        )
    for old, new in zip(*bodies, strict=True):
        new.set_weights(old.get_weights())
    known = columns_of(bundle)
    kernel, bias = (w.copy() for w in network.get_layer(HEAD).get_weights())
    old_kernel, old_bias = _head(source)
    for output, column in enumerate(columns):
        if column in known:
            kernel[:, output] = old_kernel[:, known.index(column)]
            bias[output] = old_bias[known.index(column)]
    network.get_layer(HEAD).set_weights([kernel, bias])


def networks_of(bundle: Bundle, otherwise: str) -> tuple[keras.Model, ...]:
    """The networks whose answers a bundle averages, as they were trained.

    Raises:
        RecipeError: the bundle came without them; its sentence ends with `otherwise`, what to do instead.
    """
    file = bundle.folder / KERAS_FILE
    if not file.is_file():
        raise RecipeError(f"The model {bundle.name} has no {KERAS_FILE} {otherwise}.")
    return members(load_network(file))


def _head(network: keras.Model) -> list[npt.NDArray[np.float32]]:
    return list(network.get_layer(HEAD).get_weights())


def columns_of(bundle: Bundle) -> tuple[int, ...]:
    """Which columns of `LabelledCrops.targets` a bundle's outputs stand for."""
    card = bundle.card
    refusing = (NOT_A_FACE,) if card.refuses_non_faces else ()
    return (*label_columns(card.labels), *refusing)
