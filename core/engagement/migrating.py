"""Bring the tables of engagements up to date with Alembic."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.util.exc import CommandError
from sqlalchemy import Engine

from core.errors import EngagementError

MIGRATIONS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 7_351_946_021
"""Any number that nobody else locks in the same PostgreSQL database."""


def migrate(engine: Engine) -> None:
    """Apply what is missing; two servers that start at once do it one after the other.

    Raises:
        EngagementError: the tables are of a version that is not known here.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")  # until the commit below
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, "head")
        except CommandError as error:
            raise EngagementError(f"The engagements are of a newer version ({error}): update Mien.") from None
        connection.commit()
