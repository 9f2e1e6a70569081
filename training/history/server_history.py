"""Runs on a remote MLflow server, over its documented REST interface."""

import base64
import http.client
import json
import os
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote, urlencode, urlsplit, urlunsplit

from training.history.course import Curves
from training.history.run import HistoryError, Run, experiment_name
from training.history.sqlite_history import thin

PATIENCE: Final = 20.0
"""Seconds: MLflow takes several to tell of 1,000 runs."""

PAGE: Final = 1000
MOST_POINTS: Final = 25_000
SPARKLINES: Final = 50
"""Runs whose losses are asked for, one request each: the newest."""


class ServerHistory:
    """See `History`.

    Args:
        address: of the server, `http://…` or `https://…`.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        netloc = parts.netloc.rpartition("@")[2]
        self.address = urlunsplit((parts.scheme, netloc, parts.path.rstrip("/"), "", ""))
        self._credentials = _credentials(parts.username, parts.password)

    def version(self) -> str:
        """Nothing: a server does not say so."""
        return ""

    def runs(self) -> tuple[Run, ...]:
        """All runs that were not deleted, newest first."""
        answer = self._get("experiments/get-by-name", missing_ok=True, experiment_name=experiment_name())
        if answer is None:
            return ()
        experiment = answer["experiment"]["experiment_id"]
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            page = self._post(
                "runs/search",
                experiment_ids=[experiment],
                max_results=PAGE,
                order_by=["attributes.start_time DESC"],
                **({"page_token": token} if token else {}),
            )
            found += page.get("runs", [])
            token = page.get("next_page_token", "")
            if not token:
                return tuple(self._run(run, number < SPARKLINES) for number, run in enumerate(found))

    def curves(self, run: str) -> Curves:
        """What a run told each epoch."""
        known = self._get("runs/get", run_id=run) or {}
        names = [m["key"] for m in known["run"]["data"].get("metrics", []) if "/" not in m["key"]]
        return {name: self._metric(run, name) for name in names}

    def tag(self, run: str, name: str, value: str) -> None:
        """Write a tag."""
        self._post("runs/set-tag", run_id=run, key=name, value=value)

    def delete(self, run: str) -> None:
        """Delete a run."""
        self._post("runs/delete", run_id=run)

    def _run(self, run: dict[str, Any], with_sparkline: bool) -> Run:
        info, data = run["info"], run["data"]
        started, ended = int(info.get("start_time", 0)), int(info.get("end_time", 0) or 0)
        metrics = {m["key"]: float(m["value"]) for m in data.get("metrics", [])}
        losses = self._metric(info["run_id"], "val_loss") if with_sparkline and "val_loss" in metrics else []
        return Run(
            id=info["run_id"],
            name=info.get("run_name") or info["run_id"][:8],
            state=info["status"].lower(),
            started=datetime.fromtimestamp(started / 1000, UTC),
            seconds=(ended - started) / 1000 if ended else None,
            parameters={p["key"]: p["value"] for p in data.get("params", [])},
            tags={t["key"]: t["value"] for t in data.get("tags", [])},
            metrics=metrics,
            sparkline=thin(value for _, _, value in losses),
        )

    def _metric(self, run: str, name: str) -> list[tuple[int, float, float]]:
        answer = self._get("metrics/get-history", run_id=run, metric_key=name, max_results=MOST_POINTS) or {}
        points = [
            (int(m.get("step", 0)), int(m["timestamp"]) / 1000, float(m["value"]))
            for m in answer.get("metrics", [])
        ]
        return sorted(points)

    def _get(self, path: str, missing_ok: bool = False, **query: object) -> dict[str, Any] | None:
        return self._ask(f"{path}?{urlencode(query)}", None, missing_ok)

    def _post(self, path: str, **body: object) -> dict[str, Any]:
        return self._ask(path, json.dumps(body).encode(), missing_ok=False) or {}

    def _ask(self, path: str, body: bytes | None, missing_ok: bool) -> dict[str, Any] | None:
        request = urllib.request.Request(  # noqa: S310 - http or https, see `open_history`
            f"{self.address}/api/2.0/mlflow/{path}",
            body,
            {"Content-Type": "application/json", **self._credentials},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            if missing_ok and error.code == 404:
                return None
            raise HistoryError(f"The tracking server refuses ({error.code} {error.reason}).") from None
        except (OSError, ValueError, http.client.HTTPException):
            where = urlsplit(self.address).hostname
            raise HistoryError(
                f"The tracking server at {where} does not answer: start it, or unset MLFLOW_TRACKING_URI."
            ) from None


def _credentials(user: str | None, password: str | None) -> dict[str, str]:
    """From the address, else from the environment as MLflow's own client takes them."""
    if token := os.environ.get("MLFLOW_TRACKING_TOKEN"):
        return {"Authorization": f"Bearer {token}"}
    user = unquote(user) if user else os.environ.get("MLFLOW_TRACKING_USERNAME")
    password = unquote(password) if password else os.environ.get("MLFLOW_TRACKING_PASSWORD", "")
    if not user:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
