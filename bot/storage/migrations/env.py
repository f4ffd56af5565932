"""Alembic's entry: it is given a connection, and opens none."""

from alembic import context

from bot.storage import people_tables, program_tables, schema
from bot.storage.columns import metadata

KNOWN = (people_tables.members, program_tables.requests, schema.inbox)
assert metadata.tables.keys() >= {table.name for table in KNOWN}  # importing them makes them known

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
