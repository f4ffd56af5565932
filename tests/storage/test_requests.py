"""A request with a key is carried out once, on either store."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.storage import requests
from bot.storage.database import Database
from bot.storage.requests import Answered, OtherRequest, Request

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
ONE = Request("shop", "17", "POST /messages {}")


async def ask(database: Database, request: Request, done: list[str], at: datetime = NOW) -> str:
    """Carry a request out, unless it was."""
    async with database.write() as connection:
        known = await requests.begin(connection, request, at)
        if known is not None:
            return known.body
        await asyncio.sleep(0)
        done.append(request.caller)
        body = f"{len(done)}"
        await requests.settle(connection, request, Answered(202, body))
        return body


async def test_of_many_at_once_one_is_carried_out(database: Database) -> None:
    done: list[str] = []

    assert await asyncio.gather(*(ask(database, ONE, done) for _ in range(6))) == ["1"] * 6
    assert await ask(database, Request("other", "17", ONE.content), done) == "2"
    assert done == ["shop", "other"]


async def test_what_broke_off_was_not_carried_out(database: Database) -> None:
    async def breaks_off() -> None:
        async with database.write() as connection:
            await requests.begin(connection, ONE, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await breaks_off()

    assert await ask(database, ONE, []) == "1"


async def test_a_key_belongs_to_one_request_for_its_time(database: Database) -> None:
    done: list[str] = []
    await ask(database, ONE, done)
    other = Request("shop", "17", "POST /messages {1}")
    with pytest.raises(OtherRequest):
        await ask(database, other, done)
    async with database.write() as connection:
        assert await requests.forget(connection, NOW) == 0
        assert await requests.forget(connection, NOW + timedelta(seconds=1)) == 1

    assert await ask(database, other, done) == "2"
