"""What an answer says wrongly, what is refused, and what the Date of answers says."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from bot.sandbox import FAULTS
from tests.sandbox.conftest import MOBILE, Client
from tests.sandbox.fault_stories import Stories, both, is_json

STORIES = Stories("body", "refusal", "clock")
story = STORIES.story


@pytest.mark.parametrize("name", STORIES.faults)
async def test_fault(client: Client, name: str) -> None:
    await STORIES.tell(client, name)


def body_story(name: str, check: Callable[[int, str, bytes], bool]) -> None:
    async def tell(client: Client) -> None:
        for gateway, send in both(client):
            if gateway in FAULTS[name].gateways:
                client.sandbox.break_(gateway, name, operation="send")
                async with send() as answer:
                    body = await answer.read()
                    assert check(answer.status, answer.content_type, body), body[:200]
                assert len(client.sandbox.ledger) >= 1, "it was taken on all the same"

    STORIES.add(name, tell)


body_story("garbled", lambda status, kind, body: not is_json(body) and body != b"")
body_story("truncated", lambda status, kind, body: not is_json(body) and body != b"")
body_story("empty", lambda status, kind, body: (status, body) == (200, b""))
body_story("html", lambda status, kind, body: (status, kind) == (200, "text/html"))
body_story("null", lambda status, kind, body: (status, body) == (200, b"null"))
body_story(
    "status_false",
    lambda status, kind, body: (
        status == 200 and json.loads(body)["status"] is False and "error" in json.loads(body)
    ),
)
body_story("nan", lambda status, kind, body: b"NaN" in body)
body_story("bom", lambda status, kind, body: body.startswith(b"\xef\xbb\xbf{"))
body_story("content_type", lambda status, kind, body: kind == "text/plain" and is_json(body))
body_story("no_body", lambda status, kind, body: (status, body) == (202, b""))


@story
async def tell_nested(client: Client) -> None:
    client.sandbox.break_("vudumobile", "nested")
    async with client.vudumobile("get_feed", date_start="2026-01-01 00:00:00") as answer:
        body = await answer.read()
    assert body == b"[" * 100_000 + b"]" * 100_000


@story
async def tell_latin1(client: Client) -> None:
    client.sandbox.text("vudumobile", MOBILE, "été")
    client.sandbox.break_("vudumobile", "latin1", operation="get_feed")
    async with client.vudumobile("get_feed", date_start="2026-01-01 00:00:00") as answer:
        assert b'"\xe9t\xe9"' in await answer.read()


@story
async def tell_huge(client: Client) -> None:
    client.sandbox.break_("vudumobile", "huge", mib=3)
    async with client.vudumobile("get_feed", date_start="2026-01-01 00:00:00") as answer:
        assert len(await answer.read()) > 3 * 2**20
    client.sandbox.break_("clever", "huge", mib=100_000)
    async with client.clever("account/me") as answer:
        await answer.content.readexactly(100_000)


def refusal_story(name: str, status: int, **options: Any) -> None:
    async def tell(client: Client) -> None:
        for gateway, send in both(client):
            if gateway in FAULTS[name].gateways:
                client.sandbox.break_(gateway, name, operation="send", **options)
                async with send() as answer:
                    assert answer.status == status
                    if options.get("retry_after"):
                        assert answer.headers["Retry-After"] == options["retry_after"]
                    else:
                        assert "Retry-After" not in answer.headers
                    if name == "http_430" and gateway == "clever":
                        assert answer.reason == "Account expired 2033-02-10"
                    if name == "firewall":
                        assert "not accessible from your IP" in await answer.text()
                    if name == "redirect":
                        assert answer.headers["Location"] == "/elsewhere"
        assert client.sandbox.ledger == []

    STORIES.add(name, tell)


for code in (400, 402, 403, 404, 409, 430, 500, 501, 502, 503, 504):
    refusal_story(f"http_{code}", code)
refusal_story("http_429", 429, retry_after="7")
refusal_story("firewall", 403, ip="192.168.0.1")
refusal_story("wrong_key", 401)
refusal_story("redirect", 302)


@pytest.mark.parametrize("name", ["http_409", "http_500", "http_502", "http_503", "http_504"])
async def test_a_refusal_that_took_the_message_on(client: Client, name: str) -> None:
    client.sandbox.break_("both", name, operation="send", accepted=True)
    for _, send in both(client):
        async with send() as answer:
            assert answer.status == int(name[-3:])
    assert [line.gateway for line in client.sandbox.ledger] == ["vudumobile", "clever"]


async def test_a_followed_redirect_is_seen(client: Client) -> None:
    client.sandbox.break_("vudumobile", "redirect", status=307)
    async with client.http.post(
        f"{client.sandbox.vudumobile_url}/send",
        headers=client.key,
        data={"to": MOBILE, "message": "a"},
    ) as answer:
        assert "Elsewhere" in await answer.text()
    assert client.sandbox.requests[-1].gateway == "elsewhere"


@story
async def tell_date_wrong(client: Client) -> None:
    client.sandbox.break_("clever", "date_wrong", seconds=86_400)
    async with client.clever("account/me") as answer:
        assert answer.headers["Date"] == "Tue, 02 Jun 2026 12:00:00 GMT"


@story
async def tell_date_missing(client: Client) -> None:
    client.sandbox.break_("both", "date_missing", operation="send")
    for _, send in both(client):
        async with send() as answer:
            assert "Date" not in answer.headers
