"""What Alembic runs: migrate over the connection that it is handed."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="engagements_version", transaction_per_migration=False)
with context.begin_transaction():
    context.run_migrations()
