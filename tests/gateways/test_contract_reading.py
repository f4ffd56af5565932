"""What every gateway promises, held by both adapters over real sockets: the rest."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from bot.core.messages import Status
from bot.gateways.base import (
    AccountHeld,
    GatewayError,
    Unconfirmed,
    Unreachable,
)
from tests.clock import NOON
from tests.gateways.server import Reply
from tests.gateways.vendors import CANARIES, CLEVER, VUDUMOBILE, Vendor

# --- reading -------------------------------------------------------------------------------------


async def test_texts_are_listed_by_time(vendor, gateway, server):
    earlier, later = NOON - timedelta(minutes=2), NOON - timedelta(minutes=1)
    server.say(Reply(body=vendor.listing([("Dj", later), ("Meteo", earlier)])))
    page = await gateway.fetch(vendor.feed())
    assert [(text.text, text.sent_at) for text in page.texts] == [
        ("Meteo", earlier),
        ("Dj", later),
    ]
    assert {text.number for text in page.texts} == {vendor.number}
    assert (page.read_at, page.unreadable, page.gap) == (NOON, 0, None)


async def test_a_text_keeps_its_identity_over_readings_and_restarts(
    vendor, server, transport, clock
):
    """INV-1, INV-26"""
    listing = vendor.listing([("Meteo", NOON), ("Meteo", NOON), ("Dj", NOON)])
    server.say(*[Reply(body=listing)] * 3)
    gateway = vendor.open(server, transport)
    first = await gateway.fetch(vendor.feed())
    clock.advance(3)
    second = await gateway.fetch(vendor.feed(cursor=first.cursor))
    third = await vendor.open(server, transport).fetch(vendor.feed(cursor=second.cursor))
    assert len({text.key for text in first.texts}) == 3
    assert first.texts == second.texts == third.texts


async def test_no_texts_is_an_answer(vendor, gateway, server):
    server.say(Reply(body=vendor.listing([])))
    assert list((await gateway.fetch(vendor.feed())).texts) == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="an empty object"),
        pytest.param(b'"[]"', id="a string"),
        pytest.param(b"0", id="zero"),
        pytest.param(b"false", id="false"),
        pytest.param(b'{"mos": null}', id="no list by its name"),
        pytest.param(b'{"mos": {}}', id="an object by its name"),
        pytest.param(b'{"a": [], "b": []}', id="two lists"),
        pytest.param(b"{{}}", id="doubled braces"),
        pytest.param(b"[" * 70 + b"]" * 70, id="too deep"),
        pytest.param(b"<html></html>", id="HTML"),
    ],
)
async def test_what_is_no_listing_is_never_taken_for_an_empty_one(vendor, gateway, server, body):
    """INV-30"""
    server.say(Reply(body=body))
    with pytest.raises(Unconfirmed):
        await gateway.fetch(vendor.feed())


@pytest.mark.parametrize(
    "row", [None, 7, "text", [], {}, {"message": "Meteo"}, {"from": []}, {"date_receive": "soon"}]
)
async def test_a_row_that_makes_no_sense_is_counted_and_holds_up_no_other(
    vendor, gateway, server, row
):
    """INV-28, INV-30"""
    listing = vendor.listing([("Meteo", NOON)])
    rows = listing if isinstance(listing, list) else listing["mos"]
    rows.append(row)
    server.say(Reply(body=listing))
    page = await gateway.fetch(vendor.feed())
    assert [text.text for text in page.texts] == ["Meteo"]
    assert page.unreadable == 1


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        pytest.param("Été à 5 €, ça va?", "Été à 5 €, ça va?", id="French"),
        pytest.param("👩‍👩‍👧", "👩‍👩‍👧", id="beyond the basic plane"),
        pytest.param("a\x00b", "ab", id="NUL"),
        pytest.param("a\ud800b", "a\ufffdb", id="half a surrogate pair"),
        pytest.param("{{7*7}}", "{{7*7}}", id="a template"),
        pytest.param("\u202eevil", "\u202eevil", id="right to left"),
        pytest.param("x" * 10_000, "x" * 10_000, id="long"),
        pytest.param("", "", id="empty"),
        pytest.param("a\nb", "a\nb", id="two lines"),
    ],
)
async def test_texts_come_as_they_were_written_or_harmless(vendor, gateway, server, sent, read):
    """INV-30, INV-31"""
    body = json.dumps(vendor.listing([(sent, NOON)])).encode()
    server.say(Reply(body=body))
    (text,) = (await gateway.fetch(vendor.feed())).texts
    assert text.text == read
    text.text.encode()


async def test_a_mark_before_the_answer_and_bytes_of_another_alphabet_can_be_read(
    vendor, gateway, server
):
    """One bad byte changes nothing in the rows beside it: their identity depends on it."""
    listing = vendor.listing([("météo", NOON), ("Dj", NOON + timedelta(seconds=1))])
    utf8 = json.dumps(listing, ensure_ascii=False).encode()
    latin = utf8.replace("météo".encode(), "météo".encode("latin-1"))
    server.say(Reply(body=b"\xef\xbb\xbf" + utf8), Reply(body=latin))
    good = await gateway.fetch(vendor.feed())
    bad = await gateway.fetch(vendor.feed())
    assert [text.text for text in bad.texts] == ["météo", "Dj"]
    assert good.texts[1] == bad.texts[1]


async def test_five_failures_in_a_row_leave_the_gateway_alone_for_a_while(
    vendor, gateway, server, clock
):
    """One second, doubling to twenty with each trial that fails, jittered."""
    server.say(*[Reply(500)] * 12, Reply(body=vendor.listing([])))
    waits = []
    for _ in range(12):
        with pytest.raises(Unconfirmed):
            await gateway.fetch(vendor.feed())
        until = gateway.condition.reads_from
        if until is not None:
            with pytest.raises(Unreachable):
                await gateway.fetch(vendor.feed())
            waits.append((until - clock.now()).total_seconds())
            clock.advance(waits[-1])
    assert len(server.asked) == 12
    assert len(waits) == 8
    for wait, longest in zip(waits, [1, 2, 4, 8, 16, 20, 20, 20], strict=True):
        assert longest / 2 <= wait <= longest
    await gateway.fetch(vendor.feed())
    assert gateway.condition.reads_from is None


async def test_a_key_that_was_mended_frees_sends_and_reads_at_once(vendor, gateway, server, clock):
    server.say(Reply(401), Reply(401), Reply(body=vendor.listing([])), vendor.accepted)
    with pytest.raises(AccountHeld):
        await gateway.send(vendor.batch())
    with pytest.raises(AccountHeld):
        await gateway.fetch(vendor.feed())
    clock.advance(10)
    await gateway.fetch(vendor.feed())
    assert gateway.condition.held == ""
    await gateway.send(vendor.batch())


async def test_skew_is_learned_from_every_answer(vendor, gateway, server, clock):
    server.offset = -120.0
    server.say(Reply(body=vendor.listing([])))
    assert gateway.skew.width == 600
    await gateway.fetch(vendor.feed())
    assert gateway.skew.low <= -120 <= gateway.skew.high
    assert gateway.skew.width <= 1.001


# --- receipts ------------------------------------------------------------------------------------


async def test_a_receipt_tells_how_a_message_went(vendor, gateway, server):
    server.say(Reply(body=vendor.receipts))
    (sighting,) = await gateway.receipts([vendor.sent()])
    assert sighting.gateway_id == vendor.gateway_id
    assert sighting.numbers == (vendor.number,)
    assert sighting.status is Status.DELIVERED
    assert (sighting.text, sighting.at) == ("Il neige", NOON)


async def test_nothing_is_asked_where_no_receipt_is_awaited(gateway, server):
    assert list(await gateway.receipts([])) == []
    assert server.asked == []


# --- secrets -------------------------------------------------------------------------------------


def _echo(key: str) -> bytes:
    return json.dumps({"status": False, "error": f"refused: {key}", "errors": [key]}).encode()


@pytest.mark.parametrize("whose", ["our", "another's"])
@pytest.mark.parametrize("status", [200, 400, 401, 402, 429, 430, 500])
async def test_what_a_gateway_echoes_of_our_secrets_goes_no_further(
    vendor, gateway, server, whose, status
):
    """INV-33: neither in an error nor in what is chained to it."""
    ours = CANARIES[0] if vendor is VUDUMOBILE else " ".join(CANARIES[1:])
    # Another's is known by the words before it.
    canary = ours if whose == "our" else "API key: canary-of-somebody-1"
    server.say(*[Reply(status, _echo(canary), reason=f"Bad {canary}")] * 2)
    for ask, asked_for in ((gateway.send, vendor.batch()), (gateway.fetch, vendor.feed())):
        with pytest.raises(GatewayError) as caught:
            await ask(asked_for)
        error: BaseException | None = caught.value
        while error is not None:
            assert "canary" not in repr(error) + str(error)
            assert "canary" not in repr(vars(error))
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


# --- what is refused beforehand ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("vendor", "text", "refused"),
    [
        (VUDUMOBILE, "", True),
        (VUDUMOBILE, " \n", True),
        (VUDUMOBILE, "x" * 1530, False),
        (VUDUMOBILE, "x" * 1531, True),
        (VUDUMOBILE, "ê" * 670, False),
        (VUDUMOBILE, "ê" * 671, True),
        (CLEVER, "", True),
        (CLEVER, "x" * 1000, False),
        (CLEVER, "x" * 1001, True),
    ],
    ids=lambda value: value.name if isinstance(value, Vendor) else str(value)[:3],
)
def test_a_text_that_cannot_be_sent_is_refused_before(vendor, server, transport, text, refused):
    gateway = vendor.open(server, transport)
    assert bool(gateway.refuses(text)) is refused


def test_what_was_learned_survives_as_json(gateway):
    assert json.loads(json.dumps(gateway.learned)) == gateway.learned
