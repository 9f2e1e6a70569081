from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pytest

from core.bundles import Bundle
from core.expressions import EXPRESSIONS, Expression
from tests.conftest import free_port
from training.datasets.labelled import LabelledCrops, one_hot
from training.recipe import AugmentationRecipe, Recipe

SHOWN = (Expression.ANGER, Expression.HAPPINESS, Expression.SURPRISE)


def make_crops(subjects: int = 12, frames: int = 3, shown=SHOWN, seed: int = 0) -> LabelledCrops:
    """Noisy crops that differ by class: a bright bar at the height of the class's number."""
    rng = np.random.default_rng(seed)
    rows = [(s, e, f) for s in range(subjects) for e in shown for f in range(frames)]
    crops = rng.integers(60, 140, (len(rows), 48, 48, 1), dtype=np.uint8)
    for crop, (_, expression, _) in zip(crops, rows, strict=True):
        top = 4 + 5 * EXPRESSIONS.index(expression)
        crop[top : top + 5] += 100
    n = len(rows)
    return LabelledCrops(
        crops,
        one_hot([e for _, e, _ in rows]),
        np.array([f"S{s:03}" for s, _, _ in rows]),
        np.array([f"S{s:03}_{e}" for s, e, _ in rows]),
        np.full(n, "CK+48"),
        np.full(n, ""),
        np.array([f"{e}/S{s:03}_001_{f:08}.png" for s, e, f in rows]),
    )


@pytest.fixture(scope="session")
def crops() -> LabelledCrops:
    return make_crops()


@pytest.fixture(scope="session")
def two_networks(tmp_path_factory) -> Bundle:
    """A bundle of two networks that learned `make_crops`, each asked about the mirror image too."""
    from training.bundling import Naming, bundle_run  # load Keras, which not every test needs
    from training.runs import divide, train_run

    folder = tmp_path_factory.mktemp("two")
    recipe = make_learner(epochs=8, members=2, mirror=True)
    parts = divide(make_crops(12), recipe, "subject", 0)
    train_run(recipe, parts, 0, folder / "run")
    return bundle_run(folder / "run", parts, Naming("two", "Two"), folder / "two")


@pytest.fixture(scope="session")
def ray_cluster() -> Iterator[str]:
    """The address of a real cluster on this machine; tests that use it stand in the xdist group `ray`."""
    with started_cluster() as address:
        yield address
    import ray

    assert not ray.is_initialized()


@contextmanager
def started_cluster(**ports: int) -> Iterator[str]:
    """A cluster of one machine with two processors; further ports beside the dashboard's may be named."""
    pytest.importorskip("ray", reason="the ray extra is not installed")
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 2, "include_dashboard": True, "dashboard_port": free_port(), **ports}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    try:
        yield cluster.address
    finally:
        cluster.shutdown()


def make_recipe(**changes) -> Recipe:
    """A recipe that is trained in seconds; whether it learns `make_crops` is up to its seed."""
    settings = {
        "name": "tiny",
        "description": "for tests",
        "network": "residual",
        "widths": (16,),
        "epochs": 4,
        "batch_size": 16,
        "learning_rate": 5e-3,
        "recut": False,
        "inner_share": 0.2,
        "precision": "float32",
        "augmentation": AugmentationRecipe(flip=True, rotation=5, shift=0.02),
    }
    return Recipe(**{**settings, **changes})


def make_learner(**changes) -> Recipe:
    """A recipe of which a few epochs learn `make_crops`: a stage more, which takes nearly twice as long."""
    return make_recipe(**{"widths": (16, 32), **changes})
