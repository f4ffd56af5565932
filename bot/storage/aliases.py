"""Those who were forgotten stand in the store under their pseudonyms, and are still found."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.pseudonyms import MARK, Pseudonymous

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
