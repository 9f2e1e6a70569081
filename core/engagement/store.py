"""Results of engagements, kept for a limited time. Readings only: never a picture, never the employee."""

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from alembic.util.exc import CommandError as AlembicError
from pydantic import BaseModel, ConfigDict, Field
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
    delete,
    event,
    insert,
    make_url,
    select,
    true,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from core.engagement.audit import note
from core.engagement.moment import Moment
from core.engagement.report import Report
from core.engagement.texts import Text
from core.errors import MienError
from core.settings import settings

METADATA = MetaData()
FILE: Final = "engagements.db"
CONNECT_SECONDS: Final = 10
"""A server that does not answer for so long cannot be reached."""

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


class EngagementError(MienError):
    """Engagement results cannot be kept or read."""


class UnknownEngagementError(EngagementError):
    """There is none of that id."""


class Engagement(BaseModel):
    """One stored engagement.

    Attributes:
        consent: what the customer, or who may speak for them, agreed to.
        source: "recorded", "live" or "api".
    """

    model_config = ConfigDict(frozen=True)

    id: str = Field(default_factory=lambda: secrets.token_hex(8))
    created: datetime = Field(default_factory=lambda: datetime.now(UTC))
    name: Text = Field(max_length=200)
    channel: Text = Field("", max_length=60)
    source: str
    model: str
    digest: str
    consent: Text = Field(min_length=1, max_length=2000)
    report: Report
    moments: tuple[Moment, ...] = ()


def keep_engagement(engagement: Engagement) -> None:
    """Store one; the same id again replaces it.

    Raises:
        EngagementError: the database cannot be written.
    """
    row = engagement.model_dump(mode="json")
    values = row | {
        "created": engagement.created.astimezone(UTC).replace(tzinfo=None),
        "index": engagement.report.index.value if engagement.report.index else None,
    }
    with _writing() as connection:
        connection.execute(delete(ENGAGEMENTS).where(ENGAGEMENTS.c.id == engagement.id))
        connection.execute(insert(ENGAGEMENTS).values(**values))
    note("kept", engagement.id, engagement.source)


def list_engagements() -> tuple[Engagement, ...]:
    """All that are kept, newest first, without their moments; what is too old is deleted first.

    Raises:
        EngagementError: the database cannot be read.
    """
    delete_old()
    columns = [column for column in ENGAGEMENTS.c if column.name not in {"moments", "index"}]
    return tuple(_engagement(row) for row in _rows(select(*columns).order_by(ENGAGEMENTS.c.created.desc())))


def get_engagement(name: str) -> Engagement:
    """One with its moments.

    Raises:
        UnknownEngagementError: there is none of that id.
        EngagementError: the database cannot be read.
    """
    found = _rows(select(ENGAGEMENTS).where(ENGAGEMENTS.c.id == name))
    if not found:
        raise UnknownEngagementError(f"There is no engagement {name!r} (any more).")
    return _engagement(found[0])


def delete_engagement(name: str, by: str) -> None:
    """Delete one; nothing where it is gone already.

    Args:
        by: whose wish it is, for the log.

    Raises:
        EngagementError: the database cannot be written.
    """
    with _writing() as connection:
        gone = connection.execute(delete(ENGAGEMENTS).where(ENGAGEMENTS.c.id == name)).rowcount
    if gone:
        note("deleted", name, by)


def is_there() -> bool:
    """Whether anything may be kept: a database server's word is not asked for, a file must exist."""
    return settings().database_url is not None or (settings().home / FILE).exists()


def reach_storage() -> None:
    """Ask the database for nothing.

    Raises:
        EngagementError: it cannot be reached.
    """
    _rows(select(true()))


def delete_old(now: datetime | None = None) -> None:
    """Delete what is older than the retention period."""
    limit = (now or datetime.now(UTC)) - timedelta(days=settings().retention_days)
    with _writing() as connection:
        old = delete(ENGAGEMENTS).where(ENGAGEMENTS.c.created < limit.replace(tzinfo=None))
        gone = connection.execute(old).rowcount
    if gone:
        note("grown too old", f"{gone} engagements", "the server")


def _engagement(row: Any) -> Engagement:  # noqa: ANN401 - a row of SQLAlchemy's
    values = {name: value for name, value in row._mapping.items() if name != "index"}
    return Engagement.model_validate(values | {"created": row.created.replace(tzinfo=UTC)})


def _rows(query: Any) -> Sequence[Any]:  # noqa: ANN401 - of SQLAlchemy's
    with _told("read"), _engine(_url()).connect() as connection:
        return connection.execute(query).all()


@contextmanager
def _writing() -> Iterator[Connection]:
    """One transaction."""
    with _told("changed"), _engine(_url()).begin() as connection:
        yield connection


@contextmanager
def _told(what: str) -> Iterator[None]:
    """What the database refuses becomes a sentence, and so does an address that leads to none."""
    try:
        yield
    except (SQLAlchemyError, AlembicError, OSError, ImportError) as error:
        raise EngagementError(f"The engagements cannot be {what} ({_reason(error)}).") from None


def _reason(error: Exception) -> str:
    """In one line, without the query."""
    if isinstance(error, DBAPIError):
        error = error.orig or error
    told = error.strerror if isinstance(error, OSError) else str(error.args[0] if error.args else error)
    return " ".join((told or "").split())


def _url() -> str:
    return settings().database_url or f"sqlite:///{settings().home / FILE}"


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
            connection.execute("PRAGMA busy_timeout=10000")

    from core.engagement.migrating import migrate

    migrate(engine)
    return engine
