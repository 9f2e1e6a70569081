"""The table of all jobs, which pages, commands and workers share: what is asked of it."""

import logging
import secrets
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from training.jobs.job import Job, JobError, JobSpec, JobState
from training.jobs.store import JOBS, reading, writing
from training.jobs.unreadable import OTHER_VERSION, stand_in

log = logging.getLogger(__name__)


def new_id() -> str:
    """A name for a job."""
    return secrets.token_hex(4)


def add(spec: JobSpec, by: str, name: str | None = None, device: str | None = None) -> Job:
    """Put a job at the end of the queue.

    Args:
        name: of the job, as `new_id` makes it.
        device: of a job that is for a cluster and for no worker.
    """
    name = name or new_id()
    with writing() as connection:
        number = (connection.scalar(select(func.max(JOBS.c.number))) or 0) + 1
        connection.execute(
            insert(JOBS).values(
                id=name,
                number=number,
                spec=spec.model_dump(mode="json"),
                state=JobState.QUEUED,
                by=by,
                created=now(),
                queued=now(),
                device=device,
                attempt=1,
                message="",
            )
        )
    return get(name)


def get(name: str) -> Job:
    """One job.

    Raises:
        JobError: there is none of that name.
    """
    found = [job for job in everything() if job.id == name]
    if not found:
        raise JobError(f"There is no job {name!r} (any more).")
    return found[0]


def everything() -> tuple[Job, ...]:
    """All jobs, newest first."""
    with reading() as connection:
        found = connection and connection.execute(select(JOBS).order_by(JOBS.c.number.desc()))
        rows = found.mappings().all() if found else ()
    queue = sorted((row["queued"], row["id"]) for row in rows if row["state"] == JobState.QUEUED)
    places = {name: place for place, (_, name) in enumerate(queue)}
    jobs = (_job(dict(row), places.get(row["id"])) for row in rows)
    return tuple(job for job in jobs if job is not None)


def claim(device: str) -> Job | None:
    """Take the longest waiting job for a device that is free; None where either is missing.

    Jobs before it that another version of Mien wrote fail with a sentence.
    """
    with writing() as connection:
        waiting = _first_readable(connection)
        if waiting is None:
            return None
        try:
            connection.execute(
                update(JOBS)
                .where(JOBS.c.id == waiting)
                .values(state=JobState.RUNNING, device=device, started=now(), heartbeat=now(), ended=None)
            )
        except IntegrityError:  # another worker's job runs there
            connection.rollback()
            return None
    return get(waiting)


def _first_readable(connection: Connection) -> str | None:
    mine = (JOBS.c.state == JobState.QUEUED) & JOBS.c.device.is_(None)
    for row in connection.execute(select(JOBS).where(mine).order_by(JOBS.c.queued)).mappings().all():
        job = _job(dict(row), None)
        if job is not None and job.readable:
            return job.id
        failed = {"state": JobState.FAILED, "message": OTHER_VERSION, "ended": now()}
        connection.execute(update(JOBS).where(JOBS.c.id == row["id"]).values(**failed))
    return None


def change(
    name: str, only_if: JobState | None = None, only_attempt: int | None = None, **values: object
) -> bool:
    """Write columns of one job; False where it was not in the state, or the attempt, that it should be in."""
    rows = update(JOBS).where(JOBS.c.id == name)
    if only_attempt is not None:
        rows = rows.where(JOBS.c.attempt == only_attempt)
    if only_if is not None:
        rows = rows.where(JOBS.c.state == only_if)
    with writing() as connection:
        return bool(connection.execute(rows.values(**values)).rowcount)


def end(name: str, state: JobState, message: str, attempt: int | None = None) -> bool:
    """Close a running job; False where another process has done so.

    Args:
        attempt: that ended; a later one goes on. None: whichever runs.
    """
    return change(name, JobState.RUNNING, attempt, state=state, message=message, ended=now(), pid=None)


def requeue(job: Job, device: str | None = None) -> bool:
    """Put a job that ended at the end of the queue again; False where another process has done so."""
    return change(
        job.id,
        job.state,
        state=JobState.QUEUED,
        queued=now(),
        attempt=job.attempt + 1,
        ended=None,
        device=device,
        pid=None,
        cancel_asked=None,
        message="",
    )


def remove(job: Job) -> bool:
    """Delete the row of a job that ended; False where it has not, or was resumed by another process."""
    ended = [state for state in JobState if state.ended]
    with writing() as connection:
        rows = delete(JOBS).where(JOBS.c.id == job.id, JOBS.c.state.in_(ended))
        return bool(connection.execute(rows).rowcount)


def beat(name: str, **values: object) -> None:
    """Say that a running job is alive."""
    change(name, JobState.RUNNING, None, heartbeat=now(), **values)


def ask_cancel(name: str) -> None:
    """Note when a running job was asked to stop, the first time only."""
    if get(name).cancel_asked is None:
        change(name, JobState.RUNNING, cancel_asked=now())


def now() -> datetime:
    """UTC without saying so, as SQLite keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def _job(row: dict[str, Any], place: int | None) -> Job | None:
    """The row as a job, marked where another version of Mien wrote it; None where it is none to this one."""
    times = ("created", "queued", "started", "ended", "heartbeat", "cancel_asked")
    told = row | {name: row[name] and row[name].replace(tzinfo=UTC) for name in times} | {"place": place}
    with suppress(ValidationError):
        return Job.model_validate(told)
    try:
        return Job.model_validate(told | {"spec": stand_in(row["spec"]), "readable": False})
    except ValidationError:
        log.warning("The job %s was written by another version of Mien and is left out.", row["id"])
        return None
