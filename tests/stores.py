"""Stores for tests: one fixture for every suite, one parameter for each kind of store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.storage.database import Database
from bot.storage.migrate import migrate


@asynccontextmanager
async def open_store(folder: Path) -> AsyncIterator[Database]:
    """A fresh store, at this version's schema, closed in the end."""
    database = Database(f"sqlite:///{folder}/textobot.db")
    await database.open()
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()
