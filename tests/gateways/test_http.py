"""The one function through which every request goes: what arrives, what comes back, what fails."""

from __future__ import annotations

import asyncio
import gzip
import zlib

import pytest

from bot.gateways.base import Unconfirmed, Unreachable
from bot.gateways.http import Overdue, Oversized, Request, Transport, retry_after
from tests.clock import FakeClock
from tests.gateways.server import HANG, RESET, Raw, Reply, ScriptedServer


async def test_what_is_asked_arrives_once_and_in_one_piece(server, transport):
    """A request cut in two could be taken half: it leaves in one write."""
    server.say(Reply(body={"status": True}))
    await transport.exchange(Request("POST", f"{server.url}/send", {"Key": "k"}, b"to=1" * 300))
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/send", b"to=1" * 300)
    assert asked.writes == 1


async def test_an_answer_has_what_we_use_of_it_and_no_more(server, transport, clock):
    """Of the headers only those that we read are kept, by names in lower case."""
    headers = {"Retry-After": "7", "Set-Cookie": "a=b", "Content-Type": "application/json"}
    server.say(Reply(503, b"[]", "Later", headers))
    answer = await transport.exchange(Request("GET", server.url))
    assert (answer.status, answer.reason, answer.body) == (503, "Later", b"[]")
    assert set(answer.headers) == {"retry-after", "content-type", "date"}
    assert answer.begun_at == answer.ended_at == clock.now()


async def test_no_cookie_comes_back(server, transport):
    server.say(Reply(headers={"Set-Cookie": "session=1"}), Reply())
    for _ in range(2):
        await transport.exchange(Request("GET", server.url))
    assert "cookie" not in server.asked[1].headers


async def test_a_redirection_is_an_answer(server, transport):
    """INV-33: our credentials never travel to where an answer points."""
    server.say(Reply(302, headers={"Location": f"{server.url}/elsewhere"}))
    answer = await transport.exchange(Request("POST", f"{server.url}/send", {"Key": "secret"}))
    assert answer.status == 302
    assert server.paths() == ["/send"]


async def test_a_proxy_of_the_environment_is_not_used(server, transport, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.say(Reply())
    assert (await transport.exchange(Request("GET", server.url))).status == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(RESET, Unconfirmed, id="reset after the request"),
        pytest.param(Raw(b""), Unconfirmed, id="closed without a word"),
        pytest.param(Raw(b"HTTP/1.1 20"), Unconfirmed, id="cut off in the status"),
        pytest.param(Raw(b"\x00\xff\x16\x03\x01 garbage\r\n\r\n"), Unconfirmed, id="no HTTP"),
        pytest.param(Reply(body=b"[1,", claimed=900), Unconfirmed, id="cut off in the body"),
        pytest.param(
            Reply(body=b"x" * 40, headers={"Content-Encoding": "gzip"}),
            Unconfirmed,
            id="packed, but not",
        ),
        pytest.param(
            Raw(b"HTTP/1.1 200 OK\r\nA: " + b"x" * 100_000 + b"\r\n\r\n"),
            Unconfirmed,
            id="long header",
        ),
    ],
)
async def test_what_breaks_after_the_request_may_have_been_taken(
    server, transport, method, fault, error
):
    """INV-4: it is for the caller to find out; nothing is asked twice, not even a GET (INV-25)."""
    server.say(Reply(), fault)
    await transport.exchange(Request("GET", server.url))  # a connection that could be used again
    with pytest.raises(error) as caught:
        await transport.exchange(Request(method, server.url, body=b"{}"))
    assert not isinstance(caught.value, Unreachable)
    assert len(server.asked) == 2


async def test_a_port_where_nobody_listens_was_never_reached(transport):
    with pytest.raises(Unreachable):
        await transport.exchange(Request("POST", "http://127.0.0.1:9/send", body=b"x"))


async def test_a_name_that_nobody_has_was_never_reached(transport):
    with pytest.raises(Unreachable):
        await transport.exchange(Request("POST", "http://nobody.invalid/send", body=b"x"))


async def test_a_server_that_does_not_agree_on_tls_was_never_reached():
    """Ten seconds for that; what failed before a request was written took none."""
    clock = FakeClock(speed=100.0)
    async with ScriptedServer(clock) as server, Transport(clock) as transport:
        secure = server.url.replace("http:", "https:")
        with pytest.raises(Unreachable):
            await transport.exchange(Request("POST", secure, body=b"x"))
        assert server.asked == []


async def test_who_hangs_is_given_up_after_thirty_seconds_of_our_clock():
    clock = FakeClock(speed=60.0)
    async with ScriptedServer(clock) as server, Transport(clock) as transport:
        server.say(HANG)
        began = asyncio.get_running_loop().time()
        with pytest.raises(Overdue):
            await transport.exchange(Request("POST", server.url, body=b"x"))
        assert 0.05 < asyncio.get_running_loop().time() - began < 5


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(body=b"x" * 2000), id="too long"),
        pytest.param(
            Reply(body=gzip.compress(b"x" * 50_000_000), headers={"Content-Encoding": "gzip"}),
            id="a bomb in gzip",
        ),
        pytest.param(
            Reply(body=zlib.compress(b"x" * 50_000_000), headers={"Content-Encoding": "deflate"}),
            id="a bomb in deflate",
        ),
    ],
)
async def test_no_more_is_read_than_was_agreed(server, transport, reply):
    """INV-30"""
    server.say(reply)
    with pytest.raises(Oversized):
        await transport.exchange(Request("GET", server.url, longest=1000))


async def test_an_answer_of_just_the_agreed_length_is_read(server, transport):
    server.say(Reply(body=b"x" * 1000))
    answer = await transport.exchange(Request("GET", server.url, longest=1000))
    assert len(answer.body) == 1000


async def test_an_idle_connection_is_not_used_again():
    """A POST that meets the closing of its connection half way could be unclear."""
    clock = FakeClock(speed=8.0)  # idle after 240 real milliseconds
    async with ScriptedServer(clock) as server, Transport(clock) as transport:
        server.say(Reply(), Reply(), Reply())
        await transport.exchange(Request("POST", server.url, body=b"1"))
        await transport.exchange(Request("POST", server.url, body=b"2"))
        loop = asyncio.get_running_loop()
        idle = loop.create_future()
        loop.call_later(0.3, idle.set_result, None)
        await idle
        await transport.exchange(Request("POST", server.url, body=b"3"))
        assert [asked.connection for asked in server.asked] == [1, 1, 2]


def test_a_request_does_not_show_what_it_carries():
    """INV-33"""
    shown = repr(Request("POST", "https://x/send", {"KEY": "canary-1"}, b"canary-2"))
    assert "canary" not in shown


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("100000", 300.0),
        ("9" * 400, 300.0),
        ("Mon, 02 Mar 2026 12:00:30 GMT", 30.0),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0.0),
        ("Mon, 02 Mar 2099 11:00:00 GMT", 300.0),
        ("soon", None),
        ("-3", None),
        ("٣", None),
        ("", None),
    ],
)
async def test_how_long_an_answer_asks_us_to_wait(server, transport, value, seconds):
    server.say(Reply(503, headers={"Retry-After": value}))
    answer = await transport.exchange(Request("GET", server.url))
    assert retry_after(answer) == seconds
