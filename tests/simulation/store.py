"""SQLite without a thread: each statement is carried out at once, between two points of a run.

SQLAlchemy's dialect speaks to it as to aiosqlite. The file, its locks and its transactions are
SQLite's own: what a dead process had not committed is gone, as after SIGKILL.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from sqlalchemy import event
from sqlalchemy.ext.asyncio import create_async_engine

from bot.storage import database, folder
from bot.storage.database import Database

Point = Callable[[str, str], Awaitable[None]]
"""Called with the kind of a point (`statement`, `commit`…) and `before` or `after` it."""


class Cursor:
    """A cursor of aiosqlite's shape."""

    def __init__(self, inner: sqlite3.Cursor, point: Point) -> None:
        self._inner = inner
        self._point = point
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        kind = "begin" if statement.startswith("BEGIN") else "statement"
        await self._point(kind, "before")
        self._inner.execute(statement, parameters)
        await self._point(kind, "after")
        return self

    async def executemany(self, statement: str, rows: Iterable[Sequence[Any]]) -> Self:
        await self._point("statement", "before")
        self._inner.executemany(statement, rows)
        await self._point("statement", "after")
        return self

    async def fetchone(self) -> Any:
        return self._inner.fetchone()

    async def fetchall(self) -> list[Any]:
        return self._inner.fetchall()

    async def close(self) -> None:
        self._inner.close()

    @property
    def description(self) -> Any:
        return self._inner.description

    @property
    def rowcount(self) -> int:
        return self._inner.rowcount

    @property
    def lastrowid(self) -> int | None:
        return self._inner.lastrowid


class _AtOnce:
    """The queue to aiosqlite's thread."""

    def put_nowait(self, order: tuple[asyncio.Future[Any], Callable[[], Any]]) -> None:
        future, act = order
        future.set_result(act())


class Connection:
    """A connection of aiosqlite's shape."""

    def __init__(self, conn: sqlite3.Connection, point: Point) -> None:
        self._conn = conn
        self._connection: sqlite3.Connection | None = self._conn
        self._tx = _AtOnce()
        self._point = point

    @property
    def isolation_level(self) -> str | None:
        return self._conn.isolation_level

    def cursor(self) -> Cursor:
        return Cursor(self._conn.cursor(), self._point)

    async def create_function(self, *names: Any, **how: Any) -> None:
        self._conn.create_function(*names, **how)

    async def execute(self, statement: str) -> Cursor:
        return await self.cursor().execute(statement)

    async def commit(self) -> None:
        await self._point("commit", "before")
        self._conn.commit()
        await self._point("commit", "after")

    async def rollback(self) -> None:
        self._conn.rollback()

    async def close(self) -> None:
        self._connection = None
        self._conn.close()

    def stop(self) -> None:
        self._connection = None
        self._conn.close()

    def die(self) -> None:
        """Undo what was not committed. To close is not enough while a cursor has rows left."""
        self._conn.rollback()
        self.stop()


class Store(Database):
    """A store whose statements are points. `die` is what the system does with a dead process."""

    def __init__(self, path: Path, point: Point, **how: Any) -> None:
        super().__init__(f"sqlite:///{path}", **how)
        self._point = point
        self._made: list[Connection] = []

    def _open_sqlite(self, path: Path, *, alone: bool) -> None:
        assert alone
        self._lock_file = folder.lock(path)
        self.journal.open()
        self._engine = self._inline(path, 1, database._sqlite_writer, database._begin_immediate)
        readers = database.READERS
        self._readers = self._inline(path, readers, database._sqlite_reader, database._begin)

    def _inline(self, path: Path, connections: int, introduce: Any, begin: Any) -> Any:
        async def connect() -> Connection:
            rows = sqlite3.connect(path, check_same_thread=False)
            self._made.append(Connection(rows, self._point))
            return self._made[-1]

        engine = create_async_engine(
            self._driver, async_creator=connect, pool_size=connections, max_overflow=0
        )
        event.listen(engine.sync_engine, "connect", introduce)
        event.listen(engine.sync_engine, "connect", _unsafe_and_fast)
        event.listen(engine.sync_engine, "begin", begin)
        return engine

    def die(self) -> None:
        """Let go of the file: what was not committed is undone, and the lock is free."""
        for connection in self._made:
            with suppress(sqlite3.Error):
                connection.die()
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None


def _unsafe_and_fast(connection: Any, _record: object) -> None:
    # No power is cut here: what a commit wrote is there for the next process.
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.close()
