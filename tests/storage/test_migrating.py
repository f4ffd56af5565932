"""An older store, with what people wrote and what we said, is brought up to date."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, MetaData, Table, delete, inspect, select, text

from bot.core.conversation import Conversation, Subscriber
from bot.core.instants import milliseconds
from bot.storage import inbox, subscribers
from bot.storage.columns import metadata
from bot.storage.database import Database
from bot.storage.migrate import HEAD, migrate
from tests import claiming
from tests.clock import NOON
from tests.postgresql import Server, empty
from tests.storage.test_inbox import ANA, BEN, listed

AT = milliseconds(NOON)
TALK = f"vudumobile:{ANA}"
TEXT = {
    "conversation": TALK,
    "gateway": "vudumobile",
    "fingerprint": "",
    "number": ANA,
    "our_number": "+15149541234",
    "text": "Météo « svp » 👍",
    "reference": "",
    "sent_at": AT,
    "received_at": AT,
    "history": False,
    "attempts": 0,
}
SAID = {
    "conversation": TALK,
    "gateway": "vudumobile",
    "number": ANA,
    "text": "Il fait beau.",
    "message_class": "reply",
    "delivery": "at_most_once",
    "language": "fr",
    "rule": "weather",
    "status_at": AT,
    "created_at": AT,
    "not_before": AT,
    "expires_at": AT + 3_600_000,
    "resends": 1,
    "fence": 3,
    "negatives": 0,
    "code": "",
    "error": "",
}
ROWS: dict[str, list[dict[str, Any]]] = {
    "inbox": [
        TEXT
        | {
            "key": "mo:1",
            "status": "handled",
            "handled_at": AT,
            "reason": "rule",
            "rule": "weather",
            "words": "météo",
            "detail": {"first": True},
        },
        TEXT | {"key": "mo:2", "status": "new", "fingerprint": "F"},
        TEXT | {"key": "mo:3", "status": "parked", "reason": "died", "attempts": 4},
    ],
    "outbox": [
        SAID | {"cause": "inbound 1/0", "status": "sent", "gateway_id": "id7", "segments": 2},
        SAID
        | {
            "cause": "inbound 1/1",
            "status": "unconfirmed",
            "gateway_id": "",
            "batch": 2,
            "handed_at": AT,
            "lease_until": AT,
            "unclear_at": AT,
            "progress": {"page": 2},
            "verdict": {"verdict": "again"},
        },
    ],
    "conversations": [
        {
            "key": TALK,
            "gateway": "vudumobile",
            "number": ANA,
            "replied": [AT],
            "loop_noticed": True,
            "newest_reference": "Push1",
        }
    ],
    "subscribers": [
        {
            "number": ANA,
            "opted_out": False,
            "changed_at": AT,
            "cause": "inbound 1",
            "language": "fr",
        },
        {"number": BEN, "opted_out": True, "changed_at": AT, "cause": "inbound 2", "language": ""},
    ],
    "feeds": [
        {
            "gateway": "vudumobile",
            "reference": "",
            "cursor": {"after": 7},
            "opened_at": AT,
            "due_at": AT,
            "hot_at": AT,
            "state": "live",
            "adopted": True,
            "read_at": AT,
            "newest_for": 1,
        }
    ],
    "accounts": [{"gateway": "vudumobile", "learned": {"x": 1}, "calibration": {"y": [2]}}],
    "installation": [{"name": "secret", "value": "print"}],
}
"""One row at least of every table of the first schema."""
Stored = dict[str, list[dict[str, Any]]]


def _to_the_first(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", "bot.storage:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    known = MetaData()
    known.reflect(connection)
    assert known.tables.keys() - {"alembic_version"} == ROWS.keys()
    for name, rows in ROWS.items():
        for row in rows:
            connection.execute(known.tables[name].insert().values(row))


def _stored(connection: Connection) -> Stored:
    """Read every row of the first schema's tables, all columns."""
    found: Stored = {}
    for name in ROWS:
        table = Table(name, MetaData(), autoload_with=connection)
        rows = connection.execute(select(table).order_by(*table.primary_key)).mappings()
        found[name] = [dict(row) for row in rows]
    return found


@asynccontextmanager
async def _older(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    await database.open()
    async with database.write() as connection:
        await connection.run_sync(_to_the_first)
    yield database
    await database.close()


@pytest.fixture
async def older(tmp_path: Path, postgresql: Server | None) -> AsyncIterator[Database]:
    """A store as the first version left it."""
    url = f"sqlite:///{tmp_path}/textobot.db"
    if postgresql is not None:
        url = await postgresql.store(tmp_path)
        await empty(url)
    async with _older(url) as database:
        yield database


@pytest.fixture
async def older_file(tmp_path: Path) -> AsyncIterator[Database]:
    async with _older(f"sqlite:///{tmp_path}/textobot.db") as database:
        yield database


async def stored(database: Database) -> Stored:
    async with database.write() as connection:
        return await connection.run_sync(_stored)


async def test_an_older_store_keeps_everything(older: Database) -> None:
    before = await stored(older)
    await migrate(older)
    after = await stored(older)

    for name, rows in before.items():
        kept = [
            {column: value for column, value in row.items() if column in rows[0]}
            for row in after[name]
        ]
        assert kept == rows


async def test_what_is_new_in_old_rows_says_nothing(older: Database) -> None:
    await migrate(older)

    async with older.read() as connection:
        talks = await subscribers.load_conversations(connection, {TALK})
        people = await subscribers.load_subscribers(connection, {ANA, BEN}, NOON)

    assert talks == {TALK: Conversation(TALK, "vudumobile", ANA, replied=(AT,), loop_noticed=True)}
    assert people == {
        ANA: Subscriber(ANA, False, NOON, "inbound 1", "fr"),
        BEN: Subscriber(BEN, True, NOON, "inbound 2"),
    }


async def test_the_work_goes_on_where_it_was(older: Database) -> None:
    """INV-2."""
    await migrate(older)

    async with older.write() as connection:
        fresh = await inbox.load(connection, await claiming.claim(connection, 10))

    assert [(one.id, one.text, one.again) for one in fresh] == [(2, TEXT["text"], False)]


async def test_no_row_is_given_the_number_of_one_that_is_gone(older: Database) -> None:
    """INV-8: also not after the step."""
    await migrate(older)

    async with older.write() as connection:
        await connection.execute(delete(metadata.tables["inbox"]))
        await inbox.receive(
            connection,
            "vudumobile",
            [listed("mo:9")],
            listed=frozenset({"mo:9"}),
            history=False,
            now=NOON,
        )
        assert await claiming.claim(connection, 10) == [4]


@pytest.mark.parametrize(
    "table",
    [
        table.name
        for table in metadata.sorted_tables
        if table.dialect_options["sqlite"]["autoincrement"]
    ],
)
async def test_every_row_that_is_numbered_has_its_number_for_ever(
    older_file: Database, table: str
) -> None:
    await migrate(older_file)

    async with older_file.read() as connection:
        made = await connection.scalar(
            text("SELECT sql FROM sqlite_master WHERE name = :table"), {"table": table}
        )

    assert "AUTOINCREMENT" in made


async def test_an_older_store_has_the_indexes_of_a_new_one(older: Database) -> None:
    await migrate(older)

    def indexes(connection: Connection) -> set[str | None]:
        return {
            index["name"]
            for table in metadata.tables
            for index in inspect(connection).get_indexes(table)
            if "duplicates_constraint" not in index
        }

    async with older.write() as connection:
        found = await connection.run_sync(indexes)
        version = await connection.scalar(text("SELECT version_num FROM alembic_version"))

    wanted = {index.name for table in metadata.sorted_tables for index in table.indexes}
    assert (found, version) == (wanted, HEAD)
