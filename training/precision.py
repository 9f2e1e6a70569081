"""Which number format a device trains fastest in; loads no Keras, so that a page can say it beforehand."""

import os
import sys
from functools import lru_cache
from pathlib import Path

from training.recipe import Recipe


def planned_precision(recipe: Recipe, on_gpu: bool) -> str:
    """Return the Keras dtype policy to train with; the softmax is float32 under all of them.

    On a GPU: `mixed_float16` for the reference recipe, as the slides ask, else `mixed_bfloat16`. On a CPU:
    `mixed_bfloat16` where it computes in that format (twice the speed, measured), else `float32`. Under JAX
    always `float32`: what JAX 0.11 compiled in bfloat16 for a CPU answered with no numbers.
    """
    if recipe.precision == "float32":
        return "float32"
    if on_gpu:
        return "mixed_float16" if recipe.network == "reference" else "mixed_bfloat16"
    return "mixed_bfloat16" if cpu_has_bfloat16() and _backend() != "jax" else "float32"


def _backend() -> str:
    """What Keras computes with, or would."""
    loaded = sys.modules.get("keras")
    return str(loaded.backend.backend()) if loaded else os.environ.get("KERAS_BACKEND", "tensorflow")


@lru_cache(maxsize=1)
def cpu_has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 natively (known on Linux only)."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return False
    text = cpuinfo.read_text()
    return "avx512_bf16" in text or "amx_bf16" in text
