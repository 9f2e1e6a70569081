"""What each training step sees: numbers of crops, never the crops themselves."""

import math
from typing import Final, TypeAlias

import keras
import numpy as np
import numpy.typing as npt
from keras import KerasTensor, ops

from training.datasets.labelled import LabelledCrops
from training.recipe import Recipe
from training.unsaved import Unsaved

Batch: TypeAlias = tuple[dict[str, npt.NDArray[np.generic]], *tuple[npt.NDArray[np.float32], ...]]

SMALLEST_BATCH: Final = 4
"""A last batch of less than such a part of the others joins the one before: a batch's statistics, which
normalisation averages over batches, are nothing in one of a few crops."""

ROOM: Final = 1024
"""Crops; device memory is taken in such pieces."""


class ResidentCrops(Unsaved):
    """Keep all crops in device memory and hand out those asked for.

    Takes int32 (n, k) row numbers; gives float32 (n·k, 48, 48, 1). There is room for a multiple of `ROOM`
    crops: XLA then compiles the step once for all folds, whose sizes differ.
    """

    def __init__(self, crops: npt.NDArray[np.uint8]) -> None:
        super().__init__(dtype="float32")
        room = math.ceil(len(crops) / ROOM) * ROOM
        self.crops = self.add_weight(
            shape=(room, *crops.shape[1:]), dtype="uint8", initializer="zeros", trainable=False, name="crops"
        )
        self.crops.assign(np.pad(crops, [(0, room - len(crops)), *[(0, 0)] * 3]))

    def call(self, rows: KerasTensor) -> KerasTensor:
        """Look the crops of a batch up."""
        return ops.cast(ops.take(self.crops, ops.reshape(rows, (-1,)), axis=0), "float32")


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
    where the recipe mixes crops and 1 otherwise. With a teacher it has `trust`, float32 (n, 1), too, and what
    is left of it, float32 (n,), as the weights of its targets. One epoch follows another without an end,
    because under TensorFlow the end of an iterator cost as much time as the reference recipe's whole epoch.

    Args:
        trust: how much of each row's target a teacher gives, float32 (rows,); None: there is no teacher.

    Attributes:
        count: of rows in an epoch.
        steps: number of batches in an epoch.
        first_epoch: which one batch 0 begins; more than 0 where training goes on.
    """

    def __init__(
        self,
        data: LabelledCrops,
        targets: npt.NDArray[np.float32],
        recipe: Recipe,
        seed: int,
        trust: npt.NDArray[np.float32] | None = None,
    ) -> None:
        super().__init__()
        self.targets = targets * (1 - recipe.label_smoothing) + recipe.label_smoothing / targets.shape[1]
        self.recipe = recipe
        self.seed = seed
        self.trust = trust
        self.odds = draw_odds(data, recipe)
        self.count = recipe.draws or len(targets)
        whole, rest = divmod(self.count, recipe.batch_size)
        self.steps = max(1, whole + (rest * SMALLEST_BATCH >= recipe.batch_size))
        self.first_epoch = 0
        self._drawn: tuple[int, npt.NDArray[np.int32], npt.NDArray[np.float32]] | None = None

    @property
    def num_batches(self) -> None:
        """Keras then asks for batches as long as it wants."""
        return

    def __getitem__(self, index: int) -> Batch:
        epoch, batch = divmod(index, self.steps)
        rows, shares = self.draw(self.first_epoch + epoch)
        end = (batch + 1) * self.recipe.batch_size if batch + 1 < self.steps else self.count
        part = slice(batch * self.recipe.batch_size, end)
        rows, shares = rows[part], shares[part]
        batch_rows: dict[str, npt.NDArray[np.generic]] = {"rows": rows, "shares": shares}
        targets = _blend(self.targets, rows, shares)
        if self.trust is None:
            return batch_rows, targets
        trust = _blend(self.trust[:, None], rows, shares)
        return batch_rows | {"trust": trust}, targets, 1 - trust[:, 0]

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


def _blend(
    values: npt.NDArray[np.float32], rows: npt.NDArray[np.int32], shares: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    return (shares * values[rows[:, 0]] + (1 - shares) * values[rows[:, -1]]).astype(np.float32)


def draw_odds(data: LabelledCrops, recipe: Recipe) -> npt.NDArray[np.float64]:
    """Chance of each row to be drawn, float64 (n,).

    It is the share of the row's class to the power of minus `balance`, times the weight of its source.
    """
    labels = data.labels
    odds = (np.bincount(labels)[labels] / len(labels)) ** -recipe.balance
    for source, weight in recipe.source_weights.items():
        odds = np.where(data.sources == source, odds * weight, odds)
    return np.asarray(odds / odds.sum(), np.float64)
