"""The database of engagements: SQLite in `MIEN_HOME`, or wherever `MIEN_DATABASE_URL` says."""

from collections.abc import Iterator, Sequence
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
    MetaData,
    String,
    Table,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.errors import EngagementError
from core.settings import settings

METADATA = MetaData()
FILE: Final = "engagements.db"
CONNECT_SECONDS: Final = 10
"""A server that does not answer for so long cannot be reached."""

BUSY_MILLISECONDS: Final = 10_000
"""How long SQLite waits for another that writes."""

ENGAGEMENTS: Final = Table(
    "engagements",
    METADATA,
    Column("id", String(32), primary_key=True),
    Column("created", DateTime, nullable=False, index=True),
    Column("name", String(200), nullable=False),
    Column("channel", String(60), nullable=False),
    Column("source", String(20), nullable=False),
    Column("model", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("consent", String(2000), nullable=False),
    Column("index", Float),
    Column("report", JSON, nullable=False),
    Column("moments", JSON, nullable=False),
)


def is_there() -> bool:
    """Whether anything may be kept: a database server's word is not asked for, a file must exist."""
    return settings().database_url is not None or (settings().home / FILE).exists()


def fetch(query: Any) -> Sequence[Any]:  # noqa: ANN401 - of SQLAlchemy's
    """All rows of a query.

    Raises:
        EngagementError: the database cannot be read.
    """
    with _told("read"), _engine(_url()).connect() as connection:
        return connection.execute(query).all()


@contextmanager
def writing() -> Iterator[Connection]:
    """One transaction.

    Raises:
        EngagementError: the database cannot be written.
    """
    with _told("changed"), _engine(_url()).begin() as connection:
        yield connection


def forget_deleted() -> None:
    """Empty SQLite's log of changes of what was deleted; where somebody reads it just now, the next time.

    Raises:
        EngagementError: the database cannot be written.
    """
    engine = _engine(_url())
    if engine.dialect.name == "sqlite":
        with _told("changed"), engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=1000")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")


@contextmanager
def _told(what: str) -> Iterator[None]:
    """What the database refuses becomes a sentence, and so does an address that leads to none."""
    try:
        yield
    except (SQLAlchemyError, OSError, ImportError) as error:
        advice = ": check MIEN_DATABASE_URL" if settings().database_url else ""
        raise EngagementError(f"The engagements cannot be {what} ({_reason(error)}){advice}.") from None


def _reason(error: Exception) -> str:
    """In one line, without the query."""
    if isinstance(error, DBAPIError):
        error = error.orig or error
    told = error.strerror if isinstance(error, OSError) else str(error.args[0] if error.args else error)
    return " ".join((told or "").split())


def _url() -> str:
    url = settings().database_url or f"sqlite:///{settings().home / FILE}"
    try:
        make_url(url)
    except ValueError:  # its words would show a part of the password
        raise EngagementError(
            "The engagements cannot be reached (the port is no number; in a password, @ is written %40 and "
            "/ is written %2F): check MIEN_DATABASE_URL."
        ) from None
    return url


def _waits(url: str) -> bool:
    """Whether its driver would wait for a silent server as long as the network does: minutes."""
    parts = make_url(url)
    return parts.get_backend_name() == "postgresql" and "connect_timeout" not in parts.query


@lru_cache(maxsize=8)
def _engine(url: str) -> Engine:
    """Connect, and bring the tables up to date."""
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    limits = {"connect_timeout": CONNECT_SECONDS} if _waits(url) else {}
    engine = create_engine(url, pool_pre_ping=True, connect_args=limits)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def _set_up(connection: Any, record: object) -> None:  # noqa: ANN401 - sqlite3's
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
            connection.execute("PRAGMA secure_delete=ON")  # what is deleted is overwritten

    from core.engagement.migrating import migrate  # loads Alembic

    migrate(engine)
    return engine
