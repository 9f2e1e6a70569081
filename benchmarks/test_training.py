"""The reference job twice: 785 pictures, seven classes, batches of 64, the slides' network and augmentation.

Mien's trainer, in the precision that it chooses for the machine, against the notebook's own way,
`ImageDataGenerator` and `fit`: a hundred epochs without early stopping. Counted is all from pictures in
memory to a trained network: building, compiling, training, and the held-out part after each epoch. The target
is at most a fifth of the notebook's time; the ratio is printed.
"""

import keras
import numpy as np
import pytest

from core.expressions import EXPRESSIONS
from tests.training.conftest import make_crops
from training.datasets.ckplus import EXPECTED
from training.datasets.labelled import LabelledCrops
from training.fitting import fit
from training.networks import build_reference
from training.recipe import Recipe, load_recipe

PICTURES = 785
EPOCHS = 100
COLUMNS = [EXPRESSIONS.index(label) for label in EXPECTED]


@pytest.fixture(scope="module")
def seconds() -> dict[str, float]:
    """Time by way of training."""
    return {}


@pytest.fixture(scope="module")
def data() -> LabelledCrops:
    crops = make_crops(30, frames=4, shown=EXPECTED)
    return crops.take(np.arange(PICTURES))


@pytest.fixture(scope="module")
def inner() -> LabelledCrops:
    return make_crops(6, seed=1, shown=EXPECTED)


def reference(epochs: int) -> Recipe:
    recipe = load_recipe("reference")
    return recipe.model_copy(update={"epochs": epochs, "early_stopping": None})


def test_reference_job_in_miens_trainer(benchmark, data, inner, tmp_path, seconds):
    fit(reference(1), data, inner, seed=42, run=tmp_path / "warm")

    def train() -> None:
        fit(reference(EPOCHS), data, inner, seed=42, run=tmp_path / "run")

    benchmark.pedantic(train, rounds=1)
    seconds["mien"] = benchmark.stats.stats.median


def test_reference_job_in_the_notebooks_way(benchmark, data, inner, seconds):
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    pictures, labels = data.crops.astype(np.float32), data.targets[:, COLUMNS]
    held_out, held_out_labels = inner.crops.astype(np.float32), inner.targets[:, COLUMNS]

    def train(epochs: int = EPOCHS) -> None:
        generator = ImageDataGenerator(
            rotation_range=10,
            width_shift_range=0.1,
            height_shift_range=0.1,
            shear_range=0.1,
            zoom_range=0.1,
            horizontal_flip=True,
            fill_mode="nearest",
        )
        network = build_reference(len(COLUMNS))
        network.compile(
            keras.optimizers.Adam(1e-4),
            keras.losses.CategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        network.fit(
            generator.flow(pictures, labels, batch_size=64),
            validation_data=(held_out, held_out_labels),
            epochs=epochs,
            callbacks=[keras.callbacks.ReduceLROnPlateau(factor=0.2, patience=5, min_lr=1e-5)],
            verbose=0,
        )

    train(epochs=1)
    benchmark.pedantic(train, rounds=1)
    seconds["notebook"] = benchmark.stats.stats.median
    if "mien" in seconds:
        ratio = seconds["mien"] / seconds["notebook"]
        benchmark.extra_info["ratio"] = ratio
        print(f"\nMien's trainer takes {ratio:.2f} of the notebook's time (target: at most 0.20).")
