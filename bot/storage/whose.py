"""Everything that is kept of one number, in every table: found by the number, slowly and surely.

Asked for by a person's export and by forgetting alone, so no index serves it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import MessageClass
from bot.storage.code_tables import code_sends, verifications, wrong_codes
from bot.storage.people_tables import (
    answers,
    consents,
    members,
    mirrored,
    stopped,
    subscribers,
)
from bot.storage.program_tables import deliveries
from bot.storage.schema import conversations, errands, events, inbox, outbox

Row = Mapping[str, Any]
OF_A_PERSON: Sequence[Table] = (
    *(inbox, outbox, conversations, subscribers, members, consents),
    *(answers, errands, events, deliveries, mirrored, stopped),
    *(verifications, code_sends, wrong_codes),
)
"""The tables in which something is kept of a person."""


DIGITS = 9
"""At the end of a number, by which it is known however its country is written."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All of it."""

    number: str
    """Or the pseudonym."""
    rows: Mapping[str, Sequence[Row]]
    """By table, in the order in which they were written; every table, also where it has none."""
    forwarded: Sequence[Row]
    """Messages to others, of the outbox, in which their texts were passed on."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is known of the number."""
        return not any(self.rows.values())


def is_of(table: Table, number: str) -> ColumnElement[bool]:
    """Ask for the rows of a number."""
    if table in {events, deliveries}:  # the conversation alone tells whose they are
        return table.c.conversation.endswith(f":{number}", autoescape=True)
    return table.c.number == number


async def gather(connection: AsyncConnection, number: str) -> Dossier:
    """Read all that is kept of a number."""
    rows: dict[str, Sequence[Row]] = {}
    for table in OF_A_PERSON:
        found = await connection.execute(
            select(table).where(is_of(table, number)).order_by(*table.primary_key)
        )
        rows[table.name] = [row._asdict() for row in found]
    theirs = {row["id"] for row in rows[inbox.name]}
    return Dossier(number, rows, await _forwarded(connection, theirs))


async def mentions(connection: AsyncConnection, person: Dossier) -> int:
    """Count what others texted, and were written, in which the number stands: that is theirs."""
    written = person.number[-DIGITS:]
    count = -sum(written in row["text"] for row in person.forwarded)
    for table in (inbox, outbox):
        found = await connection.scalar(
            select(func.count())
            .select_from(table)
            .where(table.c.text.contains(written), table.c.number != person.number)
        )
        count += found or 0
    return count


async def _forwarded(connection: AsyncConnection, texts: set[int]) -> list[Row]:
    """Find the messages to others that pass one of these texts on: their cause names it."""
    if not texts:
        return []
    passed_on = outbox.c.message_class == MessageClass.FORWARD.value
    causes = await connection.execute(select(outbox.c.id, outbox.c.cause).where(passed_on))
    ids = [row for row, cause in causes if inbound_of(cause) in texts]
    found = await connection.execute(
        select(outbox).where(outbox.c.id.in_(ids)).order_by(outbox.c.id)
    )
    return [row._asdict() for row in found]


def inbound_of(cause: str) -> int:
    """Read the text's id out of a cause, `inbound ID/…`; 0 where there is none."""
    named = cause.removeprefix("inbound ").split("/")[0]
    return int(named) if named.isdecimal() else 0
