"""Stores with runs for the History page to show."""

from pathlib import Path

import pytest
from mlflow.entities import Metric, Param, RunTag

from core.settings import settings
from training.tracking.store import open_store


@pytest.fixture
def store(store, monkeypatch) -> Path:
    """The default store, on a server whose analysts sign in."""
    monkeypatch.setenv("MIEN_ANALYST_CODE", "open sesame")
    settings.cache_clear()
    return store


@pytest.fixture
def runs(store) -> list[str]:
    """Two finished runs in a real store, by id."""
    client, experiment = open_store()
    found = []
    for name, rate in (("page one", "0.001"), ("page two", "0.002")):
        run = client.create_run(experiment, run_name=name).info.run_id
        epochs = [
            Metric(key, 1 / epoch, 60_000 * epoch, epoch)
            for epoch in (1, 2, 3)
            for key in ("loss", "val_loss", "accuracy", "val_accuracy", "learning_rate")
        ]
        settings = {"recipe.name": "quick", "recipe.learning_rate": rate, "data": "drawn", "split": "subject"}
        client.log_batch(
            run,
            metrics=[*epochs, Metric("drawn/accuracy", 0.8, 1, 0)],
            params=[Param(key, value) for key, value in settings.items()],
            tags=[RunTag("bundle", "mien-8")],
        )
        client.set_terminated(run)
        found.append(run)
    return found


@pytest.fixture
def spare_run(store, request) -> str:
    """A finished run whose model does not serve, named after its test: they share the store."""
    client, experiment = open_store()
    run = client.create_run(experiment, run_name=request.node.name).info.run_id
    client.log_batch(run, metrics=[Metric("loss", 0.5, 60_000, 1)], tags=[RunTag("bundle", "spare")])
    client.set_terminated(run)
    return str(run)
