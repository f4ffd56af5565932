"""Forgetting: words after their time, rows once no gateway can list them any more.

What is nothing but words goes with them: answers, what the operator's programs were told, errands
that are done. What is still to do is kept. Verifications have a time of their own. Memberships
that ended, and what was spent, go with what tells who did what.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, delete, exists, or_, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.deliveries import DeliveryStatus
from bot.core.errands import TO_DO
from bot.core.messages import InboundStatus, MessageClass
from bot.core.verification import State
from bot.storage.code_tables import code_sends, verifications, wrong_codes
from bot.storage.columns import STILL_OPEN, has_status, is_told
from bot.storage.people_tables import answers, members, stopped
from bot.storage.program_tables import deliveries
from bot.storage.schema import errands, events, feeds, inbox, is_followed, outbox, spent

AT_ONCE = 1000
"""Rows in one transaction: the writer is not held for long."""
SETTLED: Mapping[Table, ColumnElement[bool]] = {
    inbox: ~has_status(inbox, InboundStatus.NEW),
    outbox: ~has_status(outbox, *STILL_OPEN),
}
WRITTEN: Mapping[Table, ColumnElement[datetime]] = {
    inbox: inbox.c.received_at,
    outbox: outbox.c.created_at,
}
WORDS_ALONE: Mapping[Table, ColumnElement[bool]] = {
    answers: true(),
    # A program is still to be told of it.
    events: events.c.id.not_in(
        select(deliveries.c.event).where(has_status(deliveries, DeliveryStatus.WAITING))
    ),
    deliveries: ~has_status(deliveries, DeliveryStatus.WAITING),
    errands: ~has_status(errands, *TO_DO),
}
SINCE: Mapping[Table, ColumnElement[datetime]] = {
    answers: answers.c.answered_at,
    events: events.c.created_at,
    deliveries: deliveries.c.status_at,
    errands: errands.c.status_at,
}

CODES_ALONE: Mapping[Table, tuple[ColumnElement[bool], ColumnElement[datetime]]] = {
    verifications: (~has_status(verifications, State.PENDING), verifications.c.created_at),
    code_sends: (true(), code_sends.c.at),
}

UNLISTED: Mapping[Table, ColumnElement[bool]] = {
    # A campaign that is followed lists its answers for ever: without their rows they would be new.
    inbox: ~exists().where(
        feeds.c.gateway == inbox.c.gateway,
        feeds.c.reference == inbox.c.reference,
        is_told(feeds.c.reference),
        is_followed(),
    ),
    outbox: true(),
}


@dataclass(frozen=True, slots=True)
class Old:
    """Rows that are to be forgotten."""

    wordy: Mapping[Table, Sequence[int]]
    """Their words go; a gateway that lists such a text again is not answered again (INV-27)."""
    dead: Mapping[Table, Sequence[int | str]]
    """They go."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is older than these instants is not kept."""

    texts: datetime
    rows: datetime
    """Of texts and messages, once no gateway can list them any more."""
    codes: datetime
    """Verifications, and the words of messages in which a code stood."""
    audit: datetime


async def find(connection: AsyncConnection, before: Before) -> Old:
    """Look for a batch of what is older than that. Reads only: it may have to look at much."""
    wordy: dict[Table, Sequence[int]] = {}
    dead: dict[Table, Sequence[int | str]] = {}
    for table, settled in SETTLED.items():
        rows = select(table.c.id).where(settled).order_by(table.c.id).limit(AT_ONCE)
        words = rows.where(_is_old(table, before), table.c.text != "")
        wordy[table] = (await connection.scalars(words)).all()
        gone = rows.where(WRITTEN[table] < before.rows, UNLISTED[table])
        dead[table] = (await connection.scalars(gone)).all()
    for table, settled in WORDS_ALONE.items():
        rows = select(table.c.id).where(settled, SINCE[table] < before.texts)
        oldest = rows.order_by(table.c.id).limit(AT_ONCE)
        dead[table] = (await connection.scalars(oldest)).all()
    for table, (settled, since) in CODES_ALONE.items():
        rows = select(table.c.id).where(settled, since < before.codes).limit(AT_ONCE)
        dead[table] = (await connection.scalars(rows)).all()
    return Old(wordy, dead)


def _is_old(table: Table, before: Before) -> ColumnElement[bool]:
    """Ask for rows whose words are past their time."""
    old = WRITTEN[table] < before.texts
    if table is not outbox:
        return old
    code = table.c.message_class == MessageClass.VERIFICATION.value
    return or_(old, and_(code, WRITTEN[table] < before.codes))


async def forget_past(connection: AsyncConnection, before: datetime, day: str) -> int:
    """Delete memberships that ended before, who could not be reached then, and what was spent
    before a day; say how many.

    Few rows, in one go. That somebody was a member stays proved by the ledger of consent.
    """
    ended = delete(members).where(members.c.left_at < before)
    unreachable = delete(stopped).where(stopped.c.noted_at < before)
    old = delete(spent).where(spent.c.day < day)
    every = (ended, unreachable, old)
    return sum([(await connection.execute(one)).rowcount for one in every])


async def forget_wrong_codes(connection: AsyncConnection, before: datetime) -> int:
    """Delete the counts of numbers that sent no wrong code since; say how many."""
    gone = delete(wrong_codes).where(wrong_codes.c.last_at < before)
    return (await connection.execute(gone)).rowcount


async def forget(connection: AsyncConnection, old: Old) -> int:
    """Forget what was found; say how many rows were touched."""
    done = 0
    for table, ids in old.wordy.items():
        if ids:
            blank = update(table).where(table.c.id.in_(ids)).values(text="")
            done += (await connection.execute(blank)).rowcount
    for table, rows in old.dead.items():
        if rows:
            gone = delete(table).where(table.c.id.in_(rows))
            done += (await connection.execute(gone)).rowcount
    return done
