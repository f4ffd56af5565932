"""Messages over HTTP: begun once, refused with the reason, and read page by page."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.services.janitor import Janitor
from tests.console.api import Program, program
from tests.services.played import ANA, BEN
from tests.services.process import Process
from tests.services.test_memberships import BOOK

AGREED = {"kind": "express", "wording": "Oui, sur le site"}
HELLO = {"to": "514 555-0001", "text": "Bonjour {{ nom }}", "data": {"nom": "Ana"}}


async def test_a_message_is_begun_read_and_followed(tmp_path: Path) -> None:
    async with program(tmp_path) as asking:
        begun = await asking.send(HELLO | {"consent": AGREED})
        whole = await asking.ask("GET", f"/messages/{begun.body['id']}")

        assert (begun.status, begun.body) == (
            202,
            {
                "id": "outbound-1",
                "status": "queued",
                "gateway": "vudumobile",
                "language": "fr",
                "segments": 1,
                "encoding": "GSM-7",
                "dear": [],
                "basis": "express",
                "leaves_at": "2026-03-02T14:00:00Z",
                "because": begun.body["because"],
            },
        )
        assert "quiet hours" in begun.body["because"]
        wanted = {"direction": "out", "number": ANA, "text": "Bonjour Ana", "kind": "started"}
        assert whole.body | wanted == whole.body
        state = (await asking.ask("GET", f"/subscribers/{ANA}")).body
        assert [(one["how"], one["wording"]) for one in state["agreed"]] == [
            ("api", "Oui, sur le site")
        ]
        assert state["talks"][0]["lines"][0]["text"] == "Bonjour Ana"


@pytest.mark.parametrize(
    "said",
    [
        {"message": "Bonjour"},
        {"message": {"fr": "Bonjour", "en": "Hello"}, "language": "fr"},
        {"message": {"template": "help"}},
        {"template": "help"},
    ],
    ids=["a text", "by language", "a template", "a template by its key"],
)
async def test_a_message_is_the_same_as_in_rules(tmp_path: Path, said: Any) -> None:
    async with program(tmp_path) as asking:
        got = await asking.send({"to": ANA, "consent": AGREED, **said})

        assert got.status == 202, got.body
        (row,) = await asking.scene.outbox()
        assert row["text"].startswith("Radio" if "help" in str(said) else "Bonjour")


@pytest.mark.parametrize(
    ("body", "status", "reason", "detail"),
    [
        pytest.param({"to": "abc"}, 422, None, "to: this is no number", id="no number"),
        pytest.param({}, 409, "no_consent", "there is no consent", id="nobody agreed"),
        pytest.param({"gateway": "x"}, 422, "no_gateway", "no such gateway", id="no gateway"),
        pytest.param({"list": "x"}, 422, None, "no rule file has a list 'x'", id="no list"),
        pytest.param({"to": "+15149541234"}, 422, "ours", "a number of ours", id="ours"),
        pytest.param({"text": "{{ x }}"}, 422, "unsaid", "cannot be said", id="an unknown name"),
        pytest.param({"text": "a\u0007"}, 422, None, "text:", id="a control sign"),
        pytest.param({"template": "help"}, 422, None, "one of text, template", id="two messages"),
        pytest.param({"data": {"number": "1"}}, 422, None, "data: every template", id="reserved"),
        pytest.param({"text": None, "message": {}}, 422, None, "message", id="in no language"),
        pytest.param({"data": {"n": True}}, 422, None, "data.n", id="no text"),
        pytest.param(
            {"not_before": "2031-01-01T00:00:00Z"}, 422, None, "within a year", id="too late"
        ),
        pytest.param({"too": ANA}, 422, None, "extra inputs", id="an unknown key"),
    ],
)
async def test_what_cannot_be_is_refused_with_the_reason(
    tmp_path: Path, body: Any, status: int, reason: str | None, detail: str
) -> None:
    consent = {} if status == 409 else {"consent": AGREED}
    async with program(tmp_path) as asking:
        got = await asking.send({"to": ANA, "text": "Bonjour", **consent} | body)

        assert (got.status, got.body.get("reason")) == (status, reason), got.body
        assert (got.type, detail in got.body["detail"]) == ("application/problem+json", True)
        assert await asking.scene.outbox() == []


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        pytest.param(["stop"], "opted_out", id="opted out"),
        pytest.param(["laissez-moi tranquille"], "unsure", id="perhaps wants no more"),
    ],
)
async def test_who_wants_nothing_is_started_nothing(
    tmp_path: Path, texts: list[str], reason: str
) -> None:
    """INV-12, whatever consent the program says it has."""
    async with program(tmp_path) as asking:
        await Process(asking.scene, BOOK).hears(*texts, number=BEN)
        got = await asking.send({"to": BEN, "text": "Bonjour", "consent": AGREED})

    assert (got.status, got.body["reason"]) == (409, reason)


# Once for each key


async def test_a_key_is_carried_out_once_also_by_many_at_once(tmp_path: Path) -> None:
    """INV-8: and each is answered as the first."""
    key = {"Idempotency-Key": "order-17"}
    async with program(tmp_path) as asking:
        body = HELLO | {"consent": AGREED}
        got = await asyncio.gather(*(asking.send(body, **key) for _ in range(8)))
        other = await asking.send(HELLO | {"consent": AGREED, "language": "en"}, **key)
        own = await asking.send(body, **{"Idempotency-Key": "order-18"})

        assert {(one.status, one.body["id"]) for one in got} == {(202, "outbound-1")}
        assert all(one.body == got[0].body for one in got)
        assert (other.status, other.body["reason"]) == (422, "other_request")
        assert (own.status, own.body["id"]) == (202, "outbound-2")
        assert len(await asking.scene.outbox()) == 2


async def test_what_was_refused_may_be_asked_again_with_its_key(tmp_path: Path) -> None:
    key = {"Idempotency-Key": "order-17"}
    async with program(tmp_path) as asking:
        refused = await asking.send(HELLO, **key)
        await asking.scene.receive("meteo")
        again = await asking.send(HELLO, **key)
        bad = await asking.send(HELLO, **{"Idempotency-Key": "x" * 256})

    assert (refused.status, again.status, bad.status) == (409, 202, 422)


async def test_a_key_is_forgotten_after_a_day(tmp_path: Path) -> None:
    key = {"Idempotency-Key": "order-17"}
    async with program(tmp_path) as asking:
        clock, body = asking.scene.clock, HELLO | {"consent": AGREED}
        janitor = Janitor(asking.scene.database, clock, texts=timedelta(days=90))
        ids = []
        for hours in (0, 23, 2):
            clock.advance(hours * 3600)
            await janitor.tick()
            ids.append((await asking.send(body, **key)).body["id"])

    assert ids == ["outbound-1", "outbound-1", "outbound-2"]


async def test_nothing_is_started_while_somebody_only_looks_on(tmp_path: Path) -> None:
    async with program(tmp_path, observing=True) as asking:
        got = await asking.send(HELLO | {"consent": AGREED})

    assert (got.status, got.body["status"]) == (202, "cancelled")


# Reading


async def talk(asking: Program) -> None:
    process = Process(asking.scene, BOOK)
    for number, text in ((ANA, "aide"), (BEN, "aide"), (ANA, "info")):
        await process.hears(text, number=number)
        asking.scene.clock.advance(60)


async def test_both_ways_are_read_in_one_order_page_by_page(tmp_path: Path) -> None:
    async with program(tmp_path) as asking:
        await talk(asking)
        pages, after, more = [], "", True
        while more:
            got = (await asking.ask("GET", f"/messages?limit=2&after={after}")).body
            pages.append([one["id"] for one in got["messages"]])
            after, more = got["next"], got["more"]
        later = (await asking.ask("GET", f"/messages?after={after}")).body
        await asking.scene.receive("encore")
        new = (await asking.ask("GET", f"/messages?after={after}")).body

    flat = [one for page in pages for one in page]
    assert flat == [
        *("inbound-1", "outbound-1", "inbound-2", "outbound-2", "inbound-3", "outbound-3"),
    ]
    assert (later["messages"], later["next"], later["more"]) == ([], after, False)
    assert [one["id"] for one in new["messages"]] == ["inbound-4"]


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ("direction=in", ["inbound-1", "inbound-2", "inbound-3"]),
        ("direction=out", ["outbound-1", "outbound-2", "outbound-3"]),
        (f"number={BEN}", ["inbound-2", "outbound-2"]),
        ("number=514-555-0002&direction=in", ["inbound-2"]),
        ("since=2026-03-02T12:02:00Z", ["inbound-3", "outbound-3"]),
    ],
)
async def test_only_some_are_read(tmp_path: Path, query: str, ids: list[str]) -> None:
    async with program(tmp_path) as asking:
        await talk(asking)
        got = (await asking.ask("GET", f"/messages?{query}")).body

    assert [one["id"] for one in got["messages"]] == ids


async def test_a_text_names_its_replies_and_they_name_it(tmp_path: Path) -> None:
    async with program(tmp_path) as asking:
        await talk(asking)
        text = (await asking.ask("GET", "/messages/inbound-2")).body
        reply = (await asking.ask("GET", "/messages/outbound-2")).body

    assert (text["replies"], text["number"], text["text"]) == (["outbound-2"], BEN, "aide")
    assert (reply["answers"], reply["kind"], reply["replies"]) == ("inbound-2", "help", [])
    assert reply["segments"] >= 1
