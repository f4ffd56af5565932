"""Who opted out or in, of everybody; and taking back what waits for those who opted out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errands import ErrandKind
from bot.storage import errands as errand_rows, outbox as outbox_rows, subscribers as people
from bot.storage.code_tables import code_sends, verifications, wrong_codes
from bot.storage.people_tables import consents, members, mirrored, stopped, subscribers
from bot.storage.schema import conversations, errands, inbox, outbox

NUMBERED = (
    *(subscribers, members, consents, mirrored, stopped),
    *(conversations, inbox, outbox, errands),
    *(verifications, code_sends, wrong_codes),
)
"""The tables in which a number may stand that stands in no other."""
TO_THE_PERSON = (ErrandKind.LATER, ErrandKind.LOOKUP, ErrandKind.AGAIN)
"""Errands that end in something being said to the person. A mail is for the operator."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands who once opted out or in."""

    number: str
    """Or the pseudonym."""
    opted_out: bool
    changed_at: datetime


async def standings(connection: AsyncConnection) -> list[Standing]:
    """Read how everybody stands who opted out or in."""
    found = await connection.execute(
        select(subscribers.c.number, subscribers.c.opted_out, subscribers.c.changed_at).where(
            subscribers.c.changed_at.is_not(None)
        )
    )
    return [Standing(*row) for row in found]


async def known_numbers(connection: AsyncConnection) -> set[str]:
    """Name every number that stands anywhere in the store. Reads much: for rare occasions."""
    found: set[str] = set()
    for table in NUMBERED:
        found.update(await connection.scalars(select(table.c.number).distinct()))
    return found


async def let_go(
    connection: AsyncConnection,
    numbers: Collection[str],
    now: datetime,
    *,
    but: Collection[str] = (),
) -> None:
    """Take back whatever waits for numbers that opted out, on every gateway.

    `but`: conversations that the caller writes itself.
    """
    await outbox_rows.suppress(connection, numbers, now)
    await people.end_conversations(connection, numbers, but=but)
    await errand_rows.cancel(connection, TO_THE_PERSON, now, numbers=numbers, begun=True)
