"""What the running Keras backend computes on."""

import keras


def has_gpu() -> bool:
    """Whether the running Keras backend sees a GPU."""
    if keras.backend.backend() == "torch":  # Keras 3.15 lists no devices there
        import torch

        return bool(torch.cuda.is_available())
    try:
        return bool(keras.distribution.list_devices("gpu"))
    except RuntimeError:  # JAX raises where none is present
        return False


def compiles() -> bool:
    """Whether the running Keras backend should compile the training step with XLA.

    TensorFlow on a CPU is six times slower with it, JAX without it: there each operation is called by itself.
    """
    return has_gpu() or keras.backend.backend() == "jax"
