"""Who is on a list: looked at list by list, beside what each text asks of its own person.

A membership whose time is over is none, whether it was ended yet or not.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.many import INSERT, Insert, Many
from bot.storage.people_tables import members, subscribers


@dataclass(frozen=True, slots=True)
class Member:
    """A membership, also one that is over."""

    number: str
    list: str
    gateway: str
    """Where the person joined; empty: by no text."""
    language: str
    """Spoken at the joining; empty: not known."""
    cause: str
    joined_at: datetime
    left_at: datetime | None
    ends_at: datetime | None
    opted_out: bool = False
    """Nothing is sent, although the membership is there."""

    def lasts(self, now: datetime) -> bool:
        """Tell whether the person is on the list now."""
        return self.left_at is None and (self.ends_at is None or now < self.ends_at)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many are on a list, and what moved lately."""

    list: str
    members: int
    opted_out: int
    """Of the members: nothing is sent to them."""
    joined: int
    left: int


COLUMNS = ("number", "list", "gateway", "language", "cause", "joined_at", "left_at", "ends_at")


def holds(now: datetime) -> ColumnElement[bool]:
    """Ask for memberships that are not over."""
    ends = members.c.ends_at
    return members.c.left_at.is_(None) & or_(ends.is_(None), ends > now)


async def ended(connection: AsyncConnection, now: datetime, limit: int) -> list[Member]:
    """Find memberships whose time is over and that nobody has ended yet, the oldest first."""
    found = await connection.execute(_ended(), {"now": now, "limit": limit})
    return [_member(row) for row in found]


@cache
def _ended() -> Select[Any]:
    ends = members.c.ends_at
    return (
        select(*(members.c[name] for name in COLUMNS))
        .where(ends.is_not(None), ends <= bindparam("now"), members.c.left_at.is_(None))
        .order_by(ends)
        .limit(bindparam("limit", type_=Integer))
    )


async def page(
    connection: AsyncConnection, of_list: str, now: datetime, *, after: str = "", limit: int
) -> list[Member]:
    """Read who is on a list, in the order of their numbers, from after a number on."""
    found = await connection.execute(
        _with_standing()
        .where(members.c.list == of_list, members.c.number > after, holds(now))
        .order_by(members.c.number)
        .limit(limit)
    )
    return [_member(row) for row in found]


async def find(
    connection: AsyncConnection, of_list: str, numbers: Collection[str]
) -> dict[str, Member]:
    """Read the memberships of these numbers in a list, those that are over too."""
    found = await connection.execute(
        _with_standing().where(members.c.list == of_list, members.c.number.in_(numbers))
    )
    return {row.number: _member(row) for row in found}


async def was_any(connection: AsyncConnection, of_list: str) -> bool:
    """Tell whether anybody was ever on a list."""
    found = select(members.c.number).where(members.c.list == of_list).limit(1)
    return await connection.scalar(found) is not None


async def enrol(connection: AsyncConnection, rows: Sequence[Member]) -> None:
    """Put people on a list who did not text; where they texted before, and in what, is kept."""
    await _enrol(connection, [{name: getattr(one, name) for name in COLUMNS} for one in rows])


def _enrolling(store: str) -> Insert:
    row = INSERT[store](members).values({name: bindparam(name) for name in COLUMNS})
    told = {name: row.excluded[name] for name in ("cause", "joined_at", "left_at", "ends_at")}
    said = row.excluded.language
    language = case((said != literal_column("''"), said), else_=members.c.language)
    return row.on_conflict_do_update(
        index_elements=["number", "list"], set_=told | {"language": language}
    )


_enrol = Many(_enrolling)


async def tally(connection: AsyncConnection, now: datetime, since: datetime) -> Sequence[Tally]:
    """Count each list that somebody was ever on; what moved is counted from `since` on."""
    out = subscribers.c.opted_out
    found = await connection.execute(
        select(
            members.c.list,
            func.sum(case((holds(now), 1), else_=0)),
            func.sum(case((holds(now) & out.is_(True), 1), else_=0)),
            func.sum(case((holds(now) & (members.c.joined_at >= since), 1), else_=0)),
            func.sum(case((members.c.left_at >= since, 1), else_=0)),
        )
        .outerjoin(subscribers, subscribers.c.number == members.c.number)
        .group_by(members.c.list)
        .order_by(members.c.list)
    )
    return [Tally(name, *(int(count) for count in counts)) for name, *counts in found]


def _with_standing() -> Select[Any]:
    out = func.coalesce(subscribers.c.opted_out, False).label("opted_out")
    return select(*(members.c[name] for name in COLUMNS), out).outerjoin(
        subscribers, subscribers.c.number == members.c.number
    )


def _member(row: Row[Any]) -> Member:
    known = row._asdict()
    return Member(**known | {"opted_out": bool(known.get("opted_out", False))})
