"""Keep a network in two thirds of the bytes that Keras takes."""

import zipfile
from pathlib import Path
from typing import Final

import keras
import numpy as np
import numpy.typing as npt

SIGNIFICANT_BITS: Final = 16
"""Of float32's 24: bfloat16, in which processors train, has 8."""


def round_weights(network: keras.Model) -> None:
    """Round every weight by at most one part in 2¹⁶, so that a zip shortens what is left."""
    network.set_weights([_rounded(weight) for weight in network.get_weights()])


def save_compact(network: keras.Model, file: Path) -> None:
    """Save as Keras does, and deflate the zip, which Keras does not; it loads either."""
    network.save(file)
    with zipfile.ZipFile(file) as plain:
        parts = {name: plain.read(name) for name in plain.namelist()}
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as deflated:
        for name, content in parts.items():
            deflated.writestr(name, content)


def _rounded(weight: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    fraction, exponent = np.frexp(weight)
    steps = 2.0**SIGNIFICANT_BITS
    return np.ldexp(np.round(fraction * steps) / steps, exponent).astype(weight.dtype)
