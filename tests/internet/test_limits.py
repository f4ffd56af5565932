"""What we take of whatever comes back, and how long we wait for it, from real servers."""

from __future__ import annotations

import asyncio
import gzip
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.internet import Internet
from bot.internet.asking import CONNECTIONS_PER_HOST, LONGEST_ANSWER
from tests.clock import FakeClock
from tests.gateways.server import RESET, Raw, Reply
from tests.internet.conftest import ALLOWED, SOON, listening, reason

# --- what we take --------------------------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
PACKED = {"Content-Encoding": "gzip"}
BAD = {
    "an error": (Reply(503, {"x": "secret"}), "it answered 503"),
    "not found": (Reply(404, b"secret"), "it answered 404"),
    "nothing": (Reply(204), "its answer is not JSON"),
    "a page": (Reply(body=b"<html>secret</html>"), "its answer is not JSON"),
    "too long": (Reply(body=b" " * (LONGEST_ANSWER + 1)), "its answer is longer than 64 KiB"),
    "said to be too long": (
        Raw(HEAD + b"Content-Length: 9999999999\r\n\r\n{"),
        "its answer is longer than 64 KiB",
    ),
    "too long in pieces": (
        Raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"1000\r\n%b\r\n" % (b" " * 4096) * 40),
        "its answer is longer than 64 KiB",
    ),
    "too long until the end": (
        Raw(HEAD + b"\r\n" + b" " * LONGEST_ANSWER * 3),
        "its answer is longer than 64 KiB",
    ),
    "packed": (
        Reply(body=gzip.compress(b"[1]"), headers=PACKED),
        "its answer is packed, which we did not ask for",
    ),
    "packed, it says, but not": (
        Reply(body=b"[1]", headers=PACKED),
        "its answer is packed, which we did not ask for",
    ),
    "a bomb": (
        Reply(body=gzip.compress(b" " * (50 << 20)), headers=PACKED),
        "its answer is packed, which we did not ask for",
    ),
    "too deep": (Reply(body=b"[" * 60_000), "its answer is nested too deeply"),
    "reset": (RESET, "its answer broke off"),
    "closed": (Raw(b""), "its answer broke off"),
    "cut off in the status": (Raw(b"HTTP/1.1 20"), "its answer broke off"),
    "cut off in the body": (Raw(HEAD + b"Content-Length: 9\r\n\r\n{}"), "its answer broke off"),
    "cut off in a piece": (
        Raw(HEAD + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{}"),
        "its answer broke off",
    ),
    "no HTTP": (Raw(b"\x00\xff\x16\x03\x01 garbage\r\n\r\n"), "its answer broke off"),
    "a long header": (Raw(HEAD + b"A: " + b"x" * 100_000 + b"\r\n\r\n"), "its answer broke off"),
    "many headers": (Raw(HEAD + b"A: b\r\n" * 5_000 + b"\r\n[]"), "its answer broke off"),
    "a length that is none": (
        Raw(HEAD + b"Content-Length: -1\r\n\r\n[]"),
        "its answer broke off",
    ),
    "two lengths": (
        Raw(HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n[]]"),
        "its answer broke off",
    ),
}


@pytest.mark.parametrize(("reply", "said"), BAD.values(), ids=BAD.keys())
async def test_what_cannot_be_used_is_told_in_plain_words(internet, server, api, reply, said):
    """INV-33: nothing of the address or the answer stands in the reason."""
    server.say(reply)
    assert await reason(internet, f"{api}/secret?x=secret") == said
    assert server.connections == 1


async def test_an_answer_may_be_as_long_as_the_limit(internet, server, api):
    server.say(Reply(body=b"[]".ljust(LONGEST_ANSWER)))
    assert await internet.get_json(api, within=SOON) == []


async def test_what_says_that_it_is_not_packed_is_read(internet, server, api):
    server.say(Reply(body=[1], headers={"Content-Encoding": "Identity"}))
    assert await internet.get_json(api, within=SOON) == [1]


# --- how long we wait ----------------------------------------------------------------------------


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take whatever is asked, and say nothing until the other side hangs up."""
    await reader.read()


@pytest.mark.parametrize("within", [timedelta(0), timedelta(seconds=30)], ids=["none", "some"])
async def test_the_time_limit_is_in_seconds_of_the_clock(names, within):
    hurried = Internet(FakeClock(speed=300), private_hosts=ALLOWED, resolve=names)
    async with listening(silence) as port, hurried as internet:
        said = await reason(internet, f"http://api.example:{port}/secret", within=within)
    assert said == f"no whole answer within {within.total_seconds():g} seconds"


async def test_a_name_that_takes_for_ever_is_in_the_limit():
    async def never(name: str) -> list[str]:
        await asyncio.Event().wait()
        return []

    async with Internet(FakeClock(speed=300), resolve=never) as internet:
        said = await reason(internet, "https://api.example/secret")
    assert said == "no whole answer within 10 seconds"


DRIPS = {
    "headers": (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    "a body": (HEAD + b"Content-Length: 60000\r\n\r\n[", b" "),
    "pieces": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
    "interim answers": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
}


@pytest.mark.parametrize(("first", "drop"), DRIPS.values(), ids=DRIPS.keys())
async def test_what_comes_drop_by_drop_does_not_stretch_the_limit(names, first, drop):
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(first)
        while not reader.at_eof():
            writer.write(drop)
            with suppress(TimeoutError):  # a drop every hundredth of a second, until we hang up
                await asyncio.wait_for(reader.read(), 0.01)

    hurried = Internet(FakeClock(speed=300), private_hosts=ALLOWED, resolve=names)
    async with listening(drip) as port, hurried as internet:
        limit = timedelta(seconds=30)
        said = await reason(internet, f"http://api.example:{port}/secret", within=limit)
    assert said == "no whole answer within 30 seconds"


async def test_whoever_is_cancelled_gives_up_at_once(internet):
    reached = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reached.set()
        await silence(reader, writer)

    async with listening(hang) as port:
        url = f"http://api.example:{port}/"
        asking = asyncio.create_task(internet.get_json(url, within=SOON))
        await reached.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_a_server_that_hangs_leaves_room_for_others(internet, server):
    server.say(Reply(body=[1]))
    full, reached = asyncio.Event(), 0

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal reached
        reached += 1
        if reached == CONNECTIONS_PER_HOST:
            full.set()
        await silence(reader, writer)

    async with listening(hang) as port:
        url = f"http://api.example:{port}/"
        asking = [
            asyncio.create_task(internet.get_json(url, within=SOON))
            for _ in range(CONNECTIONS_PER_HOST + 5)
        ]
        await full.wait()
        other = server.url.replace("127.0.0.1", "other.example")
        assert await internet.get_json(other, within=SOON) == [1]
        assert reached == CONNECTIONS_PER_HOST
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
