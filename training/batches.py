"""What each training step sees: numbers of crops, never the crops themselves."""

import math

import keras
import numpy as np
import numpy.typing as npt
from keras import KerasTensor, ops

from training.datasets.labelled import LabelledCrops
from training.recipe import Recipe


class ResidentCrops(keras.layers.Layer):
    """Keep all crops in device memory and hand out those asked for.

    Takes int32 (n, k) row numbers; gives float32 (n·k, 48, 48, 1). The crops are no part of a checkpoint.
    """

    def __init__(self, crops: npt.NDArray[np.uint8]) -> None:
        super().__init__(dtype="float32")
        self.crops = self.add_weight(
            shape=crops.shape, dtype="uint8", initializer="zeros", trainable=False, name="crops"
        )
        self.crops.assign(crops)

    def call(self, rows: KerasTensor) -> KerasTensor:
        """Look the crops of a batch up."""
        return ops.cast(ops.take(self.crops, ops.reshape(rows, (-1,)), axis=0), "float32")

    def save_own_variables(self, store: dict[str, object]) -> None:
        """The crops come from the data set, not from a checkpoint."""

    def load_own_variables(self, store: dict[str, object]) -> None:
        """The crops come from the data set, not from a checkpoint."""


class Mixup(keras.layers.Layer):
    """Blend two crops a row (Zhang et al., ICLR 2018).

    Takes float32 (2n, 48, 48, 1), neighbours belonging together, and shares (n, 1); gives (n, 48, 48, 1).
    """

    def call(self, crops: KerasTensor, shares: KerasTensor) -> KerasTensor:
        """Blend the pairs of a batch."""
        pairs = ops.reshape(crops, (-1, 2, *crops.shape[1:]))
        shares = ops.reshape(shares, (-1, 1, 1, 1))
        return shares * pairs[:, 0] + (1 - shares) * pairs[:, 1]

    def compute_output_shape(
        self, crops_shape: tuple[int | None, ...], shares_shape: tuple[int | None, ...]
    ) -> tuple[int | None, ...]:
        """Said here because JAX cannot halve a batch of unknown size."""
        return (shares_shape[0], *crops_shape[1:])


class EpochBatches(keras.utils.PyDataset):
    """Draw the rows of each epoch from a seed: an epoch is the same however often training was resumed.

    A batch is `({"rows": int32 (n, k), "shares": float32 (n, 1)}, targets float32 (n, classes))`, with k = 2
    where the recipe mixes crops and 1 otherwise. One epoch follows another without an end, because under
    TensorFlow the end of an iterator cost as much time as the reference recipe's whole epoch.

    Attributes:
        count: of rows in an epoch.
        steps: number of batches in an epoch.
        first_epoch: which one batch 0 begins; more than 0 where training goes on.
    """

    def __init__(
        self, data: LabelledCrops, targets: npt.NDArray[np.float32], recipe: Recipe, seed: int
    ) -> None:
        super().__init__()
        self.targets = targets * (1 - recipe.label_smoothing) + recipe.label_smoothing / targets.shape[1]
        self.recipe = recipe
        self.seed = seed
        self.odds = draw_odds(data, recipe)
        self.count = recipe.draws or len(targets)
        self.steps = math.ceil(self.count / recipe.batch_size)
        self.first_epoch = 0
        self._drawn: tuple[int, npt.NDArray[np.int32], npt.NDArray[np.float32]] | None = None

    @property
    def num_batches(self) -> None:
        """Keras then asks for batches as long as it wants."""
        return

    def __getitem__(self, index: int) -> tuple[dict[str, npt.NDArray[np.generic]], npt.NDArray[np.float32]]:
        epoch, batch = divmod(index, self.steps)
        rows, shares = self.draw(self.first_epoch + epoch)
        part = slice(batch * self.recipe.batch_size, (batch + 1) * self.recipe.batch_size)
        rows, shares = rows[part], shares[part]
        targets = shares * self.targets[rows[:, 0]] + (1 - shares) * self.targets[rows[:, -1]]
        return {"rows": rows, "shares": shares}, targets.astype(np.float32)

    def draw(self, epoch: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        """Rows (count, k) of an epoch and how much of a mixture the first of each is, (count, 1)."""
        if self._drawn is None or self._drawn[0] != epoch:
            self._drawn = (epoch, *self._draw(np.random.default_rng([self.seed, epoch])))
        return self._drawn[1:]

    def _draw(self, rng: np.random.Generator) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        n = len(self.targets)
        in_turn = self.count == n and np.ptp(self.odds) == 0
        first = rng.permutation(n) if in_turn else rng.choice(n, self.count, p=self.odds)
        if not self.recipe.mixup:
            return first[:, None].astype(np.int32), np.ones((self.count, 1), np.float32)
        rows = np.stack([first, rng.permutation(first)], axis=1).astype(np.int32)
        shares = rng.beta(self.recipe.mixup, self.recipe.mixup, (self.count, 1)).astype(np.float32)
        return rows, shares


def draw_odds(data: LabelledCrops, recipe: Recipe) -> npt.NDArray[np.float64]:
    """Chance of each row to be drawn, float64 (n,).

    It is the share of the row's class to the power of minus `balance`, times the weight of its source.
    """
    labels = data.labels
    odds = (np.bincount(labels)[labels] / len(labels)) ** -recipe.balance
    for source, weight in recipe.source_weights.items():
        odds = np.where(data.sources == source, odds * weight, odds)
    return np.asarray(odds / odds.sum(), np.float64)
