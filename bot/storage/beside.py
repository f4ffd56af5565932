"""The store, opened to look at it beside a daemon that works with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.storage.database import Database
from bot.storage.errors import NoStore
from bot.storage.migrate import expect_our_schema


@asynccontextmanager
async def open_beside(url: str) -> AsyncIterator[Database]:
    """Open a store that is there already; nothing is made. Raises `StoreError`."""
    database = Database(url)
    if database.path is not None and not database.path.exists():
        raise NoStore(database.path)
    await database.open(alone=False)
    try:
        await expect_our_schema(database)
        yield database
    finally:
        await database.close()
