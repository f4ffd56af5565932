"""Bring a store to this version's schema, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, inspect, text

from bot.storage.database import Database
from bot.storage.errors import StoreError, StoreInUse
from bot.storage.turns import is_shared

HEAD = "0008"
"""The newest step in `migrations/versions`."""
SCRIPTS = "bot.storage:migrations"
SCHEMA_LOCK = 7468_2026
"""Of PostgreSQL: shared by those that work with the schema as it is, alone for who changes it."""


async def migrate(database: Database, *, observing: bool = False) -> None:
    """Apply the steps that are missing. Raises `StoreError` for a schema newer than ours.

    And `StoreInUse` where other instances work with an older one; who only observes would leave
    unsent what it decides, and has the store for itself.
    """
    async with database.write() as connection:
        if not is_shared(connection):
            await connection.run_sync(_upgrade)
            return
        lock = {"lock": SCHEMA_LOCK}
        if await connection.run_sync(_revision) != HEAD:
            if not await connection.scalar(text("SELECT pg_try_advisory_xact_lock(:lock)"), lock):
                raise StoreInUse(
                    "the store has the schema of another version, and instances of that version "
                    "work with it; stop them all, then start this one"
                )
            await connection.run_sync(_upgrade)
        # For as long as we are connected: nobody changes the schema under us.
        if not await connection.scalar(text(_PRESENT[observing]), lock):
            raise StoreInUse(
                "other instances work with this store: who observes needs a store of its own"
                if observing
                else "an instance that observes has this store for itself; stop that one first"
            )


_PRESENT = {
    False: "SELECT pg_try_advisory_lock_shared(:lock)",
    True: "SELECT pg_try_advisory_lock(:lock)",
}
"""By whether we only observe."""


async def expect_our_schema(database: Database) -> None:
    """For who only looks. Raises `StoreError` for a schema that is not this version's."""
    async with database.read() as connection:
        theirs = await connection.run_sync(_revision)
    if theirs != HEAD:
        raise StoreError(
            f"the store has the schema {theirs or 'of no textobot'}, and this version {HEAD}; "
            "`textobot run` brings an older one up to date"
        )


def revisions() -> set[str]:
    """Name every schema that this version knows, its own and older ones."""
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def _upgrade(connection: Connection) -> None:
    theirs = _revision(connection)
    if theirs == HEAD:
        return
    # Alembic is large, and needed once a version: not at an ordinary start.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    config.attributes["connection"] = connection
    if theirs is not None and theirs not in revisions():
        raise StoreError(
            f"the store was written by a newer textobot (schema {theirs}); "
            "install that version, or restore a backup of before"
        )
    command.upgrade(config, "head")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return found
