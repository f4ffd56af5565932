"""What is VuduMobile's own: its feed without pages, its refusals, its table of outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest
from hypothesis import given, settings, strategies as st

from bot.core.messages import Status
from bot.gateways.base import AccountHeld, GatewayError, Rejected, Unconfirmed
from bot.gateways.http import Transport
from bot.gateways.vudumobile_cursor import AHEAD, DAY, LAG, OVERLAP, Cursor, Plan
from bot.gateways.vudumobile_rows import TextRows
from bot.gateways.vudumobile_tables import CODES, Action, status_of
from tests.clock import NOON, FakeClock
from tests.gateways.server import HANG, Reply, ScriptedServer, sample
from tests.gateways.vendors import OURS, VUDUMOBILE, vudumobile

PRESENT = int(NOON.timestamp())


@pytest.fixture
def gateway(server, transport):
    return vudumobile(server, transport)


def row(number: int | None, text: str, at: datetime, **more: object) -> dict[str, object]:
    wanted: dict[str, object] = {
        "msg_id": number,
        "direction": "mo",
        "from": "15145555555",
        "to": "15149541234",
        "message": text,
        "datetime": f"{at:%Y-%m-%d %H:%M:%S}",
    }
    return wanted | more


def asked_from(server: ScriptedServer, index: int = -1) -> datetime:
    stamp = server.asked[index].form["date_start"]
    return datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


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
            assert CODES[code].action is not None


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


@pytest.mark.parametrize(
    ("action", "codes"),
    [
        (Action.STOP, "200 201 202 204 252 303 304"),
        (Action.LATER, "101 102 203 305"),
        (Action.PAUSE, "205"),
        (Action.SHORTEN, "301"),
        (Action.HOLD, "104 105 253 302"),
    ],
)
def test_what_the_vendor_suggests(action, codes):
    assert {code for code, row in CODES.items() if row.action is action} == set(codes.split())
    assert {code for code, row in CODES.items() if row.times == 2} == {"204"}


# --- the window ----------------------------------------------------------------------------------


async def test_the_first_reading_is_the_history(server, transport):
    gateway = vudumobile(server, transport, history=timedelta(days=2))
    server.say(Reply(body=[]))
    page = await gateway.fetch(VUDUMOBILE.feed())
    asked = NOON - asked_from(server)
    assert timedelta(days=2) <= asked <= timedelta(days=2, minutes=5)
    assert page.cursor["read"] == PRESENT


async def test_readings_reach_back_minutes_then_hours_then_days(gateway, server, clock):
    """INV-1: late rows have a time in the past."""
    server.always("get_feed", Reply(body=[]))
    cursor: Mapping[str, Any] = {}
    reached: dict[float, timedelta] = {}
    for hours in (0, 0.001, 1.01, 1.02, 23.9, 24.1, 24.11):
        clock.advance(hours * 3600 - clock.monotonic())
        page = await gateway.fetch(VUDUMOBILE.feed(cursor=cursor))
        cursor = page.cursor
        reached[hours] = clock.now() - asked_from(server)
    minutes = {hours: round(reach.total_seconds() / 60) for hours, reach in reached.items()}
    assert minutes[0.001] <= 21
    assert minutes[1.01] >= 6 * 60
    assert minutes[1.02] <= 21
    assert minutes[23.9] >= 6 * 60
    assert minutes[24.1] >= 72 * 60
    assert minutes[24.11] <= 21


def test_a_cursor_of_the_future_does_not_lose_the_present():
    """INV-11: a row of the year 2099 is read, and moves nothing."""
    cursor = Cursor.first(PRESENT).after(Plan(PRESENT), PRESENT, PRESENT + 3, PRESENT + 10**9)
    assert cursor.plan(PRESENT + 6).start <= PRESENT + 6 - OVERLAP


def test_a_gateway_whose_clock_goes_back_is_followed():
    cursor = Cursor.first(PRESENT)
    assert cursor.plan(PRESENT - 7200).start <= PRESENT - 7200 - OVERLAP


def test_a_listing_that_lags_behind_is_asked_from_its_newest_text():
    """While nothing newer is listed, what is on its way is not passed."""
    cursor = Cursor.first(PRESENT).after(Plan(PRESENT), PRESENT, PRESENT, PRESENT)
    for minutes in range(1, 14):
        now = PRESENT + 60 * minutes
        plan = cursor.plan(now)
        cursor = cursor.after(plan, plan.start, now, None)
        assert cursor.plan(now).start <= PRESENT - OVERLAP
    quiet = PRESENT + 1800
    plan = cursor.plan(quiet)
    cursor = cursor.after(plan, plan.start, quiet, None)
    assert cursor.plan(quiet).start == quiet - LAG - OVERLAP


@given(
    polls=st.lists(
        st.tuples(
            st.integers(1, 2 * DAY),  # seconds since the last
            st.one_of(st.none(), st.integers(-7200, 7200)),  # the newest row, beside the present
            st.integers(0, 3),  # how often the answer was too long, and halved
        ),
        min_size=1,
        max_size=30,
    )
)
def test_every_second_is_read_or_a_gap(polls):
    """INV-11: from the first reading on, coverage and gap together leave nothing out."""
    present, cursor = PRESENT, Cursor.first(PRESENT)
    for passed, newest, halvings in polls:
        covered_to = max(cursor.read, cursor.high)
        assert cursor.high <= cursor.read + AHEAD
        present += passed
        plan = cursor.plan(present)
        wanted = start = plan.start
        for _ in range(halvings):
            start += (present - start + 1) // 2
        before = cursor.gap
        cursor = cursor.after(plan, start, present, None if newest is None else present + newest)
        assert wanted <= covered_to - OVERLAP
        if start > wanted:
            assert cursor.gap is not None
            assert cursor.gap.start <= wanted
            assert cursor.gap.end >= start
        if before is not None and start > before.start:
            assert cursor.gap is not None
            assert cursor.gap.start <= before.start
        assert Cursor.from_json(cursor.to_json()) == cursor


@pytest.mark.parametrize(
    "stored", [{}, {"high": 1}, {"high": None, "read": 1, "hourly": 1, "daily": 1}, {"high": "x"}]
)
def test_a_cursor_that_makes_no_sense_is_none(stored):
    assert Cursor.from_json(stored) is None


async def test_an_answer_that_is_too_long_is_asked_for_in_halves(server, transport, monkeypatch):
    """The newest texts first; what was left out is a gap, and is tried again."""
    monkeypatch.setattr("bot.gateways.vudumobile.LONGEST_FEED", 1000)
    gateway = vudumobile(server, transport, history=timedelta(days=8))
    long, short = Reply(body=b"[" + b" " * 2000), Reply(body=[row(1, "Meteo", NOON)])
    server.say(long, long, short)
    page = await gateway.fetch(VUDUMOBILE.feed())
    assert [text.text for text in page.texts] == ["Meteo"]
    assert timedelta(days=1.9) < NOON - asked_from(server) < timedelta(days=2.1)
    assert page.gap is not None
    assert page.gap[0] <= NOON - timedelta(days=8)
    assert page.gap[1] == asked_from(server)


async def test_halving_goes_on_for_as_long_as_it_takes(server, transport, monkeypatch):
    """A gateway that answers at length is not in trouble: it is not left alone for it."""
    monkeypatch.setattr("bot.gateways.vudumobile.LONGEST_FEED", 1000)
    gateway = vudumobile(server, transport)
    server.say(*[Reply(body=b" " * 2000)] * 12, Reply(body=[row(1, "Meteo", NOON)]))
    page = await gateway.fetch(VUDUMOBILE.feed())
    assert len(page.texts) == 1
    assert gateway.condition.reads_from is None


async def test_a_gap_is_read_later(server, transport, clock, monkeypatch):
    monkeypatch.setattr("bot.gateways.vudumobile.LONGEST_FEED", 1000)
    gateway = vudumobile(server, transport, history=timedelta(days=8))
    server.say(Reply(body=b" " * 2000))
    server.always("get_feed", Reply(body=[]))
    page = await gateway.fetch(VUDUMOBILE.feed())
    assert page.gap is not None
    clock.advance(3)
    page = await gateway.fetch(VUDUMOBILE.feed(cursor=page.cursor))
    assert page.gap is not None
    assert clock.now() - asked_from(server) < timedelta(hours=1)
    clock.advance(60)
    page = await gateway.fetch(VUDUMOBILE.feed(cursor=page.cursor))
    assert page.gap is None
    assert clock.now() - asked_from(server) > timedelta(days=8)


async def test_a_reading_that_takes_too_long_is_asked_for_less():
    """A failure says little about size, so an hour's worth is always asked for."""
    clock = FakeClock(speed=300.0)
    async with ScriptedServer(clock) as server, Transport(clock) as transport:
        gateway = vudumobile(server, transport, history=timedelta(days=8))
        server.say(HANG, Reply(500), Reply(body=[]))
        for _ in range(2):
            with pytest.raises(Unconfirmed):
                await gateway.fetch(VUDUMOBILE.feed())
        page = await gateway.fetch(VUDUMOBILE.feed())
        assert timedelta(days=1.9) < NOON - asked_from(server) < timedelta(days=2.1)
        assert page.gap is not None
        server.say(*[Reply(500)] * 4, Reply(body=[]))
        for _ in range(4):
            with pytest.raises(GatewayError):
                await gateway.fetch(VUDUMOBILE.feed(cursor=page.cursor))
        await gateway.fetch(VUDUMOBILE.feed(cursor=page.cursor))
        assert NOON - asked_from(server) < timedelta(hours=1)


async def test_a_late_row_widens_the_overlap(gateway, server, clock):
    """Late by six minutes: from then on eighteen are read again."""
    server.say(Reply(body=[row(1, "a", NOON)]))
    page = await gateway.fetch(VUDUMOBILE.feed())
    assert page.cursor["overlap"] == OVERLAP
    clock.advance(360)
    late = row(2, "late", NOON + timedelta(seconds=1))
    server.say(Reply(body=[row(1, "a", NOON), row(3, "b", clock.now())]))
    page = await gateway.fetch(VUDUMOBILE.feed(cursor=page.cursor))
    clock.advance(1)
    before = row(3, "b", clock.now() - timedelta(seconds=1))
    server.say(Reply(body=[row(1, "a", NOON), late, before]))
    page = await gateway.fetch(VUDUMOBILE.feed(cursor=page.cursor))
    assert page.cursor["overlap"] == 3 * 360


# --- identity ------------------------------------------------------------------------------------


def test_a_number_that_is_used_again_is_another_text():
    """INV-1: the gateway gave one number to two texts."""
    rows = TextRows(OURS, b"")
    first = rows.read([row(7, "Meteo", NOON)], 0, PRESENT).listed
    both = rows.read([row(7, "Dj", NOON), row(7, "Meteo", NOON)], 0, PRESENT).listed
    assert {text.text: text.key for text in both}["Meteo"] == first[0].key == "mo:7"
    assert {text.text: text.key for text in both}["Dj"].startswith("mo:7#")


def test_a_blank_at_the_end_is_no_other_text():
    """The document shows one text with and without."""
    rows = TextRows(OURS, b"")
    first = rows.read([row(7, "Meteo", NOON)], 0, PRESENT).listed
    again = rows.read([row(7, "Meteo ", NOON)], 0, PRESENT).listed
    assert again[0].key == first[0].key
    assert again[0].fingerprint == first[0].fingerprint


def test_a_text_under_another_number_has_the_same_fingerprint():
    """So that whoever stores it can notice that the gateway renumbered."""
    one, other = (TextRows(OURS, b"").read([row(n, "a", NOON)], 0, 0).listed for n in (7, 4))
    assert one[0].key != other[0].key
    assert one[0].fingerprint == other[0].fingerprint


def test_a_row_that_is_listed_twice_is_one_text():
    texts = TextRows(OURS, b"").read([row(7, "a", NOON), row(7, "a", NOON)], 0, 0)
    assert len(texts.listed) == 1


def test_fingerprints_are_keyed():
    """Who reads the store without the key cannot try out numbers and texts."""
    one, other = (
        TextRows(OURS, key).read([row(7, "a", NOON)], 0, 0).listed for key in (b"1", b"2")
    )
    assert one[0].fingerprint != other[0].fingerprint


row_texts = st.tuples(st.integers(1, 9), st.sampled_from(["Meteo", "Dj"]), st.integers(0, 2))


@given(st.lists(row_texts, max_size=12), st.randoms())
@settings(max_examples=60)
def test_the_order_of_rows_changes_nothing(texts, random):
    """INV-1: shuffled, repeated, read for the first time or again."""
    unique = {number: (text, second) for number, text, second in texts}
    rows = [row(n, text, NOON + timedelta(seconds=s)) for n, (text, s) in unique.items()]
    straight = TextRows(OURS, b"").read(rows, 0, PRESENT).listed
    warm = TextRows(OURS, b"")
    for _ in range(3):
        random.shuffle(rows)
        assert list(warm.read(rows, 0, PRESENT).listed) == list(straight)
    assert [text.sent_at for text in straight] == sorted(text.sent_at for text in straight)


def test_what_is_remembered_is_bounded(monkeypatch):
    """And what was forgotten is not taken for late when it is listed again."""
    monkeypatch.setattr("bot.gateways.vudumobile_rows.REMEMBERED", 10)
    rows = TextRows(OURS, b"")
    for second in range(100):
        listing = [row(n, "a", NOON + timedelta(seconds=n)) for n in range(second, second + 8)]
        texts = rows.read(listing, PRESENT + second, PRESENT)
        assert len(rows._known) <= 10
    assert texts.late_since is None
    again = [row(n, "a", NOON + timedelta(seconds=n)) for n in range(50)]
    assert rows.read(again, PRESENT, PRESENT + 200).late_since is None


# --- what is unclear -----------------------------------------------------------------------------


async def test_a_search_reads_what_was_sent_from_before_the_oldest(gateway, server):
    handed = NOON - timedelta(minutes=10)
    server.say(Reply(body=sample("vudumobile/feed-of-messages")))
    unclear = [VUDUMOBILE.unclear(), VUDUMOBILE.unclear(batch=9, ids=(9,), handed_at=handed)]
    search = await gateway.search(unclear)
    assert server.asked[0].form["direction"] == "mt"
    assert asked_from(server) <= handed - timedelta(seconds=60)
    assert search.complete == {7: True, 9: True}
    assert len(search.sightings) == 3
    assert search.begun_at == NOON
    assert search.trusted
    assert search.credit_says == {}


async def test_a_search_that_saw_less_is_not_complete(server, transport, monkeypatch):
    """INV-6: no negative comes of what was not read."""
    monkeypatch.setattr("bot.gateways.vudumobile.LONGEST_FEED", 1000)
    gateway = vudumobile(server, transport)
    server.say(Reply(body=[]), Reply(body=b" " * 2000), Reply(body=[]))
    await gateway.fetch(VUDUMOBILE.feed())
    old = VUDUMOBILE.unclear(batch=9, handed_at=NOON - timedelta(hours=1))
    search = await gateway.search([VUDUMOBILE.unclear(), old])
    assert search.complete == {7: True, 9: False}


async def test_a_row_that_cannot_be_read_may_be_the_one(gateway, server):
    """INV-6, INV-30"""
    server.say(Reply(body=[row(1, "x", NOON, direction="mt"), {"direction": "mt"}]))
    search = await gateway.search([VUDUMOBILE.unclear()])
    assert search.complete == {7: False}
    assert len(search.sightings) == 1


async def test_a_listing_stamped_by_another_clock_is_looked_at_from_earlier(
    gateway, server, clock
):
    """The answers' `Date` is right and the rows are two minutes slow: our own messages show it."""
    slow = row(522, "Il neige", NOON - timedelta(seconds=120), direction="mt")
    server.say(VUDUMOBILE.accepted, Reply(body=[slow]), Reply(body=[]))
    await gateway.send(VUDUMOBILE.batch())
    await gateway.receipts([VUDUMOBILE.sent()])
    assert gateway.skew.low <= -120
    await gateway.search([VUDUMOBILE.unclear()])
    assert asked_from(server) <= NOON - timedelta(seconds=180)


async def test_there_is_nothing_to_watch(gateway, server):
    assert await gateway.watch() == {}
    assert server.asked == []


@pytest.mark.parametrize("night", ["2026-03-08 06:59:59", "2026-11-01 05:30:00"])
async def test_the_nights_of_the_clock_change_in_montreal_are_like_others(gateway, server, night):
    """INV-39: all is UTC."""
    at = datetime.fromisoformat(night).replace(tzinfo=UTC)
    rows = [row(n, "a", at + timedelta(minutes=30 * n)) for n in range(4)]
    server.say(Reply(body=rows))
    texts = (await gateway.fetch(VUDUMOBILE.feed())).texts
    assert [text.sent_at - at for text in texts] == [timedelta(minutes=30 * n) for n in range(4)]
