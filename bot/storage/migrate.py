"""Bring a store to this version's schema, in one transaction."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.storage.database import Database, StoreError

MIGRATION_LOCK = 7468_2026
"""Two processes that start together on one PostgreSQL migrate one after the other."""


async def migrate(database: Database) -> None:
    """Apply the steps that are missing. Raises `StoreError` for a schema newer than ours."""
    async with database.write() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK}
            )
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "bot.storage:migrations")
    config.attributes["connection"] = connection
    ours = ScriptDirectory.from_config(config)
    theirs = MigrationContext.configure(connection).get_current_revision()
    if theirs == ours.get_current_head():
        return
    if theirs is not None and theirs not in {script.revision for script in ours.walk_revisions()}:
        raise StoreError(
            f"the store was written by a newer textobot (schema {theirs}); "
            "install that version, or restore a backup of before"
        )
    command.upgrade(config, "head")
