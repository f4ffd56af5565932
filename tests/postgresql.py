"""A PostgreSQL server for the tests of a process: started when first asked for, ended with it."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text

from bot.storage.database import Database
from bot.storage.migrate import migrate

Found = TypeVar("Found")
USER = "textobot"
TEMPLATE = "migrated"
START_SECONDS = 30.0
QUICK = {
    # What a crash of the machine would cost costs nothing here; a killed daemon loses nothing.
    "fsync": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "autovacuum": "off",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "listen_addresses": "127.0.0.1",
}
TABLES = """
SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'
"""
EMPTY = """
DO $$
DECLARE
    name text;
    filled boolean;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    LOOP
        EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
        IF filled THEN EXECUTE format('TRUNCATE %I', name); END IF;
    END LOOP;
    PERFORM setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences;
END $$
"""
"""Of a store that a test has left: a quarter of the time that a new database takes."""


def programs() -> Path | None:
    """Where Debian keeps the newest server's programs; None: there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_major)
    return found[-1].parent if found else None


def _major(program: Path) -> int:
    return int(program.parents[1].name)


class Server:
    """One server, and its databases: each is one store."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="textobot-postgresql-"))
        self._as: dict[str, Any] = {}
        if os.geteuid() == 0:  # as root it refuses to run
            shutil.chown(self._folder, "postgres", "postgres")
            self._as = {"user": "postgres", "group": "postgres", "extra_groups": []}
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._tables: str | None = None
        self._used: dict[Path, str] = {}
        self._free: list[str] = []
        self._initialise()
        self.port = _free_port()
        self.start()

    @property
    def folder(self) -> Path:
        """Where all of it lies."""
        return self._folder

    def url(self, name: str) -> str:
        """The address of a database, as it stands in config.yaml."""
        return f"postgresql://{USER}@127.0.0.1:{self.port}/{name}"

    def _initialise(self) -> None:
        subprocess.run(
            [self._programs / "initdb", "-D", self._folder / "data", "-U", USER, "-A", "trust",
             "--no-sync", "--no-locale", "--encoding", "UTF8"],
            check=True, capture_output=True, cwd=self._folder, **self._as,
        )  # fmt: skip

    def start(self) -> None:
        """Start it, where it does not run; wait until it takes connections."""
        if self._process is not None and self._process.poll() is None:
            return
        settings = QUICK | {"port": str(self.port), "unix_socket_directories": str(self._folder)}
        options = [word for one in settings.items() for word in ("-c", "=".join(one))]
        log = self._folder / "log"
        with log.open("ab") as told:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self._folder / "data", *options],
                stdin=subprocess.DEVNULL, stdout=told, stderr=told, cwd=self._folder, **self._as,
            )  # fmt: skip
        end = time.monotonic() + START_SECONDS
        while not self._ready(self._process.pid):
            assert self._process.poll() is None, log.read_text()
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.02)

    def _ready(self, pid: int) -> bool:
        told = self._folder / "data" / "postmaster.pid"
        with suppress(FileNotFoundError, IndexError):  # not yet, or not yet written
            lines = told.read_text().splitlines()
            return lines[0] == str(pid) and lines[-1].strip() == "ready"
        return False

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it by its process id, at once: whoever is connected is cut off."""
        assert self._process is not None
        if self._process.poll() is None:
            self._process.send_signal(how)
        self._process.wait(START_SECONDS)

    def remove(self) -> None:
        """End it, and leave nothing of it."""
        self.stop()
        shutil.rmtree(self._folder)

    async def store(self, folder: Path) -> str:
        """Name the store that belongs to a folder; an empty one, at this version's schema."""
        if folder not in self._used:
            if not self._free or not await self._emptied(self._free[-1]):
                self._free.append(await self._make())
            self._used[folder] = self._free.pop()
        return self.url(self._used[folder])

    async def _emptied(self, name: str) -> bool:
        """False: a test has taken tables away; nothing is left of it then."""
        connection = await connect(self.url(name))
        try:
            whole = bool(await connection.fetchval(TABLES) == self._tables)
            if whole:
                await connection.execute(EMPTY)
        finally:
            await connection.close()
        if not whole:
            self._free.remove(name)
            await self._do("postgres", f"DROP DATABASE {name}")
        return whole

    def release(self) -> None:
        """No test needs the stores of before."""
        self._free += self._used.values()
        self._used.clear()

    async def _make(self) -> str:
        if not self._made:
            await self._do("postgres", f"CREATE DATABASE {TEMPLATE}")
            template = Database(self.url(TEMPLATE))
            await template.open()
            try:
                await migrate(template)
                async with template.read() as connection:
                    self._tables = await connection.scalar(text(TABLES))
            finally:
                await template.close()
        self._made += 1
        name = f"store{self._made}"
        await self._do("postgres", f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        return name

    async def _do(self, name: str, statement: str) -> None:
        connection = await connect(self.url(name))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


async def connect(url: str) -> Any:
    """A connection beside the store's own."""
    import asyncpg  # type: ignore[import-untyped]  # no types; nor a need without a server

    return await asyncpg.connect(url)


async def empty(url: str) -> None:
    """Take everything out of a database, its schema too."""
    connection = await connect(url)
    try:
        await connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    finally:
        await connection.close()


class Look:
    """Rows of a store, for who cannot wait: it has a thread and a loop of its own."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection: Any = None

    def select(self, query: str, values: Sequence[object]) -> list[dict[str, Any]]:
        """The parameters are marked as SQLite has them, by `?`."""
        numbers = itertools.count(1)
        query = re.sub(r"\?", lambda _: f"${next(numbers)}", query)
        return self._wait(self._select(query, values))

    def close(self) -> None:
        self._wait(self._leave())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _wait(self, work: Coroutine[Any, Any, Found]) -> Found:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    async def _select(self, query: str, values: Sequence[object]) -> list[dict[str, Any]]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._url)
        return [dict(row) for row in await self._connection.fetch(query, *values)]

    async def _leave(self) -> None:
        if self._connection is not None:
            await self._connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
