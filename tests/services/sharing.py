"""Several instances on one PostgreSQL, in one process: each has a folder, and leases."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.services.leasing import Leases
from bot.storage.columns import metadata
from bot.storage.database import Database
from tests.postgresql import Server
from tests.stores import open_store

LENGTH = 30.0


@dataclass
class Machine:
    """One instance: its store, its leases, and a clock of its own for them."""

    database: Database
    seconds: float = 1000.0
    leases: Leases = field(init=False)

    def __post_init__(self) -> None:
        self.leases = Leases(self.database, lambda: self.seconds, length=LENGTH)


@asynccontextmanager
async def machines(folder: Path, postgresql: Server, count: int) -> AsyncIterator[list[Machine]]:
    """So many instances on a fresh store."""
    async with AsyncExitStack() as stack:
        first = await stack.enter_async_context(open_store(folder, postgresql))
        others = [await another(stack, folder, postgresql, one) for one in range(1, count)]
        yield [Machine(one) for one in (first, *others)]
    postgresql.release()


async def another(
    stack: AsyncExitStack, folder: Path, postgresql: Server, number: int
) -> Database:
    """One more on the store of a folder."""
    journal = folder / f"instance{number}" / "textobot.journal"
    database = Database(await postgresql.store(folder), journal=journal)
    await database.open()
    stack.push_async_callback(database.close)
    return database


async def lapse(database: Database, name: str, *, ago: float = 60.0) -> None:
    """Whoever has a lease was silent for long."""
    async with database.write() as connection:
        await connection.execute(
            text("UPDATE leases SET until = until - :ms WHERE name = :name"),
            {"ms": int((LENGTH + ago) * 1000), "name": name},
        )


async def everything(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but the leases."""
    async with database.read() as connection:
        return {
            table.name: [
                tuple(row)
                for row in await connection.execute(table.select().order_by(*table.primary_key))
            ]
            for table in metadata.sorted_tables
            if table.name != "leases"
        }
