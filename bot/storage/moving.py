"""A whole store from SQLite into an empty PostgreSQL: in one transaction, and compared.

The numbers of rows stay, also of rows that are gone: `inbound 7` is one text for ever.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from hashlib import sha256
from typing import Any

from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.accounts import note_moved
from bot.storage.columns import metadata
from bot.storage.database import Database
from bot.storage.errors import StoreError
from bot.storage.leases import leases
from bot.storage.postgresql import NUL

AT_ONCE = 1000
"""Rows in one statement."""
TABLES = [table for table in metadata.sorted_tables if table is not leases]
"""All but who has what in hand."""
Digest = tuple[int, int]
"""How many rows, and the sum of their hashes: the same in whatever order."""


async def move(source: Database, target: Database) -> dict[str, int]:
    """Copy every row; say how many, by table. Nobody else works with either.

    Raises `StoreError`: then nothing is in the target. Both have this version's schema.
    """
    copied: dict[str, int] = {}
    async with target.write() as there:
        await _expect_empty(there)
        for table in TABLES:
            async with source.read() as here:
                told = await _copy(here, there, table)
            if await _digest(there, table) != told:
                raise StoreError(
                    f"the table {table.name} is not what it was after copying; nothing was moved, "
                    "please report it"
                )
            copied[table.name] = told[0]
        async with source.read() as here:
            await _go_on_numbering(here, there)
    async with source.write() as here:
        await note_moved(here)
    return copied


async def _expect_empty(connection: AsyncConnection) -> None:
    for table in TABLES:
        if await connection.scalar(select(select(table).exists())):
            raise StoreError(
                f"the database in PostgreSQL is not empty ({table.name}): name another one, or "
                "make it anew with dropdb and createdb"
            )


async def _copy(here: AsyncConnection, there: AsyncConnection, table: Table) -> Digest:
    rows, total = 0, 0
    async for part in _parts(here, table):
        await there.execute(insert(table), part)
        rows, total = rows + len(part), total + sum(map(_hash, part))
    return rows, total


async def _digest(connection: AsyncConnection, table: Table) -> Digest:
    rows, total = 0, 0
    async for part in _parts(connection, table):
        rows, total = rows + len(part), total + sum(map(_hash, part))
    return rows, total


async def _parts(connection: AsyncConnection, table: Table) -> AsyncIterator[list[dict[str, Any]]]:
    result = await connection.stream(select(table))
    async for part in result.mappings().partitions(AT_ONCE):
        yield [dict(row) for row in part]


def _hash(row: Mapping[str, Any]) -> int:
    """Hash what a row says; a NUL in a text becomes another sign in PostgreSQL."""
    said = [one.replace(NUL, "\ufffd") if isinstance(one, str) else one for one in row.values()]
    return int.from_bytes(sha256(repr(said).encode("utf-8", "surrogatepass")).digest())


async def _go_on_numbering(here: AsyncConnection, there: AsyncConnection) -> None:
    """Give no row the number of one that was deleted."""
    sequences = await here.execute(text("SELECT name, seq FROM sqlite_sequence"))
    known = {row.name: row.seq for row in sequences}
    for table in TABLES:
        if "id" in table.c:
            largest = await there.scalar(select(func.max(table.c.id))) or 0
            last = max(known.get(table.name, 0), largest)
            if last:
                await there.execute(
                    text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"),
                    {"name": table.name, "last": last},
                )
