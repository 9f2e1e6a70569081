"""What a training step reads and no checkpoint keeps."""

import keras


class Unsaved(keras.layers.Layer):
    """A layer whose variables never change, and come from elsewhere when a training goes on."""

    def save_own_variables(self, store: dict[str, object]) -> None:
        """They are no part of a checkpoint."""

    def load_own_variables(self, store: dict[str, object]) -> None:
        """They are no part of a checkpoint."""
