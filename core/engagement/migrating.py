"""Bring the tables of engagements up to date with Alembic."""

from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

MIGRATIONS: Final = Path(__file__).parent / "migrations"
LOCK: Final = 7_351_946_021
"""Any number that nobody else locks in the same PostgreSQL database."""


def migrate(engine: Engine) -> None:
    """Apply what is missing; two servers that start at once do it one after the other."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        elif engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({LOCK})")  # until the commit below
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
