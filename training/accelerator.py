"""What the running Keras backend computes on."""

import keras

from training.precision import planned_precision
from training.recipe import Recipe


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


def step_precision(recipe: Recipe) -> str:
    """The Keras dtype policy to train with on the running backend.

    JAX on a CPU trains in float32: what JAX 0.11 compiled in bfloat16 answered with no numbers.
    """
    if keras.backend.backend() == "jax" and not has_gpu():
        return "float32"
    return planned_precision(recipe, has_gpu())
