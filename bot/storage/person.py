"""What is kept of one number, for an operator who looks at it or sets it free.

Everything is found by conversation, which has an index in every table; a number alone has none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, literal, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errands import TO_DO, ErrandKind
from bot.core.messages import InboundStatus
from bot.storage.columns import has_status
from bot.storage.outbox import ALONE
from bot.storage.schema import conversations, errands, inbox, outbox


@dataclass(frozen=True, slots=True)
class Line:
    """A text of theirs, or a message of ours."""

    at: datetime
    """By our clock: when it was read, or decided."""
    ours: bool
    id: int
    """In the inbox, or in the outbox."""
    text: str
    status: str
    reason: str
    """Why a text of theirs got this status, one of `REASONS`; what is wrong with one of ours."""
    rule: str
    segments: int | None = None
    """Of a message of ours, as the gateway counts them; None: it did not say."""
    code: str = ""
    """Of a message of ours that has its last word: the gateway's own."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An errand that is not done yet."""

    kind: str
    status: str
    due_at: datetime
    rule: str
    inbound: int
    """The text that asked for it."""
    error: str
    """Why it was put off, if it was."""


async def known(connection: AsyncConnection, keys: Collection[str]) -> set[str]:
    """Say in which of these conversations anything was ever said or noted."""
    found: set[str] = set()
    for column in (conversations.c.key, inbox.c.conversation, outbox.c.conversation):
        rows = select(column).where(column.in_(keys)).distinct()
        found.update(await connection.scalars(rows))
    return found


async def lines(connection: AsyncConnection, key: str, limit: int) -> list[Line]:
    """Read what was said last in a conversation, by either side, oldest first."""
    theirs = select(
        *(inbox.c.received_at, inbox.c.id, inbox.c.text, inbox.c.status),
        *(inbox.c.reason, inbox.c.rule, null(), literal("")),
    ).where(inbox.c.conversation == key)
    ours = select(
        *(outbox.c.created_at, outbox.c.id, outbox.c.text, outbox.c.status),
        *(outbox.c.error, outbox.c.rule, outbox.c.segments, outbox.c.code),
    ).where(outbox.c.conversation == key)
    found: list[Line] = []
    for rows, table in ((theirs, inbox), (ours, outbox)):
        newest = rows.order_by(table.c.id.desc()).limit(limit)
        for at, row, text, status, reason, rule, counted, code in await connection.execute(newest):
            told = (status, reason or "", rule or "", counted, "" if code == ALONE else code)
            found.append(Line(at, table is outbox, row, text, *told))
    return sorted(found, key=lambda line: (line.at, line.ours, line.id))[-limit:]


async def waiting(connection: AsyncConnection, key: str) -> list[Waiting]:
    """Read what is still to be done for a conversation, in the order in which it is due."""
    found = await connection.execute(
        select(
            *(errands.c.kind, errands.c.status, errands.c.due_at, errands.c.rule),
            *(errands.c.inbound, errands.c.error),
        )
        .where(
            errands.c.conversation == key,
            has_status(errands, *TO_DO),
            errands.c.kind != ErrandKind.CARRY.value,  # of the number, not of what is said
        )
        .order_by(errands.c.due_at, errands.c.id)
    )
    return [Waiting(*row) for row in found]


async def parked(connection: AsyncConnection, keys: Collection[str]) -> list[int]:
    """Name the parked texts of these conversations, oldest first."""
    found = await connection.scalars(
        select(inbox.c.id)
        .where(inbox.c.conversation.in_(keys), has_status(inbox, InboundStatus.PARKED))
        .order_by(inbox.c.id)
    )
    return list(found)


async def decide_anew(connection: AsyncConnection, ids: Sequence[int]) -> None:
    """Put parked texts back among the new ones, with those that were read as one with them.

    What a process died on is decided alone, as before.
    """
    deadly = select(inbox.c.id).where(inbox.c.id.in_(ids), inbox.c.reason == "died")
    alone = set(await connection.scalars(deadly))
    with_them = await _joined(connection, ids)
    for which, attempts in ((alone, 1), ({*ids, *with_them} - alone, 0)):
        await connection.execute(
            update(inbox)
            .where(
                inbox.c.id.in_(which),
                or_(has_status(inbox, InboundStatus.PARKED), inbox.c.reason == "joined"),
            )
            .values(
                status=InboundStatus.NEW.value,
                attempts=attempts,
                again=True,
                detail=null(),
                **dict.fromkeys(("handled_at", "reason", "rule", "words")),
            )
        )


async def _joined(connection: AsyncConnection, ids: Sequence[int]) -> list[int]:
    """Name the texts that were read as one with these."""
    theirs = select(inbox.c.conversation).where(inbox.c.id.in_(ids)).distinct()
    found = await connection.execute(
        select(inbox.c.id, inbox.c.detail).where(
            inbox.c.conversation.in_(theirs.scalar_subquery()), inbox.c.reason == "joined"
        )
    )
    return [row for row, detail in found if detail and detail.get("to") in ids]


async def last_texts(connection: AsyncConnection, keys: Collection[str]) -> dict[str, datetime]:
    """Say when each of these conversations had its last text, as far as texts are kept."""
    found = await connection.execute(
        select(inbox.c.conversation, func.max(inbox.c.sent_at))
        .where(inbox.c.conversation.in_(keys))
        .group_by(inbox.c.conversation)
    )
    return {row[0]: row[1] for row in found}
