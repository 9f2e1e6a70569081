"""What a training runs on: device, backend and package versions."""

import platform
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import keras

from training.accelerator import has_gpu
from training.devices import find_devices

PACKAGES: Final = ("tensorflow", "keras", "numpy", "opencv-python-headless", "ai-edge-litert")
BACKEND_PACKAGES: Final[dict[str, tuple[str, ...]]] = {"jax": ("jax", "jaxlib"), "torch": ("torch",)}
"""What else computes where Keras runs on another backend than TensorFlow."""


def device_name() -> str:
    """The device that the running Keras backend computes on, a GPU as its maker calls it."""
    if has_gpu():
        first = find_devices()[0]
        return first.title if first.is_gpu else "GPU"
    return platform.processor() or platform.machine()


def circumstances() -> dict[str, str | dict[str, str]]:
    """Device, backend and package versions, as they stand in a run's folder and on a card."""
    backend = keras.backend.backend()
    return {
        "device": device_name(),
        "backend": backend,
        "versions": dict(_versions((*PACKAGES, *BACKEND_PACKAGES.get(backend, ())))),
    }


def _versions(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Of what is installed: Keras trains without TensorFlow too."""
    for name in names:
        with suppress(PackageNotFoundError):
            yield name, version(name)
