"""What PostgreSQL does for several daemons, as far as they can tell: its locks and its patience.

Their rows are in one SQLite file, which has one writer. So a transaction reads what is committed,
statement by statement, as PostgreSQL's READ COMMITTED does, and holds the pen from its first
change on until it ends: whoever wants to change something meanwhile waits. Less happens at once
than there, and nothing that could not happen there. Leases, and the locks of people and of
transactions, are modelled here as PostgreSQL has them; nobody waits for them but who would there.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from enum import IntEnum
from itertools import count
from random import Random
from typing import Any

from bot.storage import postgresql
from bot.storage.errors import StoreInUse
from tests.simulation.loop import Life, Loop

KEPT_ALIVE = 60.0
"""Seconds after which the server lets go of a machine of which it hears nothing."""
LOOKS = 0.5
"""Seconds between two looks at who is silent."""
LOST, LATE = 0.2, (0.0, 0.0, 0.01, 0.01, 3.0)
"""How many hints are lost, and by how many seconds the others are late at most."""
AWAY = 0.004
"""Seconds to the server and back, at most: meanwhile others come to do something."""
PEN = "pen"


class Mode(IntEnum):
    """How strongly something is locked. Of a row: key share, no key update, update."""

    SHARED = 1
    RENEWED = 2
    ALONE = 3


BESIDE = {(Mode.SHARED, Mode.SHARED), (Mode.SHARED, Mode.RENEWED), (Mode.RENEWED, Mode.SHARED)}


class Ended(sqlite3.OperationalError):
    """The server has ended the connection. SQLAlchemy knows it by its words, we by its number."""

    def __init__(self, sqlstate: str) -> None:
        super().__init__("no active connection: played")
        self.sqlstate = sqlstate


@dataclass(slots=True)
class LeaseRow:
    """A row of `leases`, as it is committed. `until` is in the server's seconds."""

    name: str
    holder: str = ""
    token: int = 0
    until: float = 0.0
    told: str = "{}"


@dataclass(eq=False, slots=True)
class Session:
    """A connection, as the server has it."""

    server: Server
    life: Life
    rows: sqlite3.Connection
    writes: bool
    instance: str = ""
    """Whose lock it holds for as long as it lasts."""
    in_transaction: bool = False
    silent_since: float | None = None
    """None: something is asked of the server, and not answered yet."""
    changes: list[tuple[LeaseRow, Mapping[str, Any]]] = field(default_factory=list)
    """Of leases: what is to be seen by others once it is committed."""
    orphaned: bool = False
    ended: str = ""
    """Why, as an SQLSTATE."""

    async def travel(self) -> None:
        """Get to the server, or back from it. Raises `Ended`."""
        now = self.server.now()
        await asyncio.sleep(max(self.server.chance(AWAY), self.life.cut_until - now))
        if self.writes and self.server.now() - now > postgresql.FROZEN_SECONDS:
            self.end("57P01")  # what it said to us was acknowledged by nobody
        if self.ended:
            raise Ended(self.ended)

    async def lock(self, what: Hashable, mode: Mode = Mode.ALONE) -> None:
        """Wait for a lock, which lasts until the transaction ends. Raises `Ended`."""
        while not self.server.try_lock(self, what, mode):
            await self.server.change()
            if self.ended:
                raise Ended(self.ended)

    async def take_pen(self) -> None:
        """Be who changes rows from now on."""
        holder = self.server.holder(PEN)
        if holder is self:
            return
        assert holder is None or holder.life is not self.life, "it would wait for itself for ever"
        await self.lock(PEN)
        self.rows.execute("BEGIN IMMEDIATE")

    def commit(self) -> None:
        """What was changed is there from now on."""
        self.rows.commit()
        for row, values in self.changes:
            if "holder" in values:
                self.server.tell(f"{values['holder']} takes {row.name}")
            for name, value in values.items():
                setattr(row, name, value)
        self._over()

    def rollback(self) -> None:
        """Nothing was changed."""
        self.rows.rollback()
        self._over()

    def _over(self) -> None:
        self.changes.clear()
        self.in_transaction = False
        self.server.let_go(self)

    def close(self) -> None:
        """End it from our side; the server hears of it when it can."""
        self.orphaned = True
        if self.life.cut_until <= self.server.now():
            self.end("57P01")

    def end(self, why: str) -> None:
        """End the connection: what was not committed is undone, its locks are free."""
        if not self.ended:
            self.ended = why
            with suppress(sqlite3.Error):
                self.rollback()
            self.rows.close()
            self.server.forget(self)


class Server:
    """One for all machines of a run. `watch` is to go on all the time, as nobody's process."""

    def __init__(self, loop: Loop, dice: Random, tell: Callable[[str], None]) -> None:
        self.tell = tell
        self._loop = loop
        self._dice = dice
        self.leases: dict[str, LeaseRow] = {}
        self._sessions: list[Session] = []
        self._locks: dict[Hashable, dict[Session, Mode]] = {}
        self._waiting: list[asyncio.Future[None]] = []
        self._listeners: list[Listener] = []
        self._pids = count(1)

    def now(self) -> float:
        """Seconds by the server's clock, which is nobody's."""
        return self._loop.time()

    async def connect(
        self, life: Life, rows: Callable[[], sqlite3.Connection], *, writes: bool, instance: str
    ) -> Session:
        """Give a connection; with `instance`, the only one of that name."""
        await self.reach(life)
        end = self.now() + postgresql.PATIENCE_SECONDS
        while instance and any(one.instance == instance for one in self._sessions):
            if self.now() > end:
                raise StoreInUse("another textobot works with a copy of this data folder")
            await asyncio.sleep(postgresql.BETWEEN_SECONDS)
        self._sessions.append(Session(self, life, rows(), writes, instance))
        return self._sessions[-1]

    async def reach(self, life: Life) -> None:
        """Make a connection. Raises `StoreBroken` where that takes too long."""
        left = life.cut_until - self.now()
        if left > 0:
            await asyncio.sleep(min(left, postgresql.CONNECT_SECONDS))
        if left > postgresql.CONNECT_SECONDS:
            raise postgresql.broken(TimeoutError())

    def bury(self, life: Life) -> None:
        """Notice that a process is gone: at once, or when its machine can be heard again."""
        self._listeners = [one for one in self._listeners if one.life is not life]
        for session in [one for one in self._sessions if one.life is life]:
            session.close()

    async def watch(self) -> None:
        """End whoever is silent for too long."""
        while True:
            await asyncio.sleep(LOOKS)
            self._look()

    def _look(self) -> None:
        now = self.now()
        for one in list(self._sessions):
            silent = one.writes and one.in_transaction and one.silent_since is not None
            if silent and now - (one.silent_since or now) > postgresql.FROZEN_SECONDS:
                one.end("25P03")
            elif one.life.cut_until <= now:
                if one.orphaned:
                    one.end("57P01")
            elif now - one.life.cut_at > KEPT_ALIVE:
                one.end("57P01")

    # --- locks -----------------------------------------------------------------------------------

    def holder(self, what: Hashable) -> Session | None:
        """Say who has a lock that one can have."""
        return next(iter(self._locks.get(what, {})), None)

    def try_lock(self, session: Session, what: Hashable, mode: Mode) -> bool:
        """Lock it, unless that would have to be waited for."""
        holders = self._locks.setdefault(what, {})
        others = (has for one, has in holders.items() if one is not session)
        if any((mode, has) not in BESIDE for has in others):
            return False
        holders[session] = max(mode, holders.get(session, mode))
        return True

    def let_go(self, session: Session) -> None:
        """Let others have what a transaction had locked."""
        for holders in self._locks.values():
            holders.pop(session, None)
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            if not one.done():
                one.set_result(None)

    async def change(self) -> None:
        """Wait until a lock may be free."""
        self._waiting.append(self._loop.create_future())
        await self._waiting[-1]

    def forget(self, session: Session) -> None:
        """It is not connected any more."""
        self._sessions.remove(session)

    # --- hints -----------------------------------------------------------------------------------

    def listen(self, life: Life) -> Listener:
        """Give a connection that listens and tells."""
        self._listeners.append(Listener(self, life, next(self._pids)))
        return self._listeners[-1]

    def notify(self, by: Listener, name: str) -> None:
        """Tell all that listen, in their own time, if they hear it at all."""
        for one in self._listeners:
            lost = self._dice.random() < LOST or one.life.cut_until > self.now()
            if not lost and one.hear is not None:
                late = self.chance(self._dice.choice(LATE))
                self._loop.call_later(late, one.hear, one, by.pid, "", name, context=one.context)

    def chance(self, most: float) -> float:
        """Draw how many seconds something takes."""
        return self._dice.uniform(0, most)


class Listener:
    """What `bot.storage.hints` asks of asyncpg's connection."""

    def __init__(self, server: Server, life: Life, pid: int) -> None:
        self._server = server
        self.life = life
        self.pid = pid
        self.hear: Callable[..., None] | None = None
        self.context: Context = copy_context()

    async def add_listener(self, _channel: str, hear: Callable[..., None]) -> None:
        self.hear = hear

    async def execute(self, _tell: str, _channel: str, names: list[str]) -> None:
        await self._server.reach(self.life)
        for name in names:
            self._server.notify(self, name)

    def get_server_pid(self) -> int:
        return self.pid

    def is_closed(self) -> bool:
        return self.hear is None

    def terminate(self) -> None:
        self.hear = None
