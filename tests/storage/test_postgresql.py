"""What only PostgreSQL has: several daemons, and a server that may go away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import asdict
from pathlib import Path

import pytest
from sqlalchemy import insert, text

from bot.storage import postgresql, schema
from bot.storage.database import Database
from bot.storage.errors import StoreBroken, StoreInUse
from bot.storage.events import Event, of_types, record
from bot.storage.migrate import HEAD, migrate
from tests.clock import NOON
from tests.postgresql import Server, connect, empty
from tests.stores import open_store

pytestmark = pytest.mark.postgres
TALK = "vudumobile:+15145550001"
CUT_OFF = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
async def store(tmp_path: Path, running_postgresql: Server) -> AsyncIterator[Database]:
    async with open_store(tmp_path, running_postgresql) as database:
        yield database
    running_postgresql.release()


@pytest.fixture
async def url(tmp_path: Path, store: Database, running_postgresql: Server) -> str:
    return await running_postgresql.store(tmp_path)


async def say(database: Database, name: str) -> None:
    async with database.write() as connection:
        await connection.execute(
            text("INSERT INTO installation VALUES (:name, 'x')"), {"name": name}
        )


async def told(database: Database) -> list[str]:
    async with database.read() as connection:
        rows = await connection.scalars(text("SELECT name FROM installation ORDER BY name"))
        return list(rows.all())


async def cut_off(url: str) -> None:
    """End every connection to the store, as an operator does, or a network that fails."""
    beside = await connect(url)
    await beside.execute(CUT_OFF)
    await beside.close()


async def test_a_second_daemon_on_the_same_folder_is_kept_out(
    store: Database, url: str, tmp_path: Path
) -> None:
    with pytest.raises(StoreInUse, match=r"another textobot \(process \d+\) has the store"):
        await Database(url, journal=tmp_path / "textobot.journal").open()

    await say(store, "still here")
    assert await told(store) == ["still here"]


async def test_one_on_a_copy_of_the_folder_is_kept_out_and_told_by_whom(
    store: Database, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postgresql, "PATIENCE_SECONDS", 0.0)
    copied = tmp_path / "copied"
    copied.mkdir()
    (copied / "textobot.instance").write_text(f"{store.instance}\n")

    with pytest.raises(StoreInUse, match=r"another textobot \(textobot on .*, process \d+\)"):
        await Database(url, journal=copied / "textobot.journal").open()


async def test_one_on_a_folder_of_its_own_works_with_the_same_store(
    store: Database, url: str, tmp_path: Path
) -> None:
    second = Database(url, journal=tmp_path / "second" / "textobot.journal")
    await second.open()

    await say(store, "one")
    await say(second, "two")

    assert await told(store) == await told(second) == ["one", "two"]
    assert second.instance != store.instance
    await second.close()


async def test_a_daemon_waits_until_the_server_has_noticed_that_it_died_before(
    store: Database, url: str, tmp_path: Path
) -> None:
    again = tmp_path / "again"
    again.mkdir()
    (again / "textobot.instance").write_text(store.instance)
    second = Database(url, journal=again / "textobot.journal")
    opening = asyncio.create_task(second.open())
    beside = await connect(url)
    async with asyncio.timeout(10):
        while not await beside.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle' "
            "AND query LIKE '%pg_try_advisory_lock%' AND pid NOT IN "
            "(SELECT pid FROM pg_locks WHERE locktype = 'advisory')"
        ):
            pass
    await beside.close()

    await store.close()

    await opening
    await second.close()


async def test_the_schema_is_not_changed_under_who_works_with_it(
    store: Database, url: str
) -> None:
    await migrate(store)
    second = Database(url)
    await second.open()
    async with second.write() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))

    with pytest.raises(StoreInUse, match="stop them all, then start this one"):
        await migrate(second)

    async with second.write() as connection:
        await connection.execute(text(f"UPDATE alembic_version SET version_num = '{HEAD}'"))
    await second.close()


async def test_who_observes_is_alone(store: Database, url: str) -> None:
    """What it decided would never be sent."""
    await migrate(store)
    second = Database(url)
    await second.open()

    with pytest.raises(StoreInUse, match="who observes needs a store of its own"):
        await migrate(second, observing=True)
    await store.close()
    await migrate(second, observing=True)
    await store.open()
    with pytest.raises(StoreInUse, match="an instance that observes has this store"):
        await migrate(store)

    await second.close()


async def test_a_command_may_look_beside_the_daemon(store: Database, url: str) -> None:
    beside = Database(url)
    await beside.open(alone=False)

    assert await told(beside) == []
    await beside.close()


async def test_who_lost_the_connection_says_so(store: Database, url: str) -> None:
    """INV-37."""
    await say(store, "before")
    await cut_off(url)

    with pytest.raises(StoreBroken, match="the store in PostgreSQL cannot be used"):
        await say(store, "too late")

    assert await told(store) == ["before"]


async def test_a_connection_that_is_cut_in_a_transaction_leaves_nothing_of_it(
    store: Database, url: str
) -> None:
    async def cut_off_in_the_middle() -> None:
        async with store.write() as connection:
            await connection.execute(text("INSERT INTO installation VALUES ('half', 'x')"))
            await cut_off(url)

    with pytest.raises(StoreBroken):
        await cut_off_in_the_middle()

    assert await told(store) == []
    await say(store, "whole")
    assert await told(store) == ["whole"]


async def test_a_server_that_is_started_again_has_what_was_committed(
    store: Database, url: str, running_postgresql: Server
) -> None:
    await say(store, "before")
    running_postgresql.stop()

    with pytest.raises(StoreBroken, match="is it running"):
        await Database(url).open()
    with pytest.raises(StoreBroken):
        await say(store, "meanwhile")
    running_postgresql.start()

    await say(store, "after")
    assert await told(store) == ["after", "before"]


async def test_a_transaction_that_reads_sees_one_state(store: Database) -> None:
    async with store.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM installation")) == 0
        await say(store, "meanwhile")
        assert await connection.scalar(text("SELECT count(*) FROM installation")) == 0


async def test_a_nul_is_kept_as_another_sign_and_holds_up_nothing(store: Database) -> None:
    events = [Event(TALK, f"one\0{count}", NOON, {"text": "a\0b"}) for count in range(3)]
    async with store.write() as connection:
        await record(connection, events)
        returning = insert(schema.events).returning(
            schema.events.c.type, sort_by_parameter_order=True
        )
        rows = [{**asdict(one), "body": {}} for one in events]
        types = (await connection.scalars(returning, rows)).all()
        (found, *_) = await of_types(connection, TALK, types)

    assert types == ["one\ufffd0", "one\ufffd1", "one\ufffd2"]
    assert found.body == {"text": "a\0b"}


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        pytest.param("/store", "/no_store", "no such database", id="no database"),
        pytest.param("textobot@", "nobody:hunter2@", "nobody", id="no user"),
        pytest.param("127.0.0.1", "no.such.host.invalid", "cannot be reached", id="no host"),
    ],
)
async def test_a_wrong_address_is_told_in_a_sentence_without_its_password(
    url: str, before: str, after: str, sentence: str
) -> None:
    with pytest.raises(StoreBroken, match=sentence) as told:
        await Database(url.replace(before, after)).open()

    assert "hunter2" not in str(told.value)


async def test_a_commit_has_reached_the_disk_whatever_the_server_is_set_to(
    store: Database, url: str
) -> None:
    beside = await connect(url)
    await beside.execute(f"ALTER DATABASE {url.rsplit('/', 1)[1]} SET synchronous_commit = off")
    await store.close()
    await store.open()

    async with store.write() as connection:
        assert await connection.scalar(text("SHOW synchronous_commit")) == "on"
    await beside.execute(f"ALTER DATABASE {url.rsplit('/', 1)[1]} RESET synchronous_commit")
    await beside.close()


async def test_an_empty_database_is_made_a_store(
    tmp_path: Path, running_postgresql: Server
) -> None:
    url = await running_postgresql.store(tmp_path)
    await empty(url)
    database = Database(url)
    await database.open()

    await migrate(database)

    assert await told(database) == []
    await database.close()
    running_postgresql.release()
