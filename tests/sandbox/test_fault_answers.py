"""What can become of an answer on its way: each fault once, and both gateways after it."""

import asyncio
from typing import Any

import aiohttp
import pytest

from tests.sandbox.conftest import MOBILE, Client, until
from tests.sandbox.fault_stories import Stories, both, lost

STORIES = Stories("answer")
story = STORIES.story


@pytest.mark.parametrize("name", STORIES.faults)
async def test_fault(client: Client, name: str) -> None:
    await STORIES.tell(client, name)


async def each_send(client: Client, name: str, accepted: int, **options: Any) -> None:
    """Break the sends of both gateways so that no answer comes."""
    for gateway, send in both(client):
        before = len(client.sandbox.ledger)
        client.sandbox.break_(gateway, name, operation="send", **options)
        await lost(send())
        assert len(client.sandbox.ledger) == before + accepted
        client.later(1)
        async with send() as answer:
            assert answer.status in {200, 201}, "only once"
        client.later(1)


@story
async def tell_answer_lost(client: Client) -> None:
    await each_send(client, "answer_lost", accepted=1)


@story
async def tell_answer_cut(client: Client) -> None:
    await each_send(client, "answer_cut", accepted=1)


@story
async def tell_refused(client: Client) -> None:
    await each_send(client, "refused", accepted=0)


@story
async def tell_accepted_late(client: Client) -> None:
    client.sandbox.break_("vudumobile", "accepted_late", seconds=30)
    await lost(client.vudumobile("send", to=MOBILE, message="a"))
    client.later(29)
    assert client.sandbox.ledger == []
    client.later(1)
    assert [line.text for line in client.sandbox.ledger] == ["a"]
    assert (await client.feed("mt"))[0]["datetime"] == "2026-06-01 12:00:30"


@story
async def tell_answer_hangs(client: Client) -> None:
    client.sandbox.break_("vudumobile", "answer_hangs")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1), client.vudumobile("send", to=MOBILE, message="a"):
            pass
    assert len(client.sandbox.ledger) == 1
    assert client.sandbox.requests[-1].end == "hung"


@story
async def tell_answer_slow(client: Client) -> None:
    client.sandbox.break_("vudumobile", "answer_slow", seconds=100)
    sending = asyncio.create_task(client.send())
    await until(lambda: client.sandbox.ledger)
    assert not sending.done()
    client.later(100)
    assert await sending == 1


@story
async def tell_answer_drips(client: Client) -> None:
    client.sandbox.break_("vudumobile", "answer_drips", seconds=1)
    sending = asyncio.create_task(client.send())
    await until(lambda: client.sandbox.ledger)
    for _ in range(10):
        client.later(1)
        await asyncio.sleep(0)
    assert not sending.done()
    client.sandbox.clock.speed = 10_000
    assert await sending == 1


@story
async def tell_slow(client: Client) -> None:
    client.sandbox.break_("vudumobile", "slow", seconds=5)
    sending = asyncio.create_task(client.send())
    await until(lambda: any(line.faults for line in client.sandbox.requests))
    assert client.sandbox.ledger == []
    client.later(5)
    assert await sending == 1


@story
async def tell_keepalive_cut(client: Client) -> None:
    connector = aiohttp.TCPConnector(limit=1)
    async with aiohttp.ClientSession(connector=connector) as client.http:
        client.sandbox.break_("vudumobile", "keepalive_cut")
        await client.send("un")
        await lost(client.vudumobile("send", to=MOBILE, message="deux"))
        await client.send("trois")
    assert [line.text for line in client.sandbox.ledger] == ["un", "trois"]
