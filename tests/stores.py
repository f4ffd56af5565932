"""Stores for tests: one fixture for every suite, one parameter for each kind of store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.storage.database import Database
from bot.storage.migrate import migrate
from tests.postgresql import Server

KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
CLAIMED = ("test_responder", "test_conversations", "test_poller", "test_small_services")
FOLLOWED = ("test_following",)
SENT = (
    "test_alarms",
    "test_sender",
    "test_reconciler",
    "test_receipts",
    "test_starter",
    "test_undelivered",
)
KILLED = ("test_killed_anywhere",)
ERRANDS = ("test_carrier", "test_lookups_in_order", "test_resends", "test_timeouts")
LISTS = ("test_agreeing", "test_memberships", "test_roster")
PEOPLE = ("test_desk", "test_forgetting", "test_retention")
CODES = ("test_code_limits",)
EVERY = (*CLAIMED, *FOLLOWED, *SENT, *KILLED, *ERRANDS, *LISTS, *PEOPLE, *CODES)
ON_BOTH = ("tests.storage.", *(f"tests.services.{name}" for name in EVERY))
"""What runs on both kinds of store, by the beginnings of modules' names: what does most with a
store. With all of tests/services the suite would take two minutes more."""
_made: list[bytes] = []


async def make_store(path: Path) -> None:
    """Put an empty store of this version's schema where there is none.

    It is migrated once in each process, and copied: the steps take longer than most tests.
    """
    if not _made:
        with TemporaryDirectory() as folder:
            database = Database(f"sqlite:///{folder}/textobot.db")
            await database.open()
            try:
                await migrate(database)
            finally:
                await database.close()
            _keep(Path(folder) / "textobot.db")
    _copy(path)


def _keep(made: Path) -> None:
    _made.append(made.read_bytes())


def _copy(path: Path) -> None:
    if not path.exists():
        path.write_bytes(_made[0])


@asynccontextmanager
async def open_store(folder: Path, postgresql: Server | None = None) -> AsyncIterator[Database]:
    """A fresh store, at this version's schema, closed in the end; on SQLite without a server."""
    if postgresql is None:
        await make_store(folder / "textobot.db")
        database = Database(f"sqlite:///{folder}/textobot.db")
    else:
        journal = folder / "textobot.journal"
        database = Database(await postgresql.store(folder), journal=journal)
    await database.open()
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()
