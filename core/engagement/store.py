"""Results of engagements, kept for a limited time. Readings only: never a picture, never the employee."""

import logging
import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import delete, insert, select, true

from core.engagement.audit import note
from core.engagement.database import ENGAGEMENTS, fetch, forget_deleted, writing
from core.engagement.journal import ID
from core.engagement.moment import Moment
from core.engagement.report import Report
from core.engagement.texts import Text
from core.errors import EngagementError
from core.settings import settings

NAME_LENGTH: Final = 200
CHANNEL_LENGTH: Final = 60
CONSENT_LENGTH: Final = 2000

log = logging.getLogger(__name__)


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
    name: Text = Field(max_length=NAME_LENGTH)
    channel: Text = Field("", max_length=CHANNEL_LENGTH)
    source: str
    model: str
    digest: str
    consent: Text = Field(min_length=1, max_length=CONSENT_LENGTH)
    report: Report
    moments: tuple[Moment, ...] = ()


def keep_engagement(engagement: Engagement, by: str) -> None:
    """Store one; the same id again replaces it.

    Args:
        by: whose wish it is, for the log.

    Raises:
        EngagementError: the database cannot be written.
    """
    row = engagement.model_dump(mode="json")
    values = row | {
        "created": engagement.created.astimezone(UTC).replace(tzinfo=None),
        "index": engagement.report.index.value if engagement.report.index else None,
    }
    with writing() as connection:
        replaced = connection.execute(delete(ENGAGEMENTS).where(ENGAGEMENTS.c.id == engagement.id)).rowcount
        connection.execute(insert(ENGAGEMENTS).values(**values))
    note("kept", engagement.id, by)
    if replaced:
        with suppress(EngagementError):  # it is kept, and what it replaced is forgotten with the next
            forget_deleted()


def list_engagements() -> tuple[Engagement, ...]:
    """All that are kept, newest first, without their moments; what is too old is deleted first.

    One that another version of Mien wrote, and this one cannot read, is left out with a line in the log.

    Raises:
        EngagementError: the database cannot be read.
    """
    delete_old()
    columns = [column for column in ENGAGEMENTS.c if column.name not in {"moments", "index"}]
    found = []
    for row in fetch(select(*columns).order_by(ENGAGEMENTS.c.created.desc())):
        try:
            found.append(_engagement(row))
        except EngagementError as error:
            log.warning("%s", error)
    return tuple(found)


def get_engagement(name: str) -> Engagement:
    """One with its moments.

    Raises:
        UnknownEngagementError: there is none of that id.
        EngagementError: the database cannot be read.
    """
    _check_form(name)
    found = fetch(select(ENGAGEMENTS).where(ENGAGEMENTS.c.id == name))
    if not found:
        raise _unknown(name)
    return _engagement(found[0])


def delete_engagement(name: str, by: str) -> None:
    """Delete one; nothing where it is gone already.

    Args:
        by: whose wish it is, for the log.

    Raises:
        UnknownEngagementError: there can be none of that id.
        EngagementError: the database cannot be written.
    """
    _check_form(name)
    with writing() as connection:
        gone = connection.execute(delete(ENGAGEMENTS).where(ENGAGEMENTS.c.id == name)).rowcount
    if gone:
        note("deleted", name, by)
        forget_deleted()


def reach_storage() -> None:
    """Ask the database for nothing.

    Raises:
        EngagementError: it cannot be reached.
    """
    fetch(select(true()))


def delete_old(now: datetime | None = None) -> None:
    """Delete what is older than the retention period."""
    limit = (now or datetime.now(UTC)) - timedelta(days=settings().retention_days)
    with writing() as connection:
        old = delete(ENGAGEMENTS).where(ENGAGEMENTS.c.created < limit.replace(tzinfo=None))
        gone = connection.execute(old).rowcount
    if gone:
        note("grown too old", f"{gone} engagement{'s' if gone > 1 else ''}", "the server")
        forget_deleted()


def _check_form(name: str) -> None:
    """Refuse what is no id: a database refuses some characters in its own words."""
    if not ID.fullmatch(name):
        raise _unknown(name)


def _unknown(name: str) -> UnknownEngagementError:
    return UnknownEngagementError(f"There is no engagement {name!r} (any more).")


def _engagement(row: Any) -> Engagement:  # noqa: ANN401 - a row of SQLAlchemy's
    values = {name: value for name, value in zip(row._fields, row, strict=True) if name != "index"}
    try:
        return Engagement.model_validate(values | {"created": row.created.replace(tzinfo=UTC)})
    except ValidationError:
        raise EngagementError(
            f"The engagement {row.id} was kept by another version of Mien: use that one, or delete it."
        ) from None
