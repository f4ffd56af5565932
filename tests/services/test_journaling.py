"""INV-12: an opt-out outlives the store that it was written into."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.conversation import Subscriber
from bot.services.journaling import agree, note_campaigns, note_opted
from bot.storage import feeds, outbox, subscribers
from bot.storage.database import Database
from bot.storage.migrate import migrate
from bot.storage.schema import errands, outbox as rows
from tests.storage.test_outbox import message
from tests.stores import open_store

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
ANA, BEN = "+15145550001", "+15145550002"


async def opt(database: Database, number: str, *, out: bool, at: datetime) -> None:
    person = Subscriber(number, opted_out=out, changed_at=at, cause="inbound 1")
    async with database.write() as connection:
        await subscribers.save_subscribers(connection, [person])


async def stands(database: Database, number: str) -> bool | None:
    async with database.read() as connection:
        people = await subscribers.load_subscribers(connection, [number], LATER)
    return people[number].opted_out if number in people else None


def copied(folder: Path) -> Path:
    """Copy the store as a backup tool does, its journal left where it is."""
    copy = folder / "backup.db"
    with (
        closing(sqlite3.connect(folder / "textobot.db")) as here,
        closing(sqlite3.connect(copy)) as there,
    ):
        here.backup(there)
    return copy


@pytest.mark.parametrize(
    ("words", "opted_out"),
    [
        pytest.param([True], True, id="out"),
        pytest.param([True, False], False, id="out, and in again"),
        pytest.param([True, False, True], True, id="and out again"),
    ],
)
async def test_what_came_after_the_backup_holds(tmp_path: Path, words: list[bool], opted_out):
    async with open_store(tmp_path) as database:
        await opt(database, BEN, out=False, at=NOON)
        async with database.write() as connection:
            await outbox.enqueue(connection, [message("1/0")])
        backup = copied(tmp_path)
        for minute, out in enumerate(words):
            for number in (ANA, BEN):
                await opt(database, number, out=out, at=NOON + timedelta(minutes=minute + 1))
            async with database.read() as connection:
                people = await subscribers.load_subscribers(connection, [ANA, BEN], LATER)
            await note_opted(database, people.values())
    backup.replace(tmp_path / "textobot.db")
    restored = Database(f"sqlite:///{tmp_path}/textobot.db")
    await restored.open()
    try:
        await migrate(restored)
        assert await agree(restored, LATER, carried_to=["vudumobile"]) == 2
        assert await stands(restored, ANA) is opted_out
        assert await stands(restored, BEN) is opted_out
        async with restored.read() as connection:
            (waiting,) = await connection.execute(rows.select())
            carried = (await connection.execute(errands.select())).all()
        assert (waiting.status == "suppressed") is opted_out
        noted = {(row.number, row.kind, row.body["opt"]) for row in carried}
        assert noted == ({(one, "carry", "out") for one in (ANA, BEN)} if opted_out else set())
        assert await agree(restored, LATER) == 0
    finally:
        await restored.close()


async def test_a_process_that_died_before_it_noted_is_made_good(tmp_path: Path):
    async with open_store(tmp_path) as database:
        await opt(database, ANA, out=True, at=NOON)

        assert await agree(database, LATER) == 0

        assert [note.who for note in database.journal.notes] == [database.pseudonym(ANA)]


async def test_the_newer_of_two_counts_whichever_has_it(tmp_path: Path):
    async with open_store(tmp_path) as database:
        await opt(database, ANA, out=True, at=NOON)
        await agree(database, NOON)
        await opt(database, ANA, out=False, at=LATER)

        assert await agree(database, LATER) == 0
        assert await stands(database, ANA) is False


async def test_nobody_can_read_a_number_in_the_journal(tmp_path: Path):
    async with open_store(tmp_path) as database:
        await opt(database, ANA, out=True, at=NOON)
        await agree(database, LATER)

    assert b"5145550001" not in (tmp_path / "textobot.db.journal").read_bytes()


async def test_campaigns_of_after_the_backup_are_read_and_what_they_list_is_history(
    tmp_path: Path,
):
    async with open_store(tmp_path) as database:
        await note_campaigns(database, "clever", ["Push1", "Push2"], NOON)
        async with database.write() as connection:
            await feeds.ensure(connection, "clever", ["Push1"], NOON, adopted=False)

        await agree(database, LATER)

        async with database.read() as connection:
            followed = await feeds.followed(connection, "clever")
    assert {one.feed.reference: one.feed.adopted for one in followed} == {
        "Push1": False,
        "Push2": True,
    }
