"""What is Clever's own: campaigns, texts without identity, seconds as names, credit as witness."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings, strategies as st

from bot.core.messages import Batch, Sent, Status
from bot.gateways import clever_time
from bot.gateways.base import AccountHeld, Rejected, Unconfirmed
from bot.gateways.clever_pushes import read_push
from bot.gateways.clever_rows import TextReader
from tests.clock import NOON, settle, start
from tests.gateways.server import Reply, sample
from tests.gateways.vendors import CLEVER, PARIS, clever, paris, push, reference

NUMBER = CLEVER.number
TEXT = "Il neige"


@pytest.fixture
def gateway(server, transport):
    return clever(server, transport)


# --- the document's samples ----------------------------------------------------------------------


async def test_the_documents_texts_are_read(gateway, server):
    """`recipient` is the mobile: it is the sender, for us. Times are those of Paris."""
    server.say(Reply(body=sample("clever/mos")))
    (text,) = (await gateway.fetch(CLEVER.feed(reference="Push20171013163000"))).texts
    assert (text.number, text.text) == ("+33651028452", "Ok Yacine")
    assert text.sent_at == datetime(2017, 10, 13, 14, 32, 7, tzinfo=UTC)
    assert text.reference == "Push20171013163000"
    assert server.paths() == ["/pushs/Push20171013163000/mos"]


@pytest.mark.parametrize("name", ["deliveries", "deliveries-of-the-picture"])
async def test_the_documents_receipts_are_read(gateway, server, name):
    """Numbers without a table: 2 and 3 by inference, others are shown and never guessed."""
    server.say(Reply(body=sample(f"clever/{name}")))
    found = await gateway.receipts([Sent(1, "Push20171013162450", "+33651028452", NOON)])
    assert [(one.code, one.status) for one in found] == {
        "deliveries": [("3", Status.DELIVERED), ("6", Status.SENT)],
        "deliveries-of-the-picture": [("3", Status.DELIVERED), ("2", Status.SENT)],
    }[name]
    assert found[0].at == datetime(2017, 10, 13, 14, 24, 52, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("push-created", ("Push20171012124247", 2, 1, 14.0)),
        ("push", ("Push20171012135655", 1, 1, 9.0)),
        ("push-of-the-picture", ("Push20171012135655", 1, 1, 9.0)),
        (
            "push-created-for-all-contacts",
            ("Push201710121805301059df92caac8d629486258997453f8d0", 6, 1, 44.0),
        ),
    ],
)
def test_the_documents_pushes_are_read(name, wanted):
    read = read_push(sample(f"clever/{name}"))
    assert read is not None
    assert (read.reference, len(read.numbers), read.segments, read.units) == wanted


async def test_the_documents_account_is_read(gateway, server):
    """Credit and expiry; who the account belongs to is none of our business."""
    server.say(Reply(body=sample("clever/account")))
    assert await gateway.watch() == {"credit": 999733.0, "expiry": "2033-02-10 09:49:21"}
    assert server.paths() == ["/account/me"]


async def test_the_other_address_of_the_account_is_found_and_remembered(server, transport):
    """The text has `account/me`, a picture `accounts/me`."""
    server.always("/account/me", Reply(404))
    server.always("/accounts/me", Reply(body=sample("clever/account")))
    gateway = clever(server, transport)
    await gateway.watch()
    await clever(server, transport, learned=gateway.learned).watch()
    assert server.paths() == ["/account/me", "/accounts/me", "/accounts/me"]


# --- sending -------------------------------------------------------------------------------------


async def test_a_push_is_sent_as_the_document_shows(server, transport):
    gateway = clever(server, transport, sender="RADIO")
    numbers = ("+33600000001", "+33600000002")
    server.say(Reply(201, sample("clever/push-created")))
    acceptance = await gateway.send(Batch(1, (1, 2), "clever", numbers, "Été à 5 €", 1))
    (asked,) = server.asked
    assert asked.json == {
        "datas": {
            "text": "Été à 5 €",
            "number_list": "+33600000001;+33600000002",
            "encodage": 3,
            "type_push": "sms",
            "options": "F1",
            "duplicates": 1,
            "short_code": "RADIO",
        }
    }
    assert asked.headers["authorization"].startswith("Basic ")
    assert asked.headers["content-type"] == "application/json"
    assert acceptance.gateway_id == "Push20171012124247"
    assert (acceptance.segments, acceptance.units) == (1, 7.0)


@pytest.mark.parametrize(("text", "encodage"), [("à bientôt", 4), ("à demain €", 3), ("👩", 4)])
async def test_what_gsm_can_write_is_sent_as_latin(gateway, server, text, encodage):
    server.say(CLEVER.accepted)
    await gateway.send(CLEVER.batch(text))
    assert server.asked[0].json["datas"]["encodage"] == encodage
    assert "short_code" not in server.asked[0].json["datas"]


async def test_a_page_that_comes_with_a_success_is_none(gateway, server):
    """It happened to a public client of the same service."""
    server.say(Reply(201, b"<html>Service momentan\xe9ment indisponible</html>"))
    with pytest.raises(Unconfirmed):
        await gateway.send(CLEVER.batch())


async def test_the_day_of_expiry_is_told(gateway, server):
    server.say(Reply(430, b"", "Account expired 2026-01-31"))
    with pytest.raises(AccountHeld, match="2026-01-31"):
        await gateway.send(CLEVER.batch())


async def test_one_push_at_a_time_and_none_closer_than_the_pace(server, transport, clock):
    """INV-24: each has a second, and so a name, of its own. The process before us may have posted
    just now, so the first one waits too."""
    gateway = clever(server, transport, pace=1.2)
    server.always("/pushs", CLEVER.accepted)
    sends = [start(gateway.send(CLEVER.batch())) for _ in range(3)]
    began: list[float] = []
    while not all(send.done() for send in sends):
        before = len(server.asked)
        await settle(60)
        began += [clock.monotonic()] * (len(server.asked) - before)
        clock.advance(0.1)
    assert len(began) == 3
    assert began[0] >= 1.2
    assert all(later - earlier >= 1.2 for earlier, later in pairwise(began))


async def test_a_second_of_the_repeated_hour_is_not_used_twice(server, transport, clock):
    """INV-24, INV-39: at 02:30 in Paris, and again at 02:30."""
    clock.jump((datetime(2026, 10, 25, 0, 30, tzinfo=UTC) - NOON).total_seconds())
    gateway = clever(server, transport)
    server.always("/pushs", Reply(201, push(reference(clock.now()), [NUMBER], TEXT)))
    await gateway.send(CLEVER.batch())
    clock.advance(3600)
    again = start(gateway.send(CLEVER.batch()))
    await settle(60)
    assert len(server.asked) == 1
    clock.advance(1)
    await again
    assert len(server.asked) == 2


async def test_a_reference_that_we_hold_is_accepted_all_the_same(gateway, server):
    server.say(CLEVER.accepted, CLEVER.accepted)
    first = await gateway.send(CLEVER.batch())
    assert (await gateway.send(CLEVER.batch())).gateway_id == first.gateway_id


@pytest.mark.parametrize("status", [403, 404, 405, 501])
async def test_what_is_wrong_with_one_campaign_holds_no_other(gateway, server, status):
    """INV-28"""
    server.say(Reply(status), Reply(body=CLEVER.listing([("Meteo", NOON)])))
    with pytest.raises(Rejected):
        await gateway.fetch(CLEVER.feed(reference="Push1"))
    assert gateway.condition.held == ""
    assert len((await gateway.fetch(CLEVER.feed())).texts) == 1


async def test_receipts_that_were_read_before_a_failure_are_given(gateway, server):
    server.say(Reply(404), Reply(body=CLEVER.receipts), Reply(500), Reply(body=CLEVER.receipts))
    sent = [Sent(n, f"Push{n}", NUMBER, NOON) for n in range(1, 5)]
    assert [one.gateway_id for one in await gateway.receipts(sent)] == ["Push2"]
    assert len(server.asked) == 3


# --- texts ---------------------------------------------------------------------------------------

mo = st.tuples(st.sampled_from(["Meteo", "Dj"]), st.integers(0, 2), st.integers(1, 2))


@given(st.lists(st.lists(mo, max_size=8), max_size=5), st.randoms())
@settings(max_examples=40)
def test_as_many_texts_are_known_as_one_campaign_ever_listed_at_once(listings, random):
    """INV-26: two equal texts of one second are two; one under two references is one."""
    reader = TextReader(PARIS, b"")
    stored: set[str] = set()
    most: Counter[tuple[str, int, int]] = Counter()
    for number, listing in enumerate(listings):
        random.shuffle(listing)
        rows = [
            {
                "status": str(random.randint(0, 9)),
                "date_receive": paris(NOON + timedelta(seconds=second)),
                "recipient": f"+3360000000{who}",
                "message": text,
            }
            for text, second, who in listing
        ]
        texts, unreadable = reader.read(rows, f"Push{number}", NOON)
        assert unreadable == 0
        stored |= {text.key for text in texts}
        most |= Counter(listing)
    assert len(stored) == most.total()


@pytest.mark.parametrize(
    "row",
    [
        {"date_receive": "2026-03-02 13:00:00 ", "recipient": "+33600000001", "message": "Meteo"},
        {
            "date_receive": "2026-03-02T13:00:00+0100",
            "recipient": "0600000001",
            "message": "Meteo",
        },
        {
            "date_receive": "2026-03-02T12:00:00+00:00",
            "recipient": 33600000001,
            "message": "Meteo ",
        },
    ],
)
def test_spellings_do_not_make_another_text(row):
    """The document writes one field in several ways."""
    plain = {"date_receive": "2026-03-02 13:00:00", "recipient": NUMBER, "message": "Meteo"}
    reader = TextReader(PARIS, b"")
    ((one,), _), ((other,), _) = reader.read([plain], "a", NOON), reader.read([row], "b", NOON)
    assert (one.key, one.number, one.sent_at) == (other.key, other.number, other.sent_at)


@pytest.mark.parametrize(
    ("shown", "seen", "meant"),
    [
        pytest.param("2026-10-25 02:30:00", "00:30:05", "00:30:00", id="the first half past two"),
        pytest.param("2026-10-25 02:30:00", "01:30:05", "01:30:00", id="the second"),
        pytest.param("2026-10-25 02:59:59", "01:00:05", "00:59:59", id="just before the change"),
        pytest.param("2026-10-25 02:00:00", "01:00:02", "01:00:00", id="just after it"),
        pytest.param("2026-10-25 03:00:00", "02:00:02", "02:00:00", id="when all is over"),
    ],
)
def test_in_the_repeated_hour_the_nearer_reading_is_meant(shown, seen, meant):
    """INV-39"""
    day = "2026-10-25T{}+00:00"
    near = datetime.fromisoformat(day.format(seen))
    read = clever_time.instant(clever_time.read(shown), PARIS, near)
    assert read == datetime.fromisoformat(day.format(meant))


def test_in_the_hour_that_the_spring_skips_an_hour_is_added():
    """INV-39"""
    read = clever_time.instant(clever_time.read("2026-03-29 02:30:00"), PARIS, NOON)
    assert read == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


async def test_two_texts_of_the_repeated_hour_are_two(gateway, server, clock):
    """INV-26, INV-39: the same word at the same time by the wall, an hour apart."""
    clock.jump((datetime(2026, 10, 25, 0, 30, 5, tzinfo=UTC) - NOON).total_seconds())
    half_past = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    server.say(Reply(body=CLEVER.listing([("Meteo", half_past)])))
    first = (await gateway.fetch(CLEVER.feed())).texts
    clock.advance(3600)
    server.say(Reply(body=CLEVER.listing([("Meteo", half_past)] * 2)))
    second = (await gateway.fetch(CLEVER.feed())).texts
    assert [text.sent_at for text in first] == [half_past]
    assert len({text.key for text in (*first, *second)}) == 2
    assert second[0].sent_at == half_past + timedelta(hours=1)


@pytest.mark.parametrize(
    ("opened", "texts"),
    [
        pytest.param("01:16:00", 2, id="a campaign that began after the first of the two"),
        pytest.param("00:40:00", 1, id="a campaign that was there before both"),
        pytest.param(None, 1, id="a campaign begun elsewhere"),
    ],
)
def test_the_same_words_an_hour_apart_are_two_where_their_campaign_tells(opened, texts):
    """INV-39"""
    row = {"date_receive": "2026-10-25 02:50:00", "recipient": NUMBER, "message": "Meteo"}
    at = datetime(2026, 10, 25, 2, 0, tzinfo=UTC)
    reader = TextReader(PARIS, b"")
    since = opened and datetime.fromisoformat(f"2026-10-25T{opened}+00:00")
    ((first,), _) = reader.read([row], "older", at)
    ((second,), _) = reader.read([row], "newer", at, since)
    assert len({first.key, second.key}) == texts
