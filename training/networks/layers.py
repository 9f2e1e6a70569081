"""What a network is made of, layer by layer."""

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import keras

from core.bundles import Layer
from training.networks.averaging import members


def most_numbers(network: keras.Model) -> int:
    """How many numbers the largest layer gives for one crop."""
    return int(max(math.prod(layer.output.shape[1:]) for layer in network.layers))


def describe_layers(network: keras.Model) -> tuple[Layer, ...]:
    """List the layers in the order of computation; of an average, those of one network after another."""
    networks = members(network)
    names = iter(_counted([layer.name for each in networks for layer in each.layers]))
    return tuple(layer for each in networks for layer in _describe(each, names))


def _describe(network: keras.Model, names: Iterator[str]) -> Iterator[Layer]:
    called = dict(zip([layer.name for layer in network.layers], names, strict=False))
    read = _what_each_reads(network)
    for layer in network.layers:
        yield Layer(
            name=called[layer.name],
            kind=type(layer).__name__,
            shape=tuple(layer.output.shape[1:]),
            parameters=layer.count_params(),
            after=tuple(dict.fromkeys(called[name] for name in read[layer.name])),
        )


def _what_each_reads(network: keras.Model) -> dict[str, tuple[str, ...]]:
    if isinstance(network, keras.Sequential):
        order = [layer.name for layer in network.layers]
        return {name: tuple(order[max(0, place - 1) : place]) for place, name in enumerate(order)}
    return {entry["name"]: tuple(_names(entry["inbound_nodes"])) for entry in network.get_config()["layers"]}


def _counted(names: Sequence[str]) -> list[str]:
    """Names that count from one in each bundle, as Keras counts from one in each process.

    >>> _counted(["crops", "conv2d_8", "conv2d_9", "crops"])
    ['crops', 'conv2d', 'conv2d_2', 'crops_2']
    """
    found = []
    seen: Counter[str] = Counter()
    for name in names:
        stem = re.sub(r"_\d+$", "", name)
        seen[stem] += 1
        found.append(stem if seen[stem] == 1 else f"{stem}_{seen[stem]}")
    return found


def _names(nodes: Any) -> Iterator[str]:  # noqa: ANN401 - a part of a configuration
    """Names of the layers whose outputs are mentioned anywhere in it."""
    if isinstance(nodes, Mapping):
        if "keras_history" in nodes:
            yield nodes["keras_history"][0]
        else:
            for value in nodes.values():
                yield from _names(value)
    elif isinstance(nodes, Sequence) and not isinstance(nodes, str):
        for value in nodes:
            yield from _names(value)
