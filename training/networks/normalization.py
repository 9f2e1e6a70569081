"""Batch normalisation in one kernel, for training on a CPU."""

import keras
from keras import KerasTensor

from training.accelerator import has_gpu


class BatchNormalization(keras.layers.BatchNormalization):
    """Keras' layer, with the kernel that TensorFlow has for it, and its name, by which checkpoints know it.

    Keras 3 normalises a batch in a dozen separate operations in float32, which took half of a training step
    on a CPU (decision 16). XLA joins them by itself, so a GPU and JAX need none of this; nor does a network
    that only answers. The moving variance is Keras', that of the batch without Bessel's correction.
    """

    def call(
        self, inputs: KerasTensor, training: bool | None = None, mask: KerasTensor | None = None
    ) -> KerasTensor:
        """Normalise (n, height, width, channels) by batch statistics, anything else as Keras does."""
        if (
            not (training and self.trainable)
            or len(inputs.shape) != 4
            or mask is not None
            or not _has_kernel()
        ):
            return super().call(inputs, training=training, mask=mask)
        import tensorflow as tf

        normalised, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs, self.gamma, self.beta, epsilon=self.epsilon, is_training=True
        )
        count = tf.cast(tf.size(inputs) // inputs.shape[-1], variance.dtype)
        for kept, seen in (
            (self.moving_mean, mean),
            (self.moving_variance, variance * (count - 1) / count),
        ):
            kept.assign(kept * self.momentum + seen * (1 - self.momentum))
        return normalised


def fuse(network: keras.Model) -> keras.Model:
    """The same network with the same weights, with ours where it has Keras' `BatchNormalization`."""
    copy = keras.models.clone_model(network, clone_function=_fused)
    copy.set_weights(network.get_weights())
    return copy


def _fused(layer: keras.layers.Layer) -> keras.layers.Layer:
    kind = type(layer)
    if kind is keras.layers.BatchNormalization:
        kind = BatchNormalization
    return kind.from_config(layer.get_config())


def _has_kernel() -> bool:
    return keras.backend.backend() == "tensorflow" and not has_gpu()
