"""The same trainer under every Keras backend that is installed, up to the bundle."""

import importlib.util
import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from core.bundles.store import read_bundle
from core.classifier import Classifier
from tests.training.conftest import make_crops, make_learner
from training.recipe import AugmentationRecipe
from training.runs import divide

ROOT = Path(__file__).parents[2]
DATA = make_crops(12)
RECIPE = make_learner(
    epochs=12,
    draws=64,  # whole batches: JAX compiles the step anew for every other size
    mixup=0.1,
    ema=0.8,
    mirror=True,
    optimizer="adamw",
    augmentation=AugmentationRecipe(
        rotation=3,
        shift=0.02,
        shear=2,
        zoom=0.03,
        flip=True,
        brightness=0.1,
        contrast=0.2,
        blur=0.2,
        noise=0.02,
    ),
)
SCRIPT = """
import sys
from pathlib import Path
import keras
from tests.training.test_backends import DATA, RECIPE
from training.bundling import Naming, bundle_run
from training.runs import divide, train_run
assert keras.backend.backend() == sys.argv[1], keras.backend.backend()
assert "tensorflow" not in sys.modules or sys.argv[1] == "tensorflow"
run, parts = Path(sys.argv[2]), divide(DATA, RECIPE, "subject", 3)
train_run(RECIPE, parts, 3, run)
bundle_run(run, parts, Naming("bars", "Bars"), Path(sys.argv[3]))
"""


@pytest.mark.parametrize("backend", ["tensorflow", "jax", "torch"])
def test_trainer_learns_under_the_backend_and_its_run_becomes_a_bundle(backend, tmp_path):
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    environment = {**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"}
    command = [sys.executable, "-c", SCRIPT, backend, str(tmp_path / "run"), str(tmp_path / "bars")]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=300)
    parts = divide(DATA, RECIPE, "subject", 3)
    bundle = read_bundle(tmp_path / "bars")
    assert bundle.card.training.backend == backend
    assert backend in bundle.card.training.versions
    guess = Classifier(bundle).answer(parts.test.crops).probabilities.argmax(axis=1)
    truth = np.searchsorted([0, 4, 7], parts.test.labels)
    assert (guess == truth).mean() > 0.9


@pytest.mark.skipif(platform.machine() != "x86_64", reason="TensorFlow has oneDNN's kernels for x86 alone")
def test_tensorflow_takes_the_faster_kernels_on_every_processor():
    from tensorflow.python.util import _pywrap_util_port  # nothing public tells it

    assert _pywrap_util_port.IsMklEnabled()
