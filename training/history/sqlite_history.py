"""Runs in MLflow's own SQLite file, read by SQL: 1,000 of them take a tenth of what MLflow's client takes."""

import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from training.history.course import Curves
from training.history.run import HistoryError, Run, experiment_name, trained_for

NOT_A_CURVE: Final = "%/%"
"""Scores are named `data/figure`; what remains was told each epoch."""

SPARKS: Final = 40


class SqliteHistory:
    """See `History`.

    Args:
        file: as MLflow made it; there are no runs where it is missing.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def version(self) -> str:
        """Changes when the runs do."""
        files = (self.file, self.file.with_name(f"{self.file.name}-wal"))
        return "-".join(f"{f.stat().st_mtime_ns}.{f.stat().st_size}" for f in files if f.exists())

    def runs(self) -> tuple[Run, ...]:
        """All runs that were not deleted, newest first."""
        rows = self._read(
            "select run_uuid, runs.name, status, start_time, end_time from runs "
            "join experiments using (experiment_id) where experiments.name = :experiment "
            "and runs.lifecycle_stage = 'active' order by start_time desc",
            experiment=experiment_name(),
        )
        parameters = self._pairs("select run_uuid, key, value from params")
        tags = self._pairs("select run_uuid, key, value from tags")
        metrics = self._pairs("select run_uuid, key, value from latest_metrics where is_nan = 0")
        losses: dict[str, list[float]] = defaultdict(list)
        for run, value in self._read(
            "select run_uuid, value from metrics where key = 'val_loss' and is_nan = 0 "
            "order by run_uuid, step"
        ):
            losses[run].append(value)
        timed: dict[str, float] = dict(
            self._read(
                "select run_uuid, sum(value) from (select run_uuid, value, max(timestamp) from metrics "
                "where key = 'seconds' and is_nan = 0 group by run_uuid, step) group by run_uuid"
            )
        )
        return tuple(
            Run(
                id=run,
                name=name or run[:8],
                state=status.lower(),
                started=datetime.fromtimestamp((started or 0) / 1000, UTC),
                seconds=trained_for(timed.get(run), tags[run], (ended - started) / 1000 if ended else None),
                parameters=parameters[run],
                tags=tags[run],
                metrics=metrics[run],
                sparkline=thin(losses[run]),
            )
            for run, name, status, started, ended in rows
        )

    def curves(self, run: str) -> Curves:
        """What a run told each epoch."""
        found: dict[str, list[tuple[int, float, float]]] = defaultdict(list)
        for key, step, when, value in self._read(
            "select key, step, timestamp, value from metrics "
            "where run_uuid = :run and key not like :not_a_curve and is_nan = 0 order by key, step",
            run=run,
            not_a_curve=NOT_A_CURVE,
        ):
            found[key].append((step, when / 1000, value))
        return found

    def tag(self, run: str, name: str, value: str) -> None:
        """Write a tag."""
        self._write(
            "insert into tags (run_uuid, key, value) values (:run, :name, :value) "
            "on conflict (key, run_uuid) do update set value = :value",
            run=run,
            name=name,
            value=value,
        )

    def delete(self, run: str) -> None:
        """Delete a run as MLflow does."""
        self._write(
            "update runs set lifecycle_stage = 'deleted', deleted_time = :now where run_uuid = :run",
            run=run,
            now=int(time.time() * 1000),
        )

    def _pairs(self, query: str) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = defaultdict(dict)
        for run, key, value in self._read(query):
            found[run][key] = value
        return found

    def _read(self, query: str, **values: object) -> Sequence[Any]:
        if not self.file.exists():
            return ()
        try:
            with _engine(self.file).connect() as connection:
                return connection.execute(text(query), values).all()
        except DBAPIError as error:
            raise HistoryError(f"The runs in {self.file} cannot be read ({error.orig}).") from None

    def _write(self, statement: str, **values: object) -> None:
        try:
            with _engine(self.file).begin() as connection:
                connection.execute(text(statement), values)
        except DBAPIError as error:
            raise HistoryError(f"The runs in {self.file} cannot be changed ({error.orig}).") from None


def thin(values: Iterable[float]) -> tuple[float, ...]:
    """At most forty of the values, the last among them."""
    known = list(values)
    step = -(-len(known) // SPARKS) if known else 1
    return tuple(known[::-1][::step][::-1])


@lru_cache(maxsize=8)
def _engine(file: Path) -> Engine:
    return create_engine(f"sqlite:///{file}", connect_args={"timeout": 10})
