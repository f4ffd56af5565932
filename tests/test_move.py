"""`textobot move-store`: a store goes on in PostgreSQL as if nothing had happened."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from bot.cli import main
from bot.config import load_config
from bot.core.messages import Listed
from bot.storage import accounts, events, inbox, outbox
from bot.storage.database import Database
from bot.storage.events import Event
from bot.storage.journal import Note, NoteKind
from bot.storage.migrate import migrate
from tests.clock import NOON
from tests.postgresql import Server
from tests.services.played import ANA, BEN, message
from tests.services.sharing import everything

pytestmark = pytest.mark.postgres
SECRET = b"k" * 40
OUT = Note(NoteKind.OUT, "~somebody", NOON)


def wait(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


async def fill(folder: Path) -> None:
    """A store with something in it, whose newest text is gone."""
    database = Database(f"sqlite:///{folder}/data/textobot.db", secret=SECRET)
    await database.open()
    await migrate(database)
    texts = [
        Listed(str(key), number, f"Météo\0 « {key} » 👍", NOON)
        for key, number in enumerate([ANA, BEN, ANA])
    ]
    async with database.write() as connection:
        await accounts.recognise(connection, accounts.fingerprint(SECRET))
        listed = frozenset(one.key for one in texts)
        await inbox.receive(connection, "clever", texts, listed=listed, history=False, now=NOON)
        await connection.execute(text("DELETE FROM inbox WHERE id = 3"))
        await outbox.enqueue(connection, [message("inbound 1/0", NOON)])
        await events.record(connection, [Event("a", "b", NOON, {"text": "a\0b", "n": 1.5})])
    await database.journal.note([OUT])
    await database.close()


@pytest.fixture
def folder(tmp_path: Path, running_postgresql: Server) -> Path:
    url = wait(running_postgresql.store(tmp_path))
    (tmp_path / "config.yaml").write_text(
        f"store: {url}\nsecret: {SECRET.decode()}\n"
        "organisation: {name: Radio, contact: 418 555-0199}\n"
        "gateways: {vudumobile: {api_key: abc, our_number: '+15149541234'}}\n"
    )
    (tmp_path / "config.yaml").chmod(0o600)
    wait(fill(tmp_path))
    return tmp_path


def move(folder: Path, file: str = "data/textobot.db") -> Result:
    words = ["move-store", str(folder / file), "-c", str(folder / "config.yaml")]
    return CliRunner().invoke(main, words)


def open_target(folder: Path) -> Database:
    config = load_config(folder / "config.yaml")
    return Database(config.store_url, secret=SECRET, journal=config.journal_path)


async def rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    await database.open(alone=False)
    try:
        return await everything(database)
    finally:
        await database.close()


def test_everything_is_there_and_goes_on_where_it_was(
    folder: Path, running_postgresql: Server
) -> None:
    before = wait(rows(Database(f"sqlite:///{folder}/data/textobot.db")))

    told = move(folder)

    assert told.exit_code == 0, told.output
    assert "Moved: 2 texts, 5 rows in all" in told.output
    after = wait(rows(open_target(folder)))
    expected = {
        name: [
            tuple(one.replace("\0", "\ufffd") if isinstance(one, str) else one for one in row)
            for row in found
        ]
        for name, found in before.items()
    }
    assert after == expected
    running_postgresql.release()


def test_a_row_s_number_is_not_given_again_and_opt_outs_hold(
    folder: Path, running_postgresql: Server
) -> None:
    move(folder)

    async def receive() -> list[int]:
        database = open_target(folder)
        await database.open()
        assert database.journal.knows(OUT)
        async with database.write() as connection:
            await inbox.receive(
                connection,
                "clever",
                [Listed("9", ANA, "Météo", NOON)],
                listed=frozenset("9"),
                history=False,
                now=NOON,
            )
            found = await connection.scalars(text("SELECT id FROM inbox ORDER BY id"))
        await database.close()
        return list(found)

    assert wait(receive()) == [1, 2, 4]
    running_postgresql.release()


def test_the_old_store_is_kept_and_refused(folder: Path, running_postgresql: Server) -> None:
    """Two that answer the same texts would answer them twice."""
    move(folder)

    async def begin() -> None:
        database = Database(f"sqlite:///{folder}/data/textobot.db", secret=SECRET)
        await database.open()
        try:
            async with database.write() as connection:
                await accounts.recognise(connection, accounts.fingerprint(SECRET))
        finally:
            await database.close()

    with pytest.raises(Exception, match="was moved to PostgreSQL"):
        wait(begin())
    assert "was moved to PostgreSQL" in move(folder).output
    running_postgresql.release()


def test_a_database_that_is_not_empty_is_refused_and_left_alone(
    folder: Path, running_postgresql: Server
) -> None:
    async def write() -> None:
        database = open_target(folder)
        await database.open()
        async with database.write() as connection:
            await connection.execute(text("INSERT INTO installation VALUES ('a', 'b')"))
        await database.close()

    wait(write())

    told = move(folder)

    assert told.exit_code == 1
    assert "the database in PostgreSQL is not empty (installation)" in told.output
    assert sum(len(found) for found in wait(rows(open_target(folder))).values()) == 1
    with closing(sqlite3.connect(folder / "data" / "textobot.db")) as store:
        assert store.execute("SELECT name FROM installation").fetchall() == [("secret",)]
    running_postgresql.release()


def test_it_says_what_is_to_be_done_first(folder: Path, running_postgresql: Server) -> None:
    assert "there is no file" in move(folder, "data/nothing.db").output
    config = folder / "config.yaml"
    lines = config.read_text().splitlines()
    config.write_text("\n".join(lines[1:]))
    assert "write `store: postgresql://...` there first" in move(folder).output
    config.write_text("\n".join([lines[0], *lines[2:]]))
    (folder / "other").mkdir()
    (folder / "data" / "textobot.db").rename(folder / "other" / "textobot.db")
    (folder / "other" / "secret").write_text("x" * 40)
    assert "copy " in move(folder, "other/textobot.db").output
    running_postgresql.release()
