"""A backup is a whole store, and a restored one does nothing twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.messages import Listed
from bot.storage import accounts, inbox, outbox
from bot.storage.backup import back_up, restore
from bot.storage.database import Database
from bot.storage.errors import StoreError, StoreInUse
from tests.clock import NOON
from tests.services.played import message
from tests.stores import open_store

ANA = "+15145550001"
OURS, OTHERS = accounts.fingerprint(b"ours" * 8), accounts.fingerprint(b"others" * 8)
LATER = NOON + timedelta(hours=1)


async def receive(database: Database, *texts: Listed) -> None:
    async with database.write() as connection:
        keys = frozenset(one.key for one in texts)
        await inbox.receive(connection, "vudumobile", texts, listed=keys, history=False, now=NOON)


def listed(key: str, minutes: int = 0) -> Listed:
    return Listed(key, ANA, "METEO", NOON + timedelta(minutes=minutes))


async def made(folder: Path) -> Path:
    """A store with a text to be decided and a message to be sent."""
    async with open_store(folder) as database:
        async with database.write() as connection:
            await accounts.recognise(connection, OURS)
            await outbox.enqueue(connection, [message("inbound 1/0", NOON)])
        await receive(database, listed("1"))
        assert database.path is not None
        return database.path


def select(store: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute(query).fetchall()


async def put_back(folder: Path, copy: Path, fingerprint: str = OURS) -> Path | None:
    database = Database(f"sqlite:///{folder}/textobot.db")
    return (await restore(database, copy, fingerprint, LATER))[1]


async def test_a_backup_is_taken_beside_who_writes(tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    async with open_store(tmp_path) as database:
        await receive(database, listed("1"))
        async with database.write() as connection:
            await connection.exec_driver_sql("DELETE FROM inbox")
            assert database.path is not None
            told = back_up(database.path, copy)
    assert (told.texts, copy.stat().st_mode & 0o777) == (1, 0o600)
    assert select(copy, "SELECT count(*) FROM inbox") == [(1,)]
    assert not list(tmp_path.glob("copy?*"))  # noqa: ASYNC240 - a test waits for nobody


async def test_a_backup_replaces_nothing(tmp_path: Path) -> None:
    store = await made(tmp_path)
    (tmp_path / "copy").write_text("mine")

    with pytest.raises(StoreError, match="is there already"):
        back_up(store, tmp_path / "copy")

    assert (tmp_path / "copy").read_text() == "mine"


async def test_a_damaged_store_leaves_no_backup(tmp_path: Path) -> None:
    (tmp_path / "textobot.db").write_bytes(b"SQLite format 3\x00" + b"x" * 9000)

    with pytest.raises(StoreError):
        back_up(tmp_path / "textobot.db", tmp_path / "copy")

    assert not (tmp_path / "copy").exists()


async def test_a_restored_store_does_nothing_again(tmp_path: Path) -> None:
    """INV-10: what was sent before is history, known to the backup or not; INV-13."""
    store = await made(tmp_path)
    back_up(store, tmp_path / "copy")

    aside = await put_back(tmp_path, tmp_path / "copy")

    assert aside == tmp_path / f"textobot.db.before-{LATER:%Y%m%d-%H%M%S}"
    assert select(aside, "SELECT status FROM outbox") == [("queued",)]
    assert select(store, "SELECT status FROM outbox") == [("cancelled",)]
    async with open_store(tmp_path) as database:
        await receive(database, listed("2", minutes=30), listed("3", minutes=61))
    texts = select(store, "SELECT key, history FROM inbox ORDER BY id")
    assert texts == [("1", 1), ("2", 1), ("3", 0)]


async def test_what_a_backup_knew_of_a_person_answering_is_not_believed(tmp_path: Path) -> None:
    store = await made(tmp_path)
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("INSERT INTO installation VALUES ('takeover vudumobile', '2026')")
        connection.commit()
    back_up(store, tmp_path / "copy")

    await put_back(tmp_path, tmp_path / "copy")

    names = select(store, "SELECT name FROM installation ORDER BY name")
    assert names == [("restored",), ("secret",)]


async def test_what_was_not_written_into_the_file_yet_is_kept_aside(tmp_path: Path) -> None:
    """The log of a store that was killed goes with it, and not with another."""
    store = await made(tmp_path)
    back_up(store, tmp_path / "copy")
    killed = sqlite3.connect(store)
    killed.execute("PRAGMA journal_mode=WAL")
    killed.execute("UPDATE inbox SET text = 'newer'")
    killed.commit()
    log = store.with_name("textobot.db-wal").read_bytes()
    killed.close()
    store.with_name("textobot.db-wal").write_bytes(log)

    aside = await put_back(tmp_path, tmp_path / "copy")

    assert aside is not None
    assert select(aside, "SELECT text FROM inbox") == [("newer",)]
    assert select(store, "SELECT text FROM inbox") == [("METEO",)]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        pytest.param("UPDATE installation SET value = 'x'", "another `secret`", id="of others"),
        pytest.param("UPDATE alembic_version SET version_num = '9'", "newer textobot", id="newer"),
        pytest.param("DROP TABLE inbox", "cannot be used as a store", id="no store"),
    ],
)
async def test_what_does_not_fit_is_refused(tmp_path: Path, spoil: str, told: str) -> None:
    store = await made(tmp_path)
    back_up(store, tmp_path / "copy")
    with closing(sqlite3.connect(tmp_path / "copy")) as connection:
        connection.execute(spoil)
        connection.commit()
    before = store.read_bytes()

    with pytest.raises(StoreError, match=told):
        await put_back(tmp_path, tmp_path / "copy")

    assert store.read_bytes() == before


async def test_a_damaged_backup_is_refused(tmp_path: Path) -> None:
    store = await made(tmp_path)
    back_up(store, tmp_path / "copy")
    content = bytearray((tmp_path / "copy").read_bytes())
    content[5000:20000] = b"\xff" * 15000
    (tmp_path / "copy").write_bytes(content)

    with pytest.raises(StoreError, match="copy"):
        await put_back(tmp_path, tmp_path / "copy")

    assert select(store, "SELECT count(*) FROM inbox") == [(1,)]


async def test_nothing_is_restored_under_a_daemon(tmp_path: Path) -> None:
    store = await made(tmp_path)
    back_up(store, tmp_path / "copy")

    async with open_store(tmp_path):
        with pytest.raises(StoreInUse):
            await put_back(tmp_path, tmp_path / "copy")


async def test_a_lost_store_is_restored(tmp_path: Path) -> None:
    store = await made(tmp_path)
    back_up(store, tmp_path / "copy")
    store.unlink()

    assert await put_back(tmp_path, tmp_path / "copy") is None
    assert select(store, "SELECT count(*) FROM inbox") == [(1,)]
