"""Runs on a remote MLflow server, over its documented REST interface."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final, TypeAlias

from training.history.course import Curves
from training.history.run import Run, experiment_name, trained_for
from training.history.server import Server
from training.history.sqlite_history import thin

PAGE: Final = 1000
MOST_POINTS: Final = 25_000
SPARKLINES: Final = 50
"""Runs whose losses and times are asked for, one request each: the newest."""

ENDED: Final = frozenset({"FINISHED", "FAILED", "KILLED"})
"""States in which a run tells nothing more."""

Points: TypeAlias = tuple[tuple[int, float, float], ...]


class ServerHistory:
    """See `History`.

    Args:
        address: of the server, `http://…` or `https://…`.
    """

    def __init__(self, address: str) -> None:
        self.server = Server.at(address)

    def version(self) -> str:
        """Nothing: a server does not say so."""
        return ""

    def runs(self) -> tuple[Run, ...]:
        """All runs that were not deleted, newest first."""
        answer = self.server.get(
            "experiments/get-by-name", missing_ok=True, experiment_name=experiment_name()
        )
        if answer is None:
            return ()
        try:
            experiment = answer["experiment"]["experiment_id"]
        except (KeyError, TypeError):
            raise self.server.strange() from None
        found: list[dict[str, Any]] = []
        token = ""
        while True:
            page = self.server.post(
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
        """What a run told each epoch; asked for once where the run has ended."""
        known = (self.server.get("runs/get", run_id=run) or {})["run"]
        names = [m["key"] for m in known["data"].get("metrics", []) if "/" not in m["key"]]
        return {name: self._metric(known["info"], name) for name in names}

    def tag(self, run: str, name: str, value: str) -> None:
        """Write a tag."""
        self.server.post("runs/set-tag", run_id=run, key=name, value=value)

    def delete(self, run: str) -> None:
        """Delete a run."""
        self.server.post("runs/delete", run_id=run)

    def _run(self, run: dict[str, Any], with_sparkline: bool) -> Run:
        info, data = run["info"], run["data"]
        started, ended = int(info.get("start_time", 0)), int(info.get("end_time", 0) or 0)
        metrics = {m["key"]: float(m["value"]) for m in data.get("metrics", [])}
        tags = {t["key"]: t["value"] for t in data.get("tags", [])}

        def told(name: str) -> Points:
            return self._metric(info, name) if with_sparkline and name in metrics else ()

        times = {epoch: seconds for epoch, _, seconds in told("seconds")}
        return Run(
            id=info["run_id"],
            name=info.get("run_name") or info["run_id"][:8],
            state=info["status"].lower(),
            started=datetime.fromtimestamp(started / 1000, UTC),
            seconds=trained_for(
                sum(times.values()) if times else None, tags, (ended - started) / 1000 if ended else None
            ),
            parameters={p["key"]: p["value"] for p in data.get("params", [])},
            tags=tags,
            metrics=metrics,
            sparkline=thin(value for _, _, value in told("val_loss")),
        )

    def _metric(self, info: dict[str, Any], name: str) -> Points:
        ended = int(info.get("end_time", 0) or 0)
        if info["status"] in ENDED and ended:
            return _of_ended(self.server, info["run_id"], name, ended)
        return _points(self.server, info["run_id"], name)


@lru_cache(maxsize=2000)
def _of_ended(server: Server, run: str, name: str, ended: int) -> Points:
    """A figure of a run that has ended; one that was resumed since ends at another time."""
    return _points(server, run, name)


def _points(server: Server, run: str, name: str) -> Points:
    answer = server.get("metrics/get-history", run_id=run, metric_key=name, max_results=MOST_POINTS) or {}
    points = (
        (int(m.get("step", 0)), int(m["timestamp"]) / 1000, float(m["value"]))
        for m in answer.get("metrics", [])
    )
    return tuple(sorted(points))
