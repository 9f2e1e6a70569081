"""A network in LiteRT's format, by TensorFlow's converter."""

import tempfile
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import keras


class Variant(StrEnum):
    """How a runtime model keeps its numbers; crops stay uint8 and logits float32 in all of them."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    """Weights in half the bytes; computed in float32."""
    DYNAMIC = "dynamic"
    """Weights in int8; the ranges between layers are found anew for each crop."""
    INT8 = "int8"
    """Weights and what passes between layers in int8, with ranges fixed on representative crops."""


def convert(network: "keras.Model", variant: Variant, crops: npt.NDArray[np.uint8] | None = None) -> bytes:
    """Convert a network, under TensorFlow only.

    Args:
        crops: uint8 (n, 48, 48, 1), typical ones; `Variant.INT8` fixes its ranges on them.
    """
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as folder:
        if variant is Variant.FLOAT32:
            file = Path(folder) / "model.tflite"
            network.export(str(file), format="litert", verbose=False)
            return file.read_bytes()
        network.export(folder, format="tf_saved_model", verbose=False)
        converter = tf.lite.TFLiteConverter.from_saved_model(folder)
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
        if variant is Variant.FLOAT16:
            converter.target_spec.supported_types = [tf.float16]
        if variant is Variant.INT8 and crops is not None:
            converter.representative_dataset = lambda: ([crop[None]] for crop in crops)
        return bytes(converter.convert())
