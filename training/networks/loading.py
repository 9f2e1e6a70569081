"""A saved network, whatever layers of ours are in it."""

from pathlib import Path

import keras

from training.networks import averaging  # noqa: F401 - Keras finds its layer only where it was defined


def load_network(file: Path) -> keras.Model:
    """Load a network that `save` wrote, to ask it and to export it, not to train on."""
    return keras.saving.load_model(file, compile=False)
