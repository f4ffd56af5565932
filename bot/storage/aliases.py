"""Those who were forgotten stand in the store under their pseudonyms, and are still found."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.pseudonyms import MARK, Pseudonymous
from bot.storage.people_tables import forgotten

AT_ONCE = 500
"""Names in one statement."""
PSEUDONYM = "pseudonym"
"""Under which a connection knows how pseudonyms are made."""


def pseudonym_of(connection: AsyncConnection, number: str) -> str:
    """Give the pseudonym of a number, by the key of this store."""
    make: Pseudonymous = connection.info[PSEUDONYM]
    return make(number)


def aliases(connection: AsyncConnection, numbers: Collection[str]) -> dict[str, str]:
    """Give pseudonym to number, of these numbers; of what is a pseudonym already, nothing."""
    return {
        pseudonym_of(connection, number): number
        for number in numbers
        if not number.startswith(MARK)
    }


async def forgotten_at(
    connection: AsyncConnection, numbers: Collection[str]
) -> dict[str, datetime]:
    """Read which of these numbers were forgotten, and when."""
    hidden = aliases(connection, numbers)
    names = list(hidden)
    found: dict[str, datetime] = {}
    for start in range(0, len(names), AT_ONCE):
        rows = await connection.execute(
            select(forgotten.c.number, forgotten.c.forgotten_at).where(
                forgotten.c.number.in_(names[start : start + AT_ONCE])
            )
        )
        found.update({hidden[row.number]: row.forgotten_at for row in rows})
    return found
