"""A trained network to a bundle that `core` serves, all or nothing."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import keras
import numpy as np
import numpy.typing as npt

from core.bundles import KERAS_FILE, RUNTIME_FILE
from core.bundles.store import file_digest
from core.classifier import Classifier, softmax
from core.errors import BundleError
from core.settings import PROJECT_ROOT
from training.accelerator import full_precision
from training.conversion import Variant, convert
from training.networks import load_network, save_compact

PARITY: Final = 1e-4
"""Largest difference of a probability between Keras and the exported model."""


def write_runtime_model(
    network: keras.Model, folder: Path, variant: Variant = Variant.FLOAT32
) -> dict[str, str]:
    """Write the network for Keras and for LiteRT; return the SHA-256 of each file.

    Raises:
        BundleError: it could not be converted.
    """
    save_compact(network, folder / KERAS_FILE)
    return {KERAS_FILE: file_digest(folder / KERAS_FILE), **convert_into(folder, network, variant)}


def convert_into(
    folder: Path,
    network: keras.Model,
    variant: Variant,
    crops: npt.NDArray[np.uint8] | None = None,
    saved: Path | None = None,
) -> dict[str, str]:
    """Write the runtime model; return its SHA-256.

    Only TensorFlow converts for LiteRT: under another backend it does so in a process of its own.

    Args:
        crops: on which int8 fixes its ranges.
        saved: the network's Keras file, where it is not in `folder`.

    Raises:
        BundleError: it could not be converted.
    """
    if keras.backend.backend() == "tensorflow":
        (folder / RUNTIME_FILE).write_bytes(convert(network, variant, crops))
    elif variant is Variant.INT8:
        raise BundleError("An int8 model is made by TensorFlow alone: unset KERAS_BACKEND.")
    else:
        _convert_under_tensorflow(saved or folder / KERAS_FILE, folder / RUNTIME_FILE, variant)
    return {RUNTIME_FILE: file_digest(folder / RUNTIME_FILE)}


def _convert_under_tensorflow(saved: Path, target: Path, variant: Variant) -> None:
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", __spec__.name, str(saved.resolve()), str(target.resolve()), variant],
        cwd=PROJECT_ROOT,
        env={**os.environ, "KERAS_BACKEND": "tensorflow"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BundleError(
            "The training is done, but TensorFlow, which converts it for serving, failed here "
            f"({done.stderr.strip().rpartition(chr(10))[2]}). Call the same command with --resume where "
            "TensorFlow runs."
        )


def check_parity(network: keras.Model, classifier: Classifier, crops: npt.NDArray[np.uint8]) -> float:
    """Largest difference of any probability on real crops.

    Raises:
        BundleError: it is more than `PARITY`.
    """
    with full_precision():
        answers = network.predict(crops, batch_size=256, verbose=0)
    expected = softmax(np.asarray(answers, np.float32))
    gap = float(np.abs(expected - softmax(classifier.logits(crops))).max())
    if not gap < PARITY:
        raise BundleError(
            f"The exported model answers differently from Keras (by {gap:.1e}): it was not kept."
        )
    return gap


def agreement(one: Classifier, other: Classifier, crops: npt.NDArray[np.uint8]) -> float:
    """Share of crops that two models with the same outputs answer alike."""
    return float((one.logits(crops).argmax(axis=1) == other.logits(crops).argmax(axis=1)).mean())


if __name__ == "__main__":
    saved_network, runtime_model = map(Path, sys.argv[1:3])
    runtime_model.write_bytes(convert(load_network(saved_network), Variant(sys.argv[3])))
