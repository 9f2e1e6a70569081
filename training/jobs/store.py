"""The SQLite file of all jobs: its columns, and how it is read and written from many processes."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    JSON,
    Column,
    Connection,
    DateTime,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from training.jobs.job import JobError, jobs_folder

METADATA = MetaData()
WRITING: Final = {"immediate": True}

JOBS = Table(
    "jobs",
    METADATA,
    Column("id", String, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("spec", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("by", String, nullable=False),
    Column("created", DateTime, nullable=False),
    Column("queued", DateTime, nullable=False),
    Column("started", DateTime),
    Column("ended", DateTime),
    Column("device", String),
    Column("attempt", Integer, nullable=False, default=1),
    Column("pid", Integer),
    Column("pid_started", Float),
    Column("heartbeat", DateTime),
    Column("cancel_asked", DateTime),
    Column("message", String, nullable=False, default=""),
    # The lease of a device: the database itself refuses a second running job on it.
    Index("one_running_per_device", "device", unique=True, sqlite_where=text("state = 'running'")),
)


def _file() -> Path:
    return jobs_folder() / "jobs.db"


@contextmanager
def reading() -> Iterator[Connection | None]:
    """A connection for looking; None where no job was ever queued.

    Raises:
        JobError: the table cannot be read.
    """
    if not _file().exists():
        yield None
        return
    try:
        with _engine(_file()).connect() as connection:
            yield connection
    except (DBAPIError, ValueError) as error:  # ValueError: of what is no date, say
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise JobError(f"The job table in {jobs_folder()} cannot be read ({reason}).") from None


@contextmanager
def writing() -> Iterator[Connection]:
    """One transaction that nobody interleaves with.

    Raises:
        JobError: the table cannot be written.
    """
    try:
        jobs_folder().mkdir(parents=True, exist_ok=True)
        with _engine(_file()).connect() as connection, connection.execution_options(**WRITING).begin():
            yield connection
    except (OSError, DBAPIError) as error:
        if isinstance(error, IntegrityError):
            raise
        reason = error.orig if isinstance(error, DBAPIError) else error.strerror
        raise JobError(f"The job table in {jobs_folder()} cannot be written ({reason}).") from None


@lru_cache(maxsize=8)
def _engine(file: Path) -> Engine:
    engine = create_engine(f"sqlite:///{file}", connect_args={"timeout": 30})

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, record: object) -> None:  # noqa: ANN401 - sqlite3's
        connection.isolation_level = None  # SQLAlchemy begins, below
        connection.execute("PRAGMA journal_mode=WAL")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # Who will write takes the lock at once: to upgrade a reader's would fail where another wrote since.
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    with engine.connect() as connection, connection.execution_options(**WRITING).begin():
        METADATA.create_all(connection)
    return engine
