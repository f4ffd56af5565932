"""The store as a whole: durable, one daemon a file, loud when it cannot be used."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text

from bot.storage import accounts
from bot.storage.columns import metadata
from bot.storage.database import Database
from bot.storage.errors import StoreBroken, StoreError, StoreInUse
from bot.storage.migrate import HEAD, migrate
from tests.stores import open_store


async def test_the_steps_lead_to_the_schema_that_the_code_knows(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.write() as connection:
        assert await connection.run_sync(differences) == []


async def test_the_newest_step_is_the_one_that_the_code_knows(database: Database) -> None:
    def revision(connection: Connection) -> str | None:
        return MigrationContext.configure(connection).get_current_revision()

    async with database.write() as connection:
        assert await connection.run_sync(revision) == HEAD


async def test_migrating_twice_changes_nothing(database: Database) -> None:
    await migrate(database)


async def test_a_commit_has_reached_the_disk(in_a_file: Database) -> None:
    async with in_a_file.write() as connection:
        wal = await connection.scalar(text("PRAGMA journal_mode"))
        synchronous = await connection.scalar(text("PRAGMA synchronous"))

    assert (wal, synchronous) == ("wal", 2)


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StoreBroken):
        async with database.read() as connection:
            await connection.execute(text("INSERT INTO installation VALUES ('a', 'b')"))


async def test_what_raises_leaves_nothing_behind(database: Database) -> None:
    async def fail_in_the_middle() -> None:
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO installation VALUES ('a', 'b')"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_in_the_middle()

    async with database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM installation")) == 0


async def test_a_second_daemon_is_kept_out(in_a_file: Database, tmp_path: Path) -> None:
    second = Database(f"sqlite:///{tmp_path}/textobot.db")

    with pytest.raises(StoreInUse, match="another textobot"):
        await second.open()


async def test_a_command_may_look_beside_the_daemon(in_a_file: Database, tmp_path: Path) -> None:
    beside = Database(f"sqlite:///{tmp_path}/textobot.db")
    await beside.open(alone=False)

    async with beside.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM inbox")) == 0
    await beside.close()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(
            b"a shopping list, not a database at all, and long enough",
            "not a database",
            id="another kind of file",
        ),
        pytest.param(
            b"SQLite format 3\x00" + b"\xff" * 4096,
            "cannot be used",
            id="garbage after the header",
        ),
    ],
)
async def test_a_file_that_is_no_store_is_refused(
    tmp_path: Path, content: bytes, told: str
) -> None:
    """INV-37."""
    (tmp_path / "textobot.db").write_bytes(content)

    with pytest.raises(StoreBroken, match=told):
        async with open_store(tmp_path):
            pass


async def test_a_store_that_fills_up_says_so_and_keeps_what_it_had(
    in_a_file: Database, tmp_path: Path
) -> None:
    """INV-37."""
    async with in_a_file.write() as connection:
        await connection.execute(text("INSERT INTO installation VALUES ('kept', 'x')"))
        pages = await connection.scalar(text("PRAGMA page_count"))
        await connection.execute(text(f"PRAGMA max_page_count = {pages}"))

    with pytest.raises(StoreBroken, match="disk is full"):
        async with in_a_file.write() as connection:
            await connection.execute(
                text("INSERT INTO installation VALUES ('big', :big)"), {"big": "x" * 1_000_000}
            )

    async with in_a_file.read() as connection:
        names = (await connection.scalars(text("SELECT name FROM installation"))).all()
    assert names == ["kept"]


async def test_a_store_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    async with open_store(tmp_path) as database, database.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(StoreError, match="newer textobot"):
        async with open_store(tmp_path):
            pass


async def test_a_store_of_another_secret_is_refused(database: Database) -> None:
    async with database.write() as connection:
        await accounts.recognise(connection, "ours")
        await accounts.recognise(connection, "ours")
        with pytest.raises(StoreError, match="another `secret`"):
            await accounts.recognise(connection, "theirs")


async def test_the_file_is_one_that_sqlite_itself_finds_sound(
    in_a_file: Database, tmp_path: Path
) -> None:
    with sqlite3.connect(tmp_path / "textobot.db") as beside:
        assert beside.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    beside.close()
