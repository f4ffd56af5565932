"""The store: SQLite by default, PostgreSQL when one machine is not enough. One storage for both.

SQLite: WAL, `synchronous=FULL` (a commit has reached the disk), one writing connection whose
transactions begin as writes, readers beside it that can only read. PostgreSQL: each instance has
one writing connection; of the transactions of all instances those that `write()` are alone.
"""

from __future__ import annotations

import asyncio
import copy
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import IO, Self, TypeVar

from sqlalchemy import Connection as SyncConnection, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.core.codes import Codes
from bot.core.deliveries import Listeners
from bot.core.pseudonyms import pseudonyms
from bot.storage import leases, postgresql, sqlite
from bot.storage.aliases import PSEUDONYM
from bot.storage.code_rows import CODES
from bot.storage.deliveries import LISTENERS
from bot.storage.errors import StoreBroken, StoreError
from bot.storage.folder import lock, make_private, name_of, prepare_folder
from bot.storage.journal import Journal
from bot.storage.turns import SHARED, Turn, wait_for

T = TypeVar("T")
Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
Connection = AsyncConnection
"""A transaction that `read()` or `write()` opened: for those who only pass it on."""
NOBODY: Listeners = MappingProxyType({})
BUSY_SECONDS = 5
"""How long a writer waits for a backup tool that holds the file."""
READERS = 4
"""Connections that read, at most."""
ASIDES = 2
"""Connections that write beside the writing one: what is counted, and what is renewed."""


class Database:
    """Two words: `read()` and `write()`, each a transaction on a connection."""

    def __init__(
        self,
        url: str,
        *,
        secret: bytes = b"",
        journal: Path | None = None,
        listeners: Listeners = NOBODY,
    ) -> None:
        """`secret`: the installation's key. `journal`: its path; by default beside the file.

        `listeners`: who is to be told of what is written here.
        """
        self._driver = _driver_url(url)
        self.path = _sqlite_path(url)
        self.pseudonym = pseudonyms(secret)
        self.codes = Codes(secret)
        self.listeners = listeners
        if journal is None and self.path is not None:
            journal = self.path.with_name(f"{self.path.name}.journal")
        self.journal = Journal(journal)
        self._beside = journal
        self._turn = asyncio.Lock()
        self._writer: AsyncConnection | None = None
        self._lock_file: IO[str] | None = None
        self._engine: AsyncEngine | None = None
        self._readers: AsyncEngine | None = None
        self._asides: AsyncEngine | None = None
        self._fence: leases.Fence | None = None
        self._lines = postgresql.Lines(url)
        self.instance = ""
        """Names this daemon among those that share the store."""

    @property
    def is_shared(self) -> bool:
        """Whether other instances may work on this store."""
        return self.path is None

    def under(self, fence: leases.Fence) -> Self:
        """Give the same open store to who works under a lease: without it nothing is changed.

        SQLite has one daemon, which has every lease.
        """
        if not self.is_shared:
            return self
        fenced = copy.copy(self)
        fenced._fence = fence  # noqa: SLF001 - our own
        return fenced

    @property
    def engine(self) -> AsyncEngine:
        """The engine that writes. Raises `StoreError` where the store is not open."""
        if self._engine is None:
            raise StoreError("the store is not open")
        return self._engine

    async def open(self, *, alone: bool = True) -> None:
        """Open the store; `alone` takes the lock that keeps a second daemon out.

        Raises `StoreInUse`, `StoreBroken`.
        """
        try:
            await self._open(alone=alone)
        except BaseException:
            await self.close()
            raise

    async def _open(self, *, alone: bool) -> None:
        if self.path is None:
            self._open_postgresql(alone=alone)
        else:
            self._open_sqlite(self.path, alone=alone)
        assert self._engine is not None
        assert self._readers is not None
        for engine in (self._engine, self._readers):
            event.listen(engine.sync_engine, "connect", self._introduce)
        with self._broken():
            self._writer = await self._engine.connect()
        if self._asides is not None:
            event.listen(self._asides.sync_engine, "connect", self._introduce)
        if alone and self.path is None:
            self.journal.open()

    def _open_sqlite(self, path: Path, *, alone: bool) -> None:
        prepare_folder(path)
        if alone:
            self._lock_file = lock(path)
            self.journal.open()
            make_private(path)
        self._engine = create_async_engine(self._driver, pool_size=1, max_overflow=0)
        event.listen(self._engine.sync_engine, "connect", _sqlite_writer)
        event.listen(self._engine.sync_engine, "begin", _begin_immediate)
        # All bells of a second ring at once: what is opened beyond the pool would be each second.
        self._readers = create_async_engine(self._driver, pool_size=READERS, max_overflow=0)
        event.listen(self._readers.sync_engine, "connect", _sqlite_reader)
        event.listen(self._readers.sync_engine, "begin", _begin)

    def _open_postgresql(self, *, alone: bool) -> None:
        if alone and self._beside is not None:
            prepare_folder(self._beside)
            self._lock_file = lock(self._beside)
        self.instance = name_of(self._beside if alone else None)
        connect = self._lines.connect
        opening = partial(create_async_engine, self._driver, max_overflow=0)
        writing = partial(connect, instance=self.instance if alone else "", writing=True)
        self._engine = opening(async_creator=writing, pool_size=1)
        aside = partial(connect, writing=True)
        self._asides = opening(async_creator=aside, pool_size=ASIDES, pool_pre_ping=True)
        readers = opening(async_creator=connect, pool_size=READERS, pool_pre_ping=True)
        for engine in (self._engine, self._asides, readers):
            event.listen(
                engine.sync_engine, "before_cursor_execute", postgresql.spare_nul, retval=True
            )
        # One state of the store, however many statements: as SQLite has it.
        self._readers = readers.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def _introduce(self, _connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
        """Let a connection know how pseudonyms and codes are made, and who wants events."""
        record.info[PSEUDONYM] = self.pseudonym
        record.info[CODES] = self.codes
        record.info[LISTENERS] = self.listeners
        record.info[SHARED] = self.is_shared

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every daemon out of a SQLite store that is not open. Raises `StoreInUse`."""
        assert self.path is not None
        prepare_folder(self.path)
        with lock(self.path):
            yield

    async def close(self) -> None:
        """Close every connection, and let go of the lock."""
        if self._writer is not None:
            with suppress(exc.SQLAlchemyError):
                await self._writer.close()
        for engine in (self._readers, self._asides, self._engine):
            if engine is not None:
                await engine.dispose()
        if self._lock_file is not None:
            self._lock_file.close()
        self._writer = self._engine = self._readers = self._asides = self._lock_file = None

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Transaction]:
        """Take the writer's turn: give what opens one transaction after the other.

        Nobody else writes between them, so that a death between two that belong together is
        next to impossible; and nobody is in the midst of writing when it begins.
        """
        async with self._turn:
            yield self._transaction

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that writes. Raises `StoreBroken` where it could not be committed.

        Nobody else writes meanwhile, in this process or another. When the body ends well, it is
        on the disk. Under a lease that is lost nothing is changed: `LeaseLost`.
        """
        with self._broken():
            async with self._turn, self._transaction() as connection:
                yield connection

    @asynccontextmanager
    async def write_beside(self) -> AsyncIterator[AsyncConnection]:
        """The same beside other instances: who uses it has locked what it reads and changes."""
        with self._broken():
            async with self._turn, self._transaction(Turn.BESIDE) as connection:
                yield connection

    @asynccontextmanager
    async def write_aside(self) -> AsyncIterator[AsyncConnection]:
        """Write a row or two on another connection; for what several instances need alone."""
        with self._broken():
            async with self._transaction(Turn.ASIDE) as connection:
                yield connection

    async def attempt(
        self,
        choose: Callable[[AsyncConnection], Awaitable[Sequence[int]]],
        count: Callable[[AsyncConnection, Sequence[int]], Awaitable[None]],
        work: Callable[[AsyncConnection, Sequence[int]], Awaitable[T]],
    ) -> T | None:
        """Choose rows, count an attempt at them on the disk, and work on them in a transaction.

        Nobody else writes between, or what is chosen is locked from before the attempt is counted
        until the work is done; so that a death between the two is next to impossible. None:
        nothing was chosen.
        """
        with self._broken():
            async with self._turn:
                if not self.is_shared:
                    async with self._transaction() as connection:
                        if chosen := await choose(connection):
                            await count(connection, chosen)
                    if not chosen:
                        return None
                    async with self._transaction() as connection:
                        return await work(connection, chosen)
                async with self._transaction(Turn.BESIDE) as connection:
                    if not (chosen := await choose(connection)):
                        return None
                    async with self._transaction(Turn.ASIDE) as beside:
                        await count(beside, chosen)
                    return await work(connection, chosen)

    @asynccontextmanager
    async def _transaction(self, turn: Turn = Turn.ALONE) -> AsyncIterator[AsyncConnection]:
        if self._writer is None:
            raise StoreError("the store is not open")
        with self._broken():
            if turn is Turn.ASIDE:
                assert self._asides is not None
                async with self._asides.begin() as connection:
                    yield connection
                return
            async with self._writer.begin():
                if self.is_shared:
                    await wait_for(self._writer, turn)
                    if self._fence is not None:
                        await leases.expect(self._writer, self._fence)
                yield self._writer

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that sees one state of the store and changes nothing."""
        if self._readers is None:
            raise StoreError("the store is not open")
        with self._broken():
            async with self._readers.connect() as connection:
                yield connection

    async def scrub(self) -> bool:
        """Leave nothing of what was deleted in the files; say whether all of it is gone.

        SQLite: everything is written anew, and the write-ahead log emptied; nobody else writes
        meanwhile. False: there was no room for that, or somebody read an older state for too
        long. PostgreSQL, always False: dead rows are taken out of the tables, as far as no older
        transaction sees them; its own write-ahead log and archives are not ours to clean.
        """
        if self.path is None:
            await self._vacuum()
            return False
        async with self._turn:
            assert self._writer is not None
            raw = await self._writer.get_raw_connection()
            driver = raw.driver_connection
            assert driver is not None
            try:
                await driver.execute("VACUUM")
                cursor = await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy, *_ = await cursor.fetchone()
                await cursor.close()
            except sqlite3.Error:
                return False  # a disk at fault is told by whoever writes next
            return not busy

    async def _vacuum(self) -> None:
        with self._broken():
            assert self._readers is not None
            async with self._readers.connect() as connection:
                alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await alone.exec_driver_sql("VACUUM")

    def cut(self, seconds: float) -> StoreBroken:
        """Let nobody wait any more for a server that was silent for so long; give the reason."""
        return self._lines.cut(seconds)

    @contextmanager
    def _broken(self) -> Iterator[None]:
        """Turn the driver's word for a store that cannot be used into ours."""
        try:
            yield
        except exc.DBAPIError as error:
            if self.path is None:
                broken = self._lines.silent or _broken_postgresql(error)
                if broken is None:
                    raise
                raise broken from error
            remedy = sqlite.remedy_of(error)
            if remedy is None and not error.connection_invalidated:
                raise
            said = remedy or error.orig
            raise StoreBroken(f"the store {self.path} cannot be used: {said}") from error


def _driver_url(url: str) -> str:
    """Give SQLAlchemy's name for the driver; people write `sqlite:///` and `postgresql://`."""
    scheme = url.split(":", 1)[0]
    if scheme == "sqlite":
        return "sqlite+aiosqlite:" + url.removeprefix("sqlite:")
    if scheme == "postgresql":
        return "postgresql+asyncpg://"  # asyncpg reads the address itself, options included
    raise StoreError(f"store: {scheme} is neither sqlite nor postgresql")


def _sqlite_path(url: str) -> Path | None:
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:") else None


def _broken_postgresql(error: exc.DBAPIError) -> StoreBroken | None:
    """Give our word for the driver's; None where only the statement is wrong."""
    reason = error.orig
    assert reason is not None
    if not error.connection_invalidated and postgresql.remedy_of(reason) is None:
        return None
    return postgresql.broken(reason.__cause__ or reason)


def _sqlite_writer(connection: DBAPIConnection, _record: object) -> None:
    _pragmas(
        connection,
        *("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"),
        # What is deleted is overwritten at once, not when its place is needed.
        "secure_delete=ON",
    )


def _sqlite_reader(connection: DBAPIConnection, _record: object) -> None:
    _pragmas(connection, "query_only=ON")


def _pragmas(connection: DBAPIConnection, *pragmas: str) -> None:
    connection.isolation_level = None  # we begin transactions ourselves
    cursor = connection.cursor()
    for pragma in (f"busy_timeout={BUSY_SECONDS * 1000}", *pragmas):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(connection: SyncConnection) -> None:
    # Who begins by reading fails at once when another wrote meanwhile, whatever the time-out.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: SyncConnection) -> None:
    connection.exec_driver_sql("BEGIN")
