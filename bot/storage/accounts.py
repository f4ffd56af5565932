"""What an account and the installation remember between two starts."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.instants import instant
from bot.storage.errors import StoreError
from bot.storage.schema import accounts, installation

MOVED = "moved"
"""What stands in `installation` of a store that goes on elsewhere."""


async def recall(
    connection: AsyncConnection, gateway: str
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Read what the adapter of a gateway had learned, and its calibration; empty at first."""
    found = await connection.execute(
        select(accounts.c.learned, accounts.c.calibration).where(accounts.c.gateway == gateway)
    )
    row = found.first()
    return (row.learned, row.calibration) if row else ({}, {})


async def remember(
    connection: AsyncConnection,
    gateway: str,
    *,
    learned: Mapping[str, Any],
    calibration: Mapping[str, Any],
) -> None:
    """Keep what was learned."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(accounts).values(
        gateway=gateway, learned=dict(learned), calibration=dict(calibration)
    )
    told = {"learned": row.excluded.learned, "calibration": row.excluded.calibration}
    await connection.execute(row.on_conflict_do_update(index_elements=["gateway"], set_=told))


def fingerprint(secret: bytes) -> str:
    """Give what stands in a store for the installation's key, and tells nothing of it."""
    return hmac.new(secret, b"textobot store", hashlib.sha256).hexdigest()[:16]


async def restored_at(connection: AsyncConnection) -> datetime | None:
    """Say when this store took another's place; None: it never did."""
    told = await connection.scalar(
        select(installation.c.value).where(installation.c.name == "restored")
    )
    return None if told is None else instant(int(told))


async def note_moved(connection: AsyncConnection) -> None:
    """Write down that a store goes on elsewhere: nobody is to work with this one any more."""
    await connection.execute(insert(installation).values(name=MOVED, value="postgresql"))


async def recognise(connection: AsyncConnection, fingerprint: str) -> None:
    """Tie the store to the installation's key.

    Raises `StoreError` where it is another's, or was moved.
    """
    if await connection.scalar(select(installation.c.name).where(installation.c.name == MOVED)):
        raise StoreError(
            "this store was moved to PostgreSQL, and would answer again what was answered there: "
            "name that one in config.yaml (`store: postgresql://...`)"
        )
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = dialect.insert(installation).values(name="secret", value=fingerprint)
    await connection.execute(row.on_conflict_do_nothing())
    known = await connection.scalar(
        select(installation.c.value).where(installation.c.name == "secret")
    )
    if known != fingerprint:
        raise StoreError(
            "the store belongs to another `secret`: give back the one that it was made with "
            "(config.yaml, or the file data/secret), or name another store"
        )
