"""The statements that are PostgreSQL's own: what the played server does where they are asked.

They are known by what SQLAlchemy makes of them for SQLite, whose words are in the file.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from bot.storage import leases, turns
from tests.simulation.server import LeaseRow, Mode, Session

Rows = list[tuple[Any, ...]]
Act = Callable[[Session, Mapping[str, Any]], Awaitable[Rows]]
"""Gives what it selects, or a row for each that it changes."""


async def _alone(session: Session, _asked: Mapping[str, Any]) -> Rows:
    await session.lock("writers")
    return [("",)]


async def _beside(session: Session, _asked: Mapping[str, Any]) -> Rows:
    await session.lock("writers", Mode.SHARED)
    return [("",)]


async def _lock_people(session: Session, asked: Mapping[str, Any]) -> Rows:
    locked: Rows = []
    for key in asked["keys"]:
        if len(locked) == asked["most"]:
            break
        if session.server.try_lock(session, key, Mode.ALONE):
            locked.append((key,))
    return locked


async def _expect(session: Session, asked: Mapping[str, Any]) -> Rows:
    return [(row.token,) for row in await _ours(session, asked, Mode.SHARED)]


async def _declare(session: Session, asked: Mapping[str, Any]) -> Rows:
    name, server = asked["name"], session.server
    server.leases.setdefault(name, LeaseRow(name, until=server.now()))
    return []


async def _read(session: Session, asked: Mapping[str, Any]) -> Rows:
    rows, now = session.server.leases, session.server.now()
    found = sorted((rows[name].until, name) for name in asked["names"] if name in rows)
    return [(name, rows[name].holder, until - now, rows[name].told) for until, name in found]


async def _free(session: Session, asked: Mapping[str, Any]) -> Rows:
    row, name, now = session.server.leases[asked["name"]], asked["name"], session.server.now()
    is_free = row.holder == asked["holder"] or row.until <= now - asked["free"] / 1000
    if is_free and session.server.try_lock(session, ("lease", name), Mode.ALONE):
        return [(row.token,)]
    return []


async def _take(session: Session, asked: Mapping[str, Any]) -> Rows:
    row, until = session.server.leases[asked["name"]], _until(session, asked)
    taken = {"holder": asked["holder"], "token": row.token + 1, "until": until, "told": "{}"}
    session.changes.append((row, taken))
    return [(row.token + 1,)]


async def _renew(session: Session, asked: Mapping[str, Any]) -> Rows:
    found = await _ours(session, asked, Mode.RENEWED)
    renewed = {"until": _until(session, asked), "told": asked["told"]}
    session.changes += [(row, renewed) for row in found]
    return [(row.token,) for row in found]


async def _release(session: Session, asked: Mapping[str, Any]) -> Rows:
    found = await _ours(session, asked, Mode.RENEWED)
    session.changes += [(row, {"until": session.server.now()}) for row in found]
    return [(row.token,) for row in found]


async def _ours(session: Session, asked: Mapping[str, Any], mode: Mode) -> list[LeaseRow]:
    row = session.server.leases[asked["name"]]
    if row.token != asked["token"]:
        return []
    await session.lock(("lease", asked["name"]), mode)
    return [row] if row.token == asked["token"] else []  # who was waited for may have taken it


def _until(session: Session, asked: Mapping[str, Any]) -> float:
    return session.server.now() + float(asked["length"]) / 1000


@dataclass(frozen=True, slots=True)
class Served:
    """What is done, the names of its parameters in their order, and how many columns it gives."""

    act: Act
    names: Sequence[str]
    columns: int


def _prepared(statement: ClauseElement, act: Act, columns: int) -> tuple[str, Served]:
    compiled = statement.compile(dialect=sqlite.dialect(paramstyle="qmark"))
    assert isinstance(compiled, SQLCompiler)
    return compiled.string, Served(act, compiled.positiontup or (), columns)


SERVED = dict(
    _prepared(statement, act, columns)
    for statement, act, columns in (
        (turns._LOCK[turns.Turn.ALONE], _alone, 1),
        (turns._LOCK[turns.Turn.BESIDE], _beside, 1),
        (turns._LOCK_PEOPLE, _lock_people, 1),
        (leases._EXPECT, _expect, 1),
        (leases._DECLARE, _declare, 0),
        (leases._READ, _read, 4),
        (leases._FREE, _free, 1),
        (leases._TAKE, _take, 1),
        (leases._RENEW, _renew, 0),
        (leases._RELEASE, _release, 0),
    )
)
"""By its words."""
