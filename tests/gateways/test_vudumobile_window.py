"""Reading a feed without pages: the window, identity, and what is unclear."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from bot.gateways.base import GatewayError, Unconfirmed
from bot.gateways.http import Transport
from bot.gateways.vudumobile_cursor import AHEAD, DAY, LAG, OVERLAP, Cursor, Plan
from bot.gateways.vudumobile_rows import TextRows
from tests.clock import NOON, FakeClock
from tests.gateways.server import HANG, Reply, ScriptedServer, sample
from tests.gateways.vendors import OURS, VUDUMOBILE, row, vudumobile

PRESENT = int(NOON.timestamp())


@pytest.fixture
def gateway(server, transport):
    return vudumobile(server, transport)


def asked_from(server: ScriptedServer, index: int = -1) -> datetime:
    stamp = server.asked[index].form["date_start"]
    return datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)


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
    clock = FakeClock(speed=60.0)
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
    """By twice a listing; what was forgotten is not taken for late when it comes again."""
    monkeypatch.setattr("bot.gateways.vudumobile_rows.REMEMBERED", 10)
    rows = TextRows(OURS, b"")
    for second in range(100):
        listing = [row(n, "a", NOON + timedelta(seconds=n)) for n in range(second, second + 5)]
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
