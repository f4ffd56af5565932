"""What is VuduMobile's own: its feed without pages, its refusals, its table of outcomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from bot.core.messages import Status
from bot.core.network import Action, Advice
from bot.gateways.base import AccountHeld, Rejected, Unconfirmed
from bot.gateways.vudumobile_tables import CODES, status_of
from tests.clock import NOON
from tests.gateways.server import Reply, sample
from tests.gateways.vendors import OURS, VUDUMOBILE, row, vudumobile


@pytest.fixture
def gateway(server, transport):
    return vudumobile(server, transport)


# --- the document's samples ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["feed-of-the-document", "feed-in-an-object"])
async def test_the_documents_feed_is_read_without_loss(gateway, server, name):
    """Its rows come unordered (7 before 4), and one of them is no text."""
    server.say(Reply(body=sample(f"vudumobile/{name}")))
    page = await gateway.fetch(VUDUMOBILE.feed())
    assert [text.key for text in page.texts] == ["mo:1", "mo:2", "mo:3", "mo:7", "mo:4", "mo:5"]
    assert page.unreadable == 0
    third = page.texts[2]
    assert (third.number, third.our_number) == ("+18195555555", OURS)
    assert third.text == "Demande special damien "
    assert third.sent_at == datetime(2013, 9, 9, 3, 40, 19, tzinfo=UTC)


async def test_times_are_utc_since_no_zone_is_asked_for(gateway, server):
    server.say(Reply(body=[]))
    await gateway.fetch(VUDUMOBILE.feed())
    form = parse_qs(server.asked[0].body.decode())
    assert set(form) == {"date_start", "direction"}
    assert form["direction"] == ["mo"]
    assert server.asked[0].headers["vudumobile-api-key"] == "canary-key-25cKYq36wDAY"


async def test_a_feed_without_ids_tells_equal_texts_apart_by_count(gateway, server):
    """INV-26: the vendor's public page shows rows without identity."""
    server.say(*[Reply(body=sample("vudumobile/feed-without-ids"))] * 2)
    first = await gateway.fetch(VUDUMOBILE.feed())
    second = await gateway.fetch(VUDUMOBILE.feed())
    assert len({text.key for text in first.texts}) == 3
    assert list(first.texts) == list(second.texts)


async def test_types_may_vary(gateway, server):
    server.say(Reply(body=sample("vudumobile/feed-with-everything-as-strings")))
    page = await gateway.fetch(VUDUMOBILE.feed())
    assert [(text.key, text.number, text.text) for text in page.texts] == [
        ("mo:1", "+15145555555", "Meteo"),
        ("mo:2", "38200", "1234"),
    ]
    assert {text.our_number for text in page.texts} == {OURS}


async def test_the_other_party_of_a_message_is_whoever_is_not_us(gateway, server):
    """The document's sample has the mobile in `from`, where one would expect it in `to`."""
    server.say(Reply(body=sample("vudumobile/feed-of-messages")))
    found = await gateway.receipts([VUDUMOBILE.sent()])
    assert [(one.gateway_id, one.numbers, one.status, one.code) for one in found] == [
        ("6", ("+18195555555",), Status.SENT, "sent"),
        ("522", ("+15145555555",), Status.DELIVERED, "DELIVRD_000"),
        ("523", ("+15145555556",), Status.UNDELIVERED, "UNDELIV_300"),
    ]
    assert found[2].segments == 2


async def test_without_our_number_the_other_party_is_whoever_was_asked_for(server, transport):
    gateway = vudumobile(server, transport, our_number="")
    server.say(Reply(body=sample("vudumobile/feed-of-messages")))
    found = await gateway.receipts([replace(VUDUMOBILE.sent(), number="+18195555555")])
    assert found[0].numbers == ("+18195555555",)


# --- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 422, 499])
@pytest.mark.parametrize(
    ("name", "error", "word"),
    [
        ("refused-by-the-firewall", AccountHeld, "firewall"),
        ("refused-without-a-key", AccountHeld, "key"),
    ],
)
async def test_a_refusal_that_means_the_account_holds_it(
    gateway, server, status, name, error, word
):
    """The vendor uses 400 to 499 for everything: the text tells, whatever the number."""
    server.say(*[Reply(status, sample(f"vudumobile/{name}"))] * 2)
    for ask, asked_for in (
        (gateway.send, VUDUMOBILE.batch()),
        (gateway.fetch, VUDUMOBILE.feed()),
    ):
        with pytest.raises(error) as caught:
            await ask(asked_for)
        assert caught.value.word == word
        assert "25cKYq" not in caught.value.reason
    assert gateway.condition.held == word


@pytest.mark.parametrize("status", [400, 422, 450])
async def test_a_refusal_that_means_the_message_gives_it_up(gateway, server, status):
    server.say(Reply(status, sample("vudumobile/refused-for-its-message")))
    with pytest.raises(Rejected, match="texte de l'erreur"):
        await gateway.send(VUDUMOBILE.batch())
    assert gateway.condition.held == ""


async def test_a_success_that_says_it_failed_may_have_been_taken(gateway, server):
    """Documented errors have a status from 400 to 499; what contradicts itself is found out."""
    server.say(Reply(200, {"status": False, "error": "An error has occurred"}))
    with pytest.raises(Unconfirmed):
        await gateway.send(VUDUMOBILE.batch())


async def test_a_refusal_without_a_word_is_the_firewalls(gateway, server):
    server.say(Reply(403, b"<h1>Forbidden</h1>"))
    with pytest.raises(AccountHeld) as caught:
        await gateway.send(VUDUMOBILE.batch())
    assert caught.value.word == "firewall"


# --- sending -------------------------------------------------------------------------------------


async def test_a_message_is_sent_as_the_document_shows(gateway, server):
    server.say(Reply(body=sample("vudumobile/sent")))
    acceptance = await gateway.send(VUDUMOBILE.batch("Été à 5 € & + = 100 %\n👩"))
    assert acceptance.gateway_id == "522"
    assert server.asked[0].form == {"to": "15145555555", "message": "Été à 5 € & + = 100 %\n👩"}
    assert server.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "gateway_id"),
    [
        ({"status": True, "msg_id": "522"}, "522"),
        ({"msg_id": 522}, "522"),
        ({"status": "true", "msg_id": 522}, "522"),
        ({"status": True, "msg_id": "a-b-c"}, "a-b-c"),
        ({"status": True}, ""),
    ],
)
async def test_what_counts_as_accepted(gateway, server, body, gateway_id):
    server.say(Reply(body=body))
    assert (await gateway.send(VUDUMOBILE.batch())).gateway_id == gateway_id


@pytest.mark.parametrize(
    "body", [{"status": "ok"}, {"status": 1}, {"queued": True}, {"msg_id": ""}]
)
async def test_what_says_neither_yes_nor_no_may_have_been_taken(gateway, server, body):
    server.say(Reply(body=body))
    with pytest.raises(Unconfirmed):
        await gateway.send(VUDUMOBILE.batch())


# --- outcomes ------------------------------------------------------------------------------------


DOCUMENTED = {
    ("DELIVERED", "000"),
    ("ACCEPTED", "000"),
    *(("EXPIRED", str(code)) for code in (101, 102, 103, 306)),
    *(("UNDELIVERABLE", str(code)) for code in (104, 105, *range(200, 207))),
    *(("UNDELIVERABLE", str(code)) for code in (250, 251, 252, 253, 254, 259)),
    *(("UNDELIVERABLE", str(code)) for code in (300, 301, 302, 303, 304, 305, 307)),
    ("UNKNOWN", "399"),
}


def test_every_code_of_the_vendors_table_is_ours():
    ours = {code for code in CODES if code != "000"}
    assert {code for _, code in DOCUMENTED if code != "000"} == ours
    for word, code in DOCUMENTED:
        expected = Status.EXPIRED if word == "EXPIRED" else Status.UNDELIVERED
        if code != "000":
            assert CODES[code].status is expected
            assert CODES[code].advice is not None


@pytest.mark.parametrize(
    ("status_mt", "status"),
    [
        ("queued", Status.SENT),
        ("sent", Status.SENT),
        ("failed", Status.UNDELIVERED),
        ("DELIVRD_000", Status.DELIVERED),
        ("DELIVRD", Status.DELIVERED),
        ("DELIVERED_000", Status.DELIVERED),
        ("ACCEPTD_000", Status.SENT),
        ("EXPIRED_101", Status.EXPIRED),
        ("EXPIRED_306", Status.EXPIRED),
        ("UNDELIV_300", Status.UNDELIVERED),
        ("undeliv_300 ", Status.UNDELIVERED),
        ("UNKNOWN_399", Status.UNDELIVERED),
        ("UNDELIV_998", Status.UNDELIVERED),
        ("SOMETHING_300", Status.UNDELIVERED),
        ("SOMETHING_998", Status.SENT),
        ("REJECTD", Status.SENT),
        ("", Status.SENT),
    ],
)
def test_what_an_outcome_means(status_mt, status):
    assert status_of(status_mt, detailed=True) is status


def test_delivered_to_the_carrier_is_a_delivery_only_where_nothing_better_is_told():
    assert status_of("delivered", detailed=False) is Status.DELIVERED
    assert status_of("delivered", detailed=True) is Status.SENT


async def test_an_account_that_once_told_more_is_remembered(server, transport):
    server.say(
        Reply(body=sample("vudumobile/feed-of-messages")),
        Reply(body=[row(1, "x", NOON, direction="mt", status_mt="delivered")]),
    )
    gateway = vudumobile(server, transport)
    assert gateway.learned == {"detailed": False}
    await gateway.receipts([VUDUMOBILE.sent()])
    again = vudumobile(server, transport, learned=gateway.learned)
    (seen,) = await again.receipts([VUDUMOBILE.sent()])
    assert seen.status is Status.SENT


REPORTED = "103 206 250 251 254 259 300 306 307 399"


@pytest.mark.parametrize(
    ("advice", "codes"),
    [
        (Advice(Action.STOP), "200 201 202 252 303 304"),
        (Advice(Action.STOP, times=2), "204"),
        (Advice(Action.AGAIN), "101 102 203 305"),
        (Advice(Action.PAUSE), "205"),
        (Advice(Action.SHORTEN), "301"),
        (Advice(Action.HOLD), "104 105 253 302"),
        (Advice(Action.REPORT), REPORTED),
        (None, "000"),
    ],
)
def test_what_the_vendor_suggests(advice, codes):
    assert {code for code, row in CODES.items() if row.advice == advice} == set(codes.split())


def test_every_code_has_a_meaning_in_both_languages():
    assert all(row.fr and row.en and row.fr != row.en for row in CODES.values())


async def test_a_receipt_says_what_the_vendor_advises(server, transport):
    """What the document does not have, nobody advises anything for."""
    server.say(
        Reply(
            body=[
                row(1, "x", NOON, direction="mt", status_mt="UNDELIV_305"),
                row(2, "x", NOON, direction="mt", status_mt="UNDELIV_998"),
                row(3, "x", NOON, direction="mt", status_mt="failed"),
            ]
        )
    )
    seen = await vudumobile(server, transport).receipts([VUDUMOBILE.sent()])
    assert [one.advice for one in seen] == [Advice(Action.AGAIN), None, None]
