"""Make all that is random in an epoch depend on seed and epoch alone."""

from collections.abc import Iterator

import keras
import numpy as np


class Reseed(keras.callbacks.Callback):
    """Set every seed generator anew at each epoch, so that a resumed training is the same."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.seed = seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Reseed; Keras calls it before the epoch's first step."""
        for number, generator in enumerate(_generators(self.model)):
            sequence = np.random.SeedSequence([self.seed, epoch, number])
            generator.state.assign(sequence.generate_state(2).astype("uint32"))


def _generators(layer: keras.layers.Layer) -> Iterator[keras.random.SeedGenerator]:
    """Every seed generator of a layer and of the layers within it."""
    for value in vars(layer).values():
        if isinstance(value, keras.random.SeedGenerator):
            yield value
    for part in getattr(layer, "layers", ()):
        yield from _generators(part)
