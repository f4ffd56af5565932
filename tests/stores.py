"""Stores for tests: one fixture for every suite, one parameter for each kind of store."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.storage.database import Database
from bot.storage.migrate import migrate

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
async def open_store(folder: Path) -> AsyncIterator[Database]:
    """A fresh store, at this version's schema, closed in the end."""
    await make_store(folder / "textobot.db")
    database = Database(f"sqlite:///{folder}/textobot.db")
    await database.open()
    try:
        await migrate(database)
        yield database
    finally:
        await database.close()
