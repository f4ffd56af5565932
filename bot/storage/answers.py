"""What rules captured, kept to be counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, false, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.many import INSERT, Many
from bot.storage.schema import answers

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


async def rules(connection: AsyncConnection) -> list[str]:
    """Name the rules that have answers."""
    return list(
        await connection.scalars(select(answers.c.rule).distinct().order_by(answers.c.rule))
    )
