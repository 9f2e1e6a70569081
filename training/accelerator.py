"""What the running Keras backend computes on."""

import keras


def has_gpu() -> bool:
    """Whether the running Keras backend sees a GPU."""
    try:
        return bool(keras.distribution.list_devices("gpu"))
    except RuntimeError:  # JAX raises where none is present
        return False
