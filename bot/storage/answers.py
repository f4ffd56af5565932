"""What rules captured, kept to be counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, false, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.many import INSERT, Many
from bot.storage.people_tables import answers

COLUMNS = ["conversation", "gateway", "number", "rule", "inbound", "answered_at", "captured"]


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer that is to be kept."""

    conversation: str
    gateway: str
    number: str
    rule: str
    inbound: int
    answered_at: datetime
    captured: Mapping[str, str | int]
    once: bool
    """It takes the place of the number's earlier one."""


async def keep(connection: AsyncConnection, kept: Sequence[Kept]) -> None:
    """Write answers down, in this order."""
    for one in kept:
        if one.once:
            await connection.execute(
                update(answers)
                .where(
                    answers.c.number == one.number,
                    answers.c.rule == one.rule,
                    answers.c.counts.is_(true()),
                )
                .values(counts=false())
            )
        row = {name: getattr(one, name) for name in COLUMNS} | {"counts": True}
        await _keep(connection, [row | {"captured": dict(one.captured)}])


_keep = Many(
    lambda store: INSERT[store](answers).values(
        {name: bindparam(name) for name in (*COLUMNS, "counts")}
    )
)


async def read(
    connection: AsyncConnection, rule: str, *, since: datetime | None = None
) -> list[Mapping[str, Any]]:
    """Read the answers to a rule, oldest first, with those that do not count any more."""
    wanted = select(answers).where(answers.c.rule == rule).order_by(answers.c.id)
    if since is not None:
        wanted = wanted.where(answers.c.answered_at >= since)
    return [row._asdict() for row in await connection.execute(wanted)]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a rule was answered."""

    rule: str
    count: int
    """Answers that count."""
    replaced: int
    """Those that a newer one of the same number took the place of."""
    newest: datetime


async def tally(connection: AsyncConnection) -> list[Tally]:
    """Count the answers of each rule that has any."""
    counting = func.sum(case((answers.c.counts.is_(true()), 1), else_=0))
    newest = func.max(answers.c.answered_at, type_=answers.c.answered_at.type)
    found = await connection.execute(
        select(answers.c.rule, counting, func.count() - counting, newest)
        .group_by(answers.c.rule)
        .order_by(answers.c.rule)
    )
    return [Tally(rule, int(count), int(gone), last) for rule, count, gone, last in found]


async def of_text(
    connection: AsyncConnection, number: str, inbound: int
) -> list[Mapping[str, Any]]:
    """Read the answers that a text of this number gave."""
    found = await connection.execute(
        select(answers)
        .where(answers.c.number == number, answers.c.inbound == inbound)
        .order_by(answers.c.id)
    )
    return [row._asdict() for row in found]
