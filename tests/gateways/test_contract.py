"""What every gateway promises, held by both adapters over real sockets: sending."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.gateways.base import (
    AccountHeld,
    GatewayError,
    Rejected,
    Throttled,
    Unconfirmed,
    Unreachable,
)
from bot.gateways.http import Transport
from tests.clock import NOON, FakeClock
from tests.gateways.server import HANG, RESET, Raw, Reply, ScriptedServer, html

# --- sending -------------------------------------------------------------------------------------


async def test_an_accepted_message_has_the_gateways_name_for_it(vendor, gateway, server):
    server.say(vendor.accepted)
    acceptance = await gateway.send(vendor.batch())
    assert acceptance.gateway_id == vendor.gateway_id
    assert server.paths() == [vendor.send_path]


async def test_what_is_not_wanted_when_its_turn_comes_does_not_leave(vendor, gateway, server):
    """INV-12."""

    async def wanted() -> bool:
        return False

    with pytest.raises(Throttled):
        await gateway.send(replace(vendor.batch(), wanted=wanted))
    assert server.paths() == []


HTTP_FAILURES = [
    pytest.param(Reply(301, headers={"Location": "/x"}), AccountHeld, "address", id="moved"),
    pytest.param(Reply(307, headers={"Location": "/x"}), AccountHeld, "address", id="elsewhere"),
    pytest.param(Reply(400, {"errors": ["text"]}), Rejected, "", id="bad request"),
    pytest.param(Reply(401), AccountHeld, "key", id="not us"),
    pytest.param(Reply(402), AccountHeld, "credit", id="no credit"),
    pytest.param(Reply(404), AccountHeld, "address", id="no such address"),
    pytest.param(Reply(405), AccountHeld, "address", id="no such method"),
    pytest.param(Reply(408), Unconfirmed, "", id="the server lost patience"),
    pytest.param(Reply(409), Unconfirmed, "", id="conflict"),
    pytest.param(Reply(413), Rejected, "", id="too large"),
    pytest.param(Reply(414), Rejected, "", id="address too long"),
    pytest.param(Reply(422), Rejected, "", id="makes no sense"),
    pytest.param(Reply(429), Throttled, "", id="too fast"),
    pytest.param(
        Reply(430, reason="Account expired 2026-01-31"), AccountHeld, "expired", id="expired"
    ),
    pytest.param(Reply(500), Unconfirmed, "", id="their fault"),
    pytest.param(Reply(501), AccountHeld, "address", id="not open yet"),
    pytest.param(Reply(502), Unconfirmed, "", id="a proxy"),
    pytest.param(Reply(503), Unconfirmed, "", id="overloaded"),
    pytest.param(Reply(504), Unconfirmed, "", id="a slow server behind a proxy"),
    pytest.param(Reply(505), AccountHeld, "address", id="another HTTP"),
    pytest.param(Reply(520), Unconfirmed, "", id="a proxy at its wits' end"),
    pytest.param(html(500), Unconfirmed, "", id="their fault, in HTML"),
    pytest.param(html(400), Rejected, "", id="bad request, in HTML"),
]
AFTER_SUCCESS = [
    pytest.param(html(), id="HTML with a success"),
    pytest.param(Reply(body=b""), id="nothing"),
    pytest.param(Reply(body=b"null"), id="null"),
    pytest.param(Reply(body=b"[]"), id="an empty list"),
    pytest.param(Reply(body=b"{}"), id="an empty object"),
    pytest.param(Reply(body=b'{"status": tr'), id="cut off, but of the length it claims"),
    pytest.param(Reply(body=b"[" * 100_000), id="a depth bomb"),
    pytest.param(Reply(body=b'{"a":' * 100_000), id="a depth bomb of objects"),
    pytest.param(Reply(body=b"\xff\xfe\x00"), id="no UTF-8"),
    pytest.param(Reply(body=b"1" * 100_000), id="a number without end"),
    pytest.param(Reply(202, b""), id="accepted, without a body"),
    pytest.param(Reply(204, b""), id="no content"),
    pytest.param(Reply(body=b" " * (17 << 20)), id="longer than we read"),
    pytest.param(Reply(body=b'{"status', claimed=900), id="cut off"),
    pytest.param(RESET, id="reset"),
    pytest.param(Raw(b""), id="closed"),
]


@pytest.mark.parametrize(("reply", "error", "word"), HTTP_FAILURES)
async def test_what_a_failure_of_a_send_means(vendor, gateway, server, reply, error, word):
    """INV-4: it was asked once, and what may have been taken is called so."""
    server.say(reply)
    with pytest.raises(GatewayError) as caught:
        await gateway.send(vendor.batch())
    assert type(caught.value) is error
    assert getattr(caught.value, "word", "") == word
    assert caught.value.code == str(reply.status)
    assert server.paths() == [vendor.send_path]


@pytest.mark.parametrize("reply", AFTER_SUCCESS)
async def test_a_send_without_a_readable_answer_may_have_been_taken(
    vendor, gateway, server, reply
):
    """INV-30: it is neither a success nor a failure, and it is never sent twice by itself."""
    server.say(reply)
    with pytest.raises(Unconfirmed):
        await gateway.send(vendor.batch())
    assert len(server.asked) == 1


async def test_a_send_that_hangs_may_have_been_taken(vendor):
    clock = FakeClock(speed=60.0)
    async with ScriptedServer(clock) as server, Transport(clock) as transport:
        server.say(HANG)
        with pytest.raises(Unconfirmed):
            await vendor.open(server, transport).send(vendor.batch())
        assert len(server.asked) == 1


async def test_a_send_that_reached_nobody_was_not_taken(vendor, server, transport):
    gateway = vendor.open(server, transport, url="http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        await gateway.send(vendor.batch())


@pytest.mark.parametrize("status", [429, 503])
async def test_a_gateway_that_asks_for_patience_gets_it(vendor, gateway, server, clock, status):
    """Nobody asks before the time is over, and then one tries for all."""
    server.say(Reply(status, headers={"Retry-After": "40"}), vendor.accepted)
    with pytest.raises(GatewayError) as caught:
        await gateway.send(vendor.batch())
    assert caught.value.retry_after == 40.0
    assert gateway.condition.sends_from == NOON + timedelta(seconds=40)
    clock.advance(39)
    with pytest.raises((Throttled, Unreachable)):
        await gateway.send(vendor.batch())
    assert len(server.asked) == 1
    clock.advance(1)
    await gateway.send(vendor.batch())
    assert gateway.condition.sends_from is None


@pytest.mark.parametrize("word_status", [("credit", 402), ("expired", 430)])
async def test_without_credit_texts_are_still_read(vendor, gateway, server, clock, word_status):
    """Held for sending is not held for reading."""
    word, status = word_status
    server.say(Reply(status), Reply(body=vendor.listing([("Meteo", NOON)])))
    with pytest.raises(AccountHeld):
        await gateway.send(vendor.batch())
    assert gateway.condition.held == word
    assert len((await gateway.fetch(vendor.feed())).texts) == 1
    assert gateway.condition.held == word


async def test_a_held_account_is_tried_after_ten_seconds_then_every_thirty(
    vendor, gateway, server, clock
):
    """At every moment nothing is asked in between, and one success ends it."""
    server.say(*[Reply(402)] * 3, vendor.accepted)
    asked_at = []
    for second in range(80):
        before = len(server.asked)
        try:
            await gateway.send(vendor.batch())
        except AccountHeld as held:
            assert held.word == "credit"  # noqa: PT017 - each of eighty is looked at
        if len(server.asked) > before:
            asked_at.append(second)
        clock.advance(1)
        if not gateway.condition.held:
            break
    assert asked_at == [0, 10, 40, 70]


async def test_one_trial_is_made_for_all_that_wait(vendor, gateway, server, clock):
    server.say(Reply(402), Reply(402))
    with pytest.raises(AccountHeld):
        await gateway.send(vendor.batch())
    clock.advance(10)
    trials = await asyncio.gather(
        *(gateway.send(vendor.batch()) for _ in range(5)), return_exceptions=True
    )
    assert all(isinstance(trial, AccountHeld) for trial in trials)
    assert len(server.asked) == 2
