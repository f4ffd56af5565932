"""Events on their way to programs, as they are kept."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from bot.storage.backup import back_up, restore
from bot.storage.database import Database
from bot.storage.events import Event, record
from bot.storage.program_tables import deliveries
from tests.clock import NOON
from tests.stores import make_store


async def test_what_waited_in_a_backup_is_told_only_by_hand(tmp_path: Path) -> None:
    """It may have been told since; nothing is done twice by itself."""
    wanted = {"shop": frozenset({"*"})}
    await make_store(tmp_path / "textobot.db")
    database = Database(f"sqlite:///{tmp_path}/textobot.db", listeners=wanted)
    await database.open()
    async with database.write() as connection:
        await record(connection, [Event("x", "order", NOON)])
    await database.close()
    back_up(tmp_path / "textobot.db", tmp_path / "copy.db")
    await restore(database, tmp_path / "copy.db", "", NOON)

    await database.open()
    async with database.read() as connection:
        found = (await connection.execute(select(deliveries.c.status, deliveries.c.error))).all()
    await database.close()
    assert [tuple(row) for row in found] == [("failed", "a backup was restored")]
