"""What is PostgreSQL's own: how it is reached, who may work with it, and what it complains of.

Several daemons may work with a database, each with a data folder of its own. The one connection
that writes holds an advisory lock of that folder's name: who takes up a daemon's leases after it
died can be sure that it did.
"""

from __future__ import annotations

import asyncio
import os
import socket
import time
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.errors import StoreBroken, StoreError, StoreInUse

INSTANCE_LOCK = 7468_2027
"""Together with a number made of the instance's name."""
OLDEST = 14
"""The oldest major version that is tried."""
PATIENCE_SECONDS = 5.0
"""How long the server may take to notice that a daemon before us was killed."""
BETWEEN_SECONDS = 0.05
NUL = "\0"
CONNECT_SECONDS = 10.0
ALIVE = {
    # In seconds, but for the first and the last (there in milliseconds): a server that vanished,
    # or a network that swallows all, is noticed within half a minute. Else nobody would ever be
    # told of an answer that cannot come any more.
    "SO_KEEPALIVE": 1,
    "TCP_KEEPIDLE": 10,
    "TCP_KEEPINTVL": 5,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 25_000,
}
"""Of our end of a connection."""
FROZEN_SECONDS = 10
"""Who is silent for so long within a transaction that writes holds up all others: it is ended."""
SETTINGS = {
    # The server lets go of a machine that vanished within a minute, not after hours.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    # A default of minutes or less, set for people at a console, would cut off who waits.
    "idle_session_timeout": "0",
}
WRITING = {
    "idle_in_transaction_session_timeout": f"{FROZEN_SECONDS}s",
    # Also who has stopped reading what it asked for.
    "tcp_user_timeout": f"{FROZEN_SECONDS}s",
}
REMEDIES = {
    "25006": "it is read-only, or a standby; name the primary",
    "28000": "it lets nobody in by this name; look at `store` and at pg_hba.conf",
    "28P01": "the password is wrong; look at `store`",
    "3D000": "there is no such database; make it with createdb",
    "42501": "this user may not do that; make it the owner of the database",
    "53100": "its disk is full; make room and start again",
    "53200": "it is out of memory; look at its log",
    "53300": "it has no connection left; raise max_connections, each instance needs eight",
    "25P03": "this process was silent for too long in the midst of writing; start it again",
    "57P01": "it was shut down; start again when it is back",
    "57P02": "it crashed; start again when it is back",
    "57P03": "it is starting or stopping; start again when it is back",
    "58030": "its disk failed; look at its log",
    "XX001": "it is damaged; restore a backup",
    "XX002": "an index is damaged; REINDEX it",
}
"""By SQLSTATE: nothing that we could try again helps."""


class Lines:
    """The connections of one process to its server."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._open: set[Any] = set()
        self.silent: StoreBroken | None = None
        """Why they were cut: whatever fails from then on fails for that."""

    async def connect(self, **how: Any) -> Any:  # noqa: ANN401 - asyncpg has no types
        """Give one more, see `connect`. Raises `StoreBroken` once they were cut."""
        if self.silent is not None:
            raise self.silent
        connection = await connect(self._url, **how)
        self._open.add(connection)
        connection.add_termination_listener(self._open.discard)
        return connection

    def cut(self, seconds: float) -> StoreBroken:
        """Terminate them all, see `Database.cut`."""
        self.silent = StoreBroken(
            f"the store in PostgreSQL cannot be used: it did not answer for {seconds:.0f} s; "
            "is it running, and the network?"
        )
        for connection in tuple(self._open):
            connection.terminate()
        return self.silent


async def connect(url: str, *, instance: str = "", writing: bool = False) -> Any:  # noqa: ANN401 - asyncpg has no types
    """Give a connection of asyncpg; with `instance` it holds the lock that this one can have.

    Raises `StoreBroken` where the server cannot be reached, `StoreInUse`.
    """
    try:
        # An installation on SQLite has none; and it ships no types.
        import asyncpg  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError as error:
        raise StoreError(
            "for a store in PostgreSQL install textobot[postgresql], asyncpg is missing"
        ) from error
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise broken(error) from error
    try:
        _keep_alive(connection)
        await _settle(connection, WRITING if writing else {})
        if instance:
            await _lock(connection, instance)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        connection.terminate()
        raise broken(error) from error
    except BaseException:
        connection.terminate()
        raise
    return connection


def _keep_alive(connection: Any) -> None:  # noqa: ANN401
    """Ask the system to see to it that the server is there. asyncpg has no word for it."""
    ours = connection._transport.get_extra_info("socket")  # noqa: SLF001
    if ours.family not in {socket.AF_INET, socket.AF_INET6}:
        return
    for name, value in ALIVE.items():
        level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
        if (option := getattr(socket, name, None)) is not None:  # not every system has all
            ours.setsockopt(level, option, value)


async def _settle(connection: Any, more: Mapping[str, str]) -> None:  # noqa: ANN401
    major = connection.get_server_version().major
    if major < OLDEST:
        raise StoreError(f"the store is in PostgreSQL {major}; {OLDEST} or later is needed")
    named = {"application_name": f"textobot on {socket.gethostname()}, process {os.getpid()}"}
    await connection.execute(
        "SELECT "
        + ", ".join(
            f"set_config('{name}', {_quoted(value)}, false)"
            for name, value in {**SETTINGS, **named, **more}.items()
        )
    )
    # A commit that we are told of has reached the disk; a server may be set to promise less.
    await connection.execute(
        "SELECT set_config('synchronous_commit', 'on', false) "
        "WHERE current_setting('synchronous_commit') = 'off'"
    )


async def _lock(connection: Any, instance: str) -> None:  # noqa: ANN401
    end, which = time.monotonic() + PATIENCE_SECONDS, _number_of(instance)
    while not await connection.fetchval(
        "SELECT pg_try_advisory_lock($1, $2)", INSTANCE_LOCK, which
    ):
        if time.monotonic() > end:
            holder = await connection.fetchval(_PROCESS.format("$1", "$2"), INSTANCE_LOCK, which)
            raise StoreInUse(
                f"another textobot ({holder or 'unknown'}) works with a copy of this data folder; "
                "stop that one first, or delete the file *.instance here"
            )
        await asyncio.sleep(BETWEEN_SECONDS)


def _number_of(instance: str) -> int:
    return zlib.crc32(instance.encode()) >> 1


async def process_of(connection: AsyncConnection, instance: str) -> str:
    """Say what process an instance is, and where it runs; empty where it is not connected."""
    asked = {"lock": INSTANCE_LOCK, "which": _number_of(instance)}
    return str(await connection.scalar(text(_PROCESS.format(":lock", ":which")), asked) or "")


_PROCESS = (
    "SELECT application_name FROM pg_locks JOIN pg_stat_activity USING (pid) "
    "WHERE locktype = 'advisory' AND classid = {} AND objid = {} AND granted"
)


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def spare_nul(
    _connection: object,
    _cursor: object,
    statement: str,
    parameters: Any,  # noqa: ANN401 - as the driver takes them
    *_about: object,
) -> tuple[str, Any]:
    """Write U+FFFD for NUL, which no text here can hold: one in a text would hold up its feed."""
    # Told that they are many, SQLAlchemy may give the rows of one INSERT as a single one. A list
    # is no row, but an array.
    if parameters and isinstance(parameters[0], tuple):
        return statement, [_without_nul(row) for row in parameters]
    return statement, _without_nul(parameters)


def _without_nul(row: Sequence[Any]) -> Sequence[Any]:
    if not any(isinstance(one, str) and NUL in one for one in row):
        return row
    return tuple(one.replace(NUL, "\ufffd") if isinstance(one, str) else one for one in row)


def remedy_of(error: object) -> str | None:
    """Say what to do about the driver's error; None where it does not end everything."""
    return REMEDIES.get(getattr(error, "sqlstate", None) or "")


def broken(error: BaseException) -> StoreBroken:
    """Put into words why the server cannot be used; never its address, a password is in it."""
    if (remedy := remedy_of(error)) is not None:
        return StoreBroken(f"the store in PostgreSQL cannot be used: {remedy}")
    match error:
        case TimeoutError():
            why = f"it did not answer within {CONNECT_SECONDS:.0f} s; is it running?"
        case ConnectionError():
            why = "nobody answers at its address; is it running?"
        case OSError():
            why = f"it cannot be reached: {error.strerror or error}"
        case _:
            why = str(error).splitlines()[0] if str(error) else type(error).__name__
    return StoreBroken(f"the store in PostgreSQL cannot be used: {why}")
