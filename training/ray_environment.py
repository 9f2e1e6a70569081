"""What the processes of a Ray cluster are given: this code, and where this process keeps things."""

import os
from typing import Any, Final

from core.settings import PROJECT_ROOT, settings

LEFT_BEHIND: Final = (".git", ".venv", "var", "tests", "docs", "benchmarks")
"""What a Ray worker does not need of the project folder."""

PASSED_ON: Final = (
    "KERAS_BACKEND",
    "MLFLOW_TRACKING_URI",
    "MLFLOW_TRACKING_USERNAME",
    "MLFLOW_TRACKING_PASSWORD",
    "MLFLOW_TRACKING_TOKEN",
    "MLFLOW_EXPERIMENT_NAME",
)
"""Variables of this process that those on the cluster should see."""


def ray_environment() -> dict[str, Any]:
    """A runtime environment, as Ray takes it: bundles are found and runs logged there as they are here."""
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {
        "working_dir": str(PROJECT_ROOT),
        "excludes": list(LEFT_BEHIND),
        "env_vars": {"MIEN_HOME": str(settings().home.resolve()), **passed_on},
    }
