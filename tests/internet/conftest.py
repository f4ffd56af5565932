"""A small internet on loopback: a resolver that is told what to say, and servers that are real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest

from bot.internet import Internet, NotAnswered
from tests.clock import FakeClock
from tests.gateways.server import ScriptedServer

SOON = timedelta(seconds=10)
HERE = ["127.0.0.1"]
ALLOWED = frozenset({"api.example", "other.example"})


class Names:
    """A resolver: `leads` says where names lead, `asked` which were looked up."""

    def __init__(self) -> None:
        self.leads: dict[str, list[str]] = {"api.example": HERE, "other.example": HERE}
        self.asked: list[str] = []

    async def __call__(self, name: str) -> list[str]:
        self.asked.append(name)
        if name not in self.leads:
            raise OSError(name)
        return self.leads[name]


@asynccontextmanager
async def listening(
    answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[object]],
) -> AsyncIterator[int]:
    """Listen on a port, and answer each connection so until the client hangs up."""
    connections: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if task := asyncio.current_task():
            connections.add(task)
        with suppress(ConnectionError):
            await answer(reader, writer)
        writer.close()

    async with await asyncio.start_server(connected, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*connections)


async def reason(internet: Internet, url: str, **more) -> str:
    """Ask, and give the reason for having no answer."""
    with pytest.raises(NotAnswered) as refused:
        await internet.get_json(url, **{"within": SOON, **more})
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert "secret" not in refused.value.reason
    return refused.value.reason


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
async def server(clock: FakeClock) -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(clock) as server:
        yield server


@pytest.fixture
def api(server: ScriptedServer) -> str:
    """The server, by the name that may be asked though it is private."""
    return server.url.replace("127.0.0.1", "api.example")


@pytest.fixture
async def internet(clock: FakeClock, names: Names) -> AsyncIterator[Internet]:
    async with Internet(clock, private_hosts=ALLOWED, resolve=names) as internet:
        yield internet
