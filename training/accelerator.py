"""What the running Keras backend computes on."""

from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def full_precision() -> Iterator[None]:
    """Compute float32 in full, where a GPU of the last years rounds what it multiplies to 10 bits (TF32)."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        with jax.default_matmul_precision("highest"):
            yield
        return
    if backend == "torch":
        import torch

        switches = ((torch.backends.cuda.matmul, "allow_tf32"), (torch.backends.cudnn, "allow_tf32"))
        before = [getattr(place, name) for place, name in switches]
        for place, name in switches:
            setattr(place, name, False)
        try:
            yield
        finally:
            for (place, name), value in zip(switches, before, strict=True):
                setattr(place, name, value)
        return
    import tensorflow as tf

    rounded = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        yield
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(rounded)
