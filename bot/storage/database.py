"""The store: SQLite by default, PostgreSQL when one machine is not enough. One storage for both.

SQLite: WAL, `synchronous=FULL` (a commit has reached the disk), one writing connection whose
transactions begin as writes, readers beside it that can only read. PostgreSQL: the same, one
writing connection, which holds a lock of the database; see `bot.storage.postgresql`.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import IO

from sqlalchemy import Connection as SyncConnection, event, exc
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.core.codes import Codes
from bot.core.deliveries import Listeners
from bot.core.pseudonyms import pseudonyms
from bot.storage import postgresql
from bot.storage.aliases import PSEUDONYM
from bot.storage.code_rows import CODES
from bot.storage.deliveries import LISTENERS
from bot.storage.errors import StoreBroken, StoreError, StoreInUse
from bot.storage.journal import Journal

Transaction = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
Connection = AsyncConnection
"""A transaction that `read()` or `write()` opened: for those who only pass it on."""
NOBODY: Listeners = MappingProxyType({})
BUSY_SECONDS = 5
"""How long a writer waits for a backup tool that holds the file."""
READERS = 4
"""Connections that read, at most."""


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
        self._url = url
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
        with _broken(self.path):
            self._writer = await self._engine.connect()
        if alone and self.path is None:
            if self._beside is not None:
                _prepare_folder(self._beside)
            self.journal.open()

    def _open_sqlite(self, path: Path, *, alone: bool) -> None:
        _prepare_folder(path)
        if alone:
            self._lock_file = _lock(path)
            self.journal.open()
            _make_private(path)
        self._engine = create_async_engine(self._driver, pool_size=1, max_overflow=0)
        event.listen(self._engine.sync_engine, "connect", _sqlite_writer)
        event.listen(self._engine.sync_engine, "begin", _begin_immediate)
        # All bells of a second ring at once: what is opened beyond the pool would be each second.
        self._readers = create_async_engine(self._driver, pool_size=READERS, max_overflow=0)
        event.listen(self._readers.sync_engine, "connect", _sqlite_reader)
        event.listen(self._readers.sync_engine, "begin", _begin)

    def _open_postgresql(self, *, alone: bool) -> None:
        writing = partial(postgresql.connect, self._url, alone=alone)
        self._engine = create_async_engine(
            self._driver, async_creator=writing, pool_size=1, max_overflow=0
        )
        reading = partial(postgresql.connect, self._url, alone=False)
        readers = create_async_engine(
            self._driver,
            async_creator=reading,
            pool_size=READERS,
            max_overflow=0,
            pool_pre_ping=True,
        )
        for engine in (self._engine, readers):
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

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep every daemon out of a SQLite store that is not open. Raises `StoreInUse`."""
        assert self.path is not None
        _prepare_folder(self.path)
        with _lock(self.path):
            yield

    async def close(self) -> None:
        """Close every connection, and let go of the lock."""
        if self._writer is not None:
            with suppress(exc.SQLAlchemyError):
                await self._writer.close()
        for engine in {id(e): e for e in (self._readers, self._engine) if e}.values():
            await engine.dispose()
        if self._lock_file is not None:
            self._lock_file.close()
        self._writer = self._engine = self._readers = self._lock_file = None

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

        When the body ends without an error the transaction is on the disk.
        """
        with _broken(self.path):
            async with self.turn() as begin, begin() as connection:
                yield connection

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncConnection]:
        if self._writer is None:
            raise StoreError("the store is not open")
        with _broken(self.path):
            async with self._writer.begin():
                yield self._writer

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that sees one state of the store and changes nothing."""
        if self._readers is None:
            raise StoreError("the store is not open")
        with _broken(self.path):
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
        with _broken(None):
            assert self._readers is not None
            async with self._readers.connect() as connection:
                alone = await connection.execution_options(isolation_level="AUTOCOMMIT")
                await alone.exec_driver_sql("VACUUM")


def _prepare_folder(path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        folder = path.parent
        raise StoreBroken(f"cannot make the folder of the store {folder}: {error}") from error


def _make_private(path: Path) -> None:
    """Make the file before SQLite does, so that nobody else can read it; an older one, too."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        path.chmod(0o600)
    except OSError as error:
        raise StoreBroken(f"cannot make {path}: {error.strerror}") from error


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


def _lock(path: Path) -> IO[str]:
    """Take the lock beside the database, for as long as this process lives."""
    lock_path = path.with_name(path.name + ".lock")
    try:
        descriptor = os.open(lock_path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreBroken(f"cannot make {lock_path}: {error.strerror}") from error
    file = os.fdopen(descriptor, "r+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = file.read(32).strip() or "unknown"
        file.close()
        raise StoreInUse(
            f"another textobot (process {holder}) has the store {path}; stop that one first"
        ) from error
    try:
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n")
        file.flush()
    except OSError as error:
        with suppress(OSError):
            file.close()
        raise StoreBroken(f"cannot write {lock_path}: {error.strerror}; make room") from error
    return file


# What SQLite says when the disk or the file is at fault; nothing that we could try again helps.
FATAL = {
    sqlite3.SQLITE_FULL: "the disk is full; make room and start again",
    sqlite3.SQLITE_READONLY: "it is read-only; make it writable for this user",
    sqlite3.SQLITE_IOERR: "the disk failed; look at the system log",
    sqlite3.SQLITE_CORRUPT: "it is damaged; restore a backup",
    sqlite3.SQLITE_NOTADB: "it is not a database; restore a backup, or name another store",
    sqlite3.SQLITE_CANTOPEN: "it cannot be opened; look at the rights of its folder",
    sqlite3.SQLITE_PERM: "it may not be opened by this user",
}


@contextmanager
def _broken(path: Path | None) -> Iterator[None]:
    """Turn the driver's word for a store that cannot be used into ours."""
    try:
        yield
    except exc.DBAPIError as error:
        if path is None:
            if (broken := _broken_postgresql(error)) is None:
                raise
            raise broken from error
        code = getattr(error.orig, "sqlite_errorcode", None)
        # An extended code has its primary one in the low byte.
        remedy = FATAL.get(code & 0xFF) if code is not None else None
        if remedy is None and not error.connection_invalidated:
            raise
        raise StoreBroken(f"the store {path} cannot be used: {remedy or error.orig}") from error


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
    # A transaction that begins by reading and writes later fails at once when another wrote
    # meanwhile, whatever the time-out: so each begins as a writer.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin(connection: SyncConnection) -> None:
    connection.exec_driver_sql("BEGIN")
