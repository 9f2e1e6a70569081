"""One call to MLflow for all that is to be told about a run."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient


def tell(
    client: "MlflowClient",
    run: str,
    metrics: Mapping[int, tuple[float, Mapping[str, float]]] | None = None,
    parameters: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
) -> None:
    """Log everything in one call; `metrics` holds, by step, a time in seconds and values."""
    from mlflow.entities import Metric, Param, RunTag

    client.log_batch(
        run,
        metrics=[
            Metric(name, value, int(when * 1000), step)
            for step, (when, values) in (metrics or {}).items()
            for name, value in values.items()
        ],
        params=[Param(name, value) for name, value in (parameters or {}).items()],
        tags=[RunTag(name, value) for name, value in (tags or {}).items()],
    )
