"""The reference job (785 pictures, batches of 64, the slides' network and augmentation), two ways.

Mien's trainer against the notebook's own way, `ImageDataGenerator` and `fit`; early stopping is off in both.
"""

import keras
import numpy as np
import pytest

from tests.training.conftest import make_crops
from training.datasets.labelled import LabelledCrops
from training.fitting import fit
from training.networks import build_reference
from training.recipe import Recipe, load_recipe

PICTURES = 785
EPOCHS = 10
"""A tenth of the job a round; the compilation of the first step counts in both."""


@pytest.fixture(scope="module")
def data() -> LabelledCrops:
    crops = make_crops(30, frames=9)
    return crops.take(np.arange(PICTURES))


@pytest.fixture(scope="module")
def inner() -> LabelledCrops:
    return make_crops(6, seed=1)


def reference(epochs: int) -> Recipe:
    recipe = load_recipe("reference")
    return recipe.model_copy(update={"epochs": epochs, "early_stopping": None})


def test_reference_job_in_miens_trainer(benchmark, data, inner, tmp_path):
    numbers = iter(range(100))

    def train() -> None:
        fit(reference(EPOCHS), data, inner, seed=42, run=tmp_path / str(next(numbers)))

    benchmark.pedantic(train, rounds=3, warmup_rounds=1)


def test_reference_job_in_the_notebooks_way(benchmark, data, inner):
    from tensorflow.keras.preprocessing.image import ImageDataGenerator

    pictures, labels = data.crops.astype(np.float32), data.targets[:, [0, 4, 7]]
    held_out, held_out_labels = inner.crops.astype(np.float32), inner.targets[:, [0, 4, 7]]

    def train() -> None:
        generator = ImageDataGenerator(
            rotation_range=10,
            width_shift_range=0.1,
            height_shift_range=0.1,
            shear_range=0.1,
            zoom_range=0.1,
            horizontal_flip=True,
            fill_mode="nearest",
        )
        network = build_reference(3)
        network.compile(
            keras.optimizers.Adam(1e-4),
            keras.losses.CategoricalCrossentropy(from_logits=True),
            metrics=["accuracy"],
        )
        network.fit(
            generator.flow(pictures, labels, batch_size=64),
            validation_data=(held_out, held_out_labels),
            epochs=EPOCHS,
            callbacks=[keras.callbacks.ReduceLROnPlateau(factor=0.2, patience=5, min_lr=1e-5)],
            verbose=0,
        )

    benchmark.pedantic(train, rounds=3, warmup_rounds=1)
