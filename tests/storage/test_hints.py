"""A word to the other instances; where it is lost, nothing is (the tables are the truth)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.storage.hints import Hints
from tests.postgresql import Server, connect

pytestmark = pytest.mark.postgres


@pytest.fixture
async def url(tmp_path: Path, running_postgresql: Server) -> str:
    return await running_postgresql.store(tmp_path)


class Ear:
    """One instance's, and what it heard."""

    def __init__(self, url: str) -> None:
        self.heard: list[str] = []
        self._new = asyncio.Event()
        self.hints = Hints(url, self._hear)

    def _hear(self, name: str) -> None:
        self.heard.append(name)
        self._new.set()

    async def hears(self) -> list[str]:
        async with asyncio.timeout(10):
            await self._new.wait()
        self._new.clear()
        return self.heard


async def test_others_hear_what_one_says_once_and_it_does_not_hear_itself(url: str) -> None:
    one, other = Ear(url), Ear(url)
    await one.hints.tick()
    await other.hints.tick()

    one.hints.say("sender clever")
    one.hints.say("sender clever")
    await one.hints.tick()

    assert await other.hears() == ["sender clever"]
    assert one.heard == []
    await one.hints.close()
    await other.hints.close()


async def test_a_connection_that_is_lost_is_made_anew(url: str) -> None:
    one, other = Ear(url), Ear(url)
    await one.hints.tick()
    await other.hints.tick()
    beside = await connect(url)
    await beside.execute(
        "SELECT pg_terminate_backend(pid, 60000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await beside.close()

    async with asyncio.timeout(60):
        while "responder" not in other.heard:  # what is told over a dead connection is lost
            one.hints.say("responder")
            await other.hints.tick()
            await one.hints.tick()
            await asyncio.sleep(0.01)

    await one.hints.close()
    await other.hints.close()


async def test_where_there_is_no_server_nothing_is_raised() -> None:
    alone = Ear("postgresql://nobody@127.0.0.1:9/nothing")
    alone.hints.say("responder")

    assert await alone.hints.tick() == 0
    await alone.hints.close()
