"""Whose turn it is to write, where several instances share a PostgreSQL.

Nobody writes beside who writes alone, in whatever instance. Those who write beside one another
have locked what they read before they change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from hashlib import blake2b

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.pseudonyms import is_pseudonym
from bot.storage.aliases import pseudonym_of

SHARED = "shared"
"""Under which a connection knows whether other instances may write to its store."""
WRITERS = 7468_2028
"""The lock of all transactions that write: shared by those that write beside others."""


class Turn(Enum):
    """How a transaction writes."""

    ALONE = "alone"
    """As on SQLite: what it reads nobody changes before it has ended."""
    BESIDE = "beside"
    """Beside those of other instances: what it reads and changes it has locked, or has a lease."""
    ASIDE = "aside"
    """On another connection, while this process writes on its own: one statement or two."""


async def wait_for(connection: AsyncConnection, turn: Turn) -> None:
    """Wait for one's turn, which lasts until the transaction ends."""
    if turn is not Turn.ASIDE:
        await connection.execute(_LOCK[turn], {"lock": WRITERS})


def is_shared(connection: AsyncConnection) -> bool:
    """Tell whether other instances may write to this store."""
    return bool(connection.info[SHARED])


async def lock_people(
    connection: AsyncConnection, numbers: Sequence[str], *, most: int | None = None
) -> list[str]:
    """Lock people until the transaction ends, as far as nobody else has; give those locked.

    In this order, and `most` at most. A person is one whatever the gateway, and one with the
    pseudonym that stands for a number which was forgotten.
    """
    keys = {_key(connection, number): number for number in numbers}
    locked = await connection.scalars(_LOCK_PEOPLE, {"keys": list(keys), "most": most})
    return [keys[key] for key in locked]


def _key(connection: AsyncConnection, number: str) -> int:
    name = number if is_pseudonym(number) else pseudonym_of(connection, number)
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)


_LOCK = {
    Turn.ALONE: text("SELECT pg_advisory_xact_lock(:lock)"),
    Turn.BESIDE: text("SELECT pg_advisory_xact_lock_shared(:lock)"),
}
# Nothing sorts here, so the limit ends the trying: no more are locked than are given.
_LOCK_PEOPLE = text(
    "SELECT key FROM unnest(CAST(:keys AS bigint[])) AS key "
    "WHERE pg_try_advisory_xact_lock(key) LIMIT CAST(:most AS bigint)"
)
