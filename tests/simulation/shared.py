"""A store of several machines: `Database` takes it for one in PostgreSQL, and it is SQLite's file.

Each connection is one of the played server: what it locks and waits for is `server`'s, and what
only PostgreSQL can be asked is `served`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Self

from sqlalchemy import event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.storage import database
from bot.storage.database import Database
from bot.storage.folder import lock, name_of
from tests.simulation.loop import Life
from tests.simulation.served import SERVED
from tests.simulation.server import Ended, Server, Session
from tests.simulation.store import Connection, Cursor, Point, _unsafe_and_fast

LOCKS = "FOR UPDATE"
CHANGES = ("INSERT", "UPDATE", "DELETE", "REPLACE", "WITH")
Parameters = Sequence[Any]


class _Compiler(SQLiteCompiler):
    """Says which statements lock the rows that they read; SQLite is not told."""

    def for_update_clause(self, select: Any, **_how: Any) -> str:
        return f" /* {LOCKS} */" if select._for_update_arg is not None else ""


class SharedCursor(Cursor):
    """A cursor of aiosqlite's shape, at the played server."""

    def __init__(self, session: Session, point: Point) -> None:
        super().__init__(session.rows.cursor(), point)
        self._session = session
        self._served: list[tuple[Any, ...]] | None = None
        self._columns = 0

    async def execute(self, statement: str, parameters: Parameters = ()) -> Self:
        kind = "begin" if statement.startswith("BEGIN") else "statement"
        await self._asked(kind, statement, [parameters], partial(self._run, statement, parameters))
        return self

    async def executemany(self, statement: str, rows: Iterable[Parameters]) -> Self:
        rows = list(rows)
        run = partial(self._inner.executemany, statement, rows)
        await self._asked("statement", statement, rows, run)
        return self

    def _run(self, statement: str, parameters: Parameters) -> None:
        if not (self._session.writes and statement.startswith("BEGIN")):
            self._inner.execute(statement, parameters)

    async def _asked(
        self, kind: str, statement: str, rows: Sequence[Parameters], run: Any
    ) -> None:
        session = self._session
        await self._point(kind, "before")
        await session.travel()
        session.silent_since = None
        if kind == "begin":
            session.in_transaction = True
        if statement in SERVED:
            await self._serve(statement, rows)
        else:
            if statement.startswith(CHANGES) or LOCKS in statement:
                await session.take_pen()
            run()
        session.silent_since = session.server.now()
        await session.travel()
        await self._point(kind, "after")

    async def _serve(self, statement: str, rows: Sequence[Parameters]) -> None:
        served, self._served = SERVED[statement], []
        self._columns = served.columns
        for row in rows:
            asked = dict(zip(served.names, row, strict=True))
            self._served += await served.act(self._session, asked)

    async def fetchall(self) -> list[Any]:
        return await super().fetchall() if self._served is None else self._served

    @property
    def description(self) -> Any:
        if self._served is None:
            return super().description
        return [(f"column{n}", *[None] * 6) for n in range(self._columns)] or None

    @property
    def rowcount(self) -> int:
        return super().rowcount if self._served is None else len(self._served)


class SharedConnection(Connection):
    """A connection of aiosqlite's shape, to the played server."""

    def __init__(self, session: Session, point: Point) -> None:
        super().__init__(session.rows, point)
        self._session = session

    def cursor(self) -> Cursor:
        return SharedCursor(self._session, self._point)

    async def commit(self) -> None:
        await self._point("commit", "before")
        await self._session.travel()
        self._session.commit()
        await self._point("commit", "after")
        await self._session.travel()

    async def rollback(self) -> None:
        with suppress(Ended):
            await self._session.travel()
            self._session.rollback()

    async def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        self._connection = None
        self._session.close()


class SharedStore(Database):
    """A store that several machines share. `die` is what the system does with a dead process."""

    def __init__(
        self, path: Path, server: Server, life: Life, point: Point, *, journal: Path, **how: Any
    ) -> None:
        super().__init__("postgresql://played", journal=journal, **how)
        self._file = path
        self._server = server
        self._life = life
        self._point = point

    def _open_postgresql(self, *, alone: bool) -> None:
        assert alone
        assert self._beside is not None
        self._lock_file = lock(self._beside)
        self.instance = name_of(self._beside)
        writing = partial(self._engine_of, database._sqlite_writer, writes=True)
        self._engine = writing(1, instance=self.instance)
        self._asides = writing(database.ASIDES, pool_pre_ping=True)
        self._readers = self._engine_of(
            database._sqlite_reader, database.READERS, writes=False, pool_pre_ping=True
        )

    def _engine_of(
        self, introduce: Any, size: int, *, writes: bool, instance: str = "", **how: Any
    ) -> AsyncEngine:
        rows = partial(sqlite3.connect, self._file, check_same_thread=False, isolation_level=None)

        async def connect() -> Connection:
            session = await self._server.connect(
                self._life, rows, writes=writes, instance=instance
            )
            return SharedConnection(session, self._point)

        engine = create_async_engine(
            f"sqlite+aiosqlite:///{self._file}",
            async_creator=connect,
            pool_size=size,
            max_overflow=0,
            **how,
        )
        engine.sync_engine.dialect.statement_compiler = _Compiler
        event.listen(engine.sync_engine, "connect", introduce)
        event.listen(engine.sync_engine, "connect", _unsafe_and_fast)
        event.listen(engine.sync_engine, "begin", database._begin)
        return engine

    def die(self) -> None:
        """Let go of the folder; the server notices in its own time."""
        self._server.bury(self._life)
        if self._lock_file is not None:
            self._lock_file.close()
            self._lock_file = None
