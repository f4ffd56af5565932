"""What is Clever's own: campaigns, texts without identity, seconds as names, credit as witness."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from bot.core.messages import Batch, Sent, Status
from bot.core.reconcile import candidate_seconds
from bot.gateways import clever_time
from bot.gateways.base import AccountHeld, GatewayError, Rejected, Unconfirmed
from bot.gateways.clever import CHARGED_BY, PROBES
from bot.gateways.clever_rows import TextReader, read_push
from bot.gateways.clever_search import NOBODY
from tests.clock import NOON, settle, start
from tests.gateways.server import RESET, Raw, Reply, ScriptedServer, sample
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


# --- what is unclear -----------------------------------------------------------------------------

UNKNOWN = Reply(404, {"errors": "not found"})


class Vendor:
    """Answers for campaigns by name; the account has a credit."""

    def __init__(self, server: ScriptedServer, unknown: Reply = UNKNOWN) -> None:
        self.server = server
        self.unknown = unknown
        self.credit(1000)
        server._choose = self._choose  # type: ignore[method-assign]
        self.pushes: dict[str, Reply | Raw] = {}

    def credit(self, units: float) -> None:
        self.account = Reply(body={"account": {"credit": units}})

    def _choose(self, path: str) -> Reply | Raw:
        if path.startswith("/account"):
            return self.account
        return self.pushes.get(path.rpartition("/")[2], self.unknown)

    def probed(self) -> list[str]:
        names = [path.rpartition("/")[2] for path in self.server.paths() if "/Push" in path]
        return [name for name in names if name != NOBODY]


@pytest.fixture
def vendor(server) -> Vendor:
    return Vendor(server)


async def searched(gateway: Any, unclear: Any, calls: int = 100) -> Any:
    """Search until the pass is over or the push is found; gives the last search."""
    progress: Mapping[str, Any] = {}
    for _ in range(calls):
        given = CLEVER.unclear(**(unclear | {"progress": progress}))
        search = await gateway.search([given])
        progress = search.progress[7]
        if search.sightings or search.complete[7]:
            return search
    raise AssertionError("the search does not end")


async def test_a_push_is_found_by_its_second(gateway, server, vendor, clock):
    clock.advance(5)
    name = reference(NOON + timedelta(seconds=1))
    vendor.pushes[name] = Reply(body=push(name, [NUMBER], f" {TEXT}\r\n", status=2))
    search = await searched(gateway, {})
    (found,) = search.sightings
    assert (found.gateway_id, found.numbers, found.segments) == (name, (NUMBER,), 1)
    assert (found.units, found.code) == (7.0, "2")
    assert found.at == NOON + timedelta(seconds=1)
    assert len(vendor.probed()) <= 4


async def test_the_nearest_seconds_are_asked_first_and_few_at_a_time(gateway, vendor, clock):
    """INV-25: others wait for the same rate."""
    clock.advance(200)
    unclear = CLEVER.unclear(unclear_at=NOON + timedelta(seconds=30))
    search = await gateway.search([unclear])
    assert len(vendor.probed()) == PROBES
    skew = gateway.skew
    wanted = candidate_seconds(NOON, unclear.unclear_at, skew, PARIS, ())
    assert vendor.probed() == list(wanted[:PROBES])
    assert search.complete == {7: False}
    assert search.progress[7]["next"] == PROBES


async def test_every_second_is_asked_once_before_a_search_is_complete(gateway, vendor, clock):
    """INV-6: from two seconds before the handing over to two minutes after we gave up."""
    clock.advance(400)
    search = await searched(gateway, {"unclear_at": NOON + timedelta(seconds=30)})
    assert search.complete == {7: True}
    assert search.progress == {7: {}}
    probed = vendor.probed()
    assert len(set(probed)) == len(probed)
    assert {reference(NOON + timedelta(seconds=second)) for second in range(-2, 151)} <= set(
        probed
    )
    assert search.begun_at == NOON + timedelta(seconds=400)


async def test_a_second_that_is_not_over_says_nothing(gateway, vendor, clock):
    """INV-6: a push may still be created in it."""
    clock.advance(10)
    progress: Mapping[str, Any] = {}
    for _ in range(5):
        search = await gateway.search([CLEVER.unclear(progress=progress)])
        progress = search.progress[7]
        assert search.complete == {7: False}
    latest = max(vendor.probed())
    assert latest < reference(clock.now())


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(push("x", ["+33600000009"], TEXT), id="to somebody else"),
        pytest.param(push("x", [NUMBER, "+33600000009"], TEXT), id="to more"),
        pytest.param(push("x", [NUMBER], "Autre chose"), id="another text"),
    ],
)
async def test_a_push_that_is_not_ours_leaves_no_trace(gateway, vendor, clock, other, capsys):
    """It may be another customer's."""
    clock.advance(400)
    vendor.pushes[reference(NOON)] = Reply(body=other)
    search = await searched(gateway, {})
    assert list(search.sightings) == []
    assert search.complete == {7: True}
    kept = repr((search.progress, gateway.learned, capsys.readouterr()))
    assert "+33600000009" not in kept
    assert "Autre chose" not in kept


async def test_our_own_pushes_are_not_asked_for(gateway, server, vendor, clock):
    name = reference(NOON)
    vendor.pushes["pushs"] = Reply(201, push(name, [NUMBER], TEXT))
    await gateway.send(CLEVER.batch())
    vendor.pushes[name] = Reply(body=push(name, [NUMBER], TEXT))
    clock.advance(400)
    search = await searched(gateway, {})
    assert list(search.sightings) == []
    assert name not in vendor.probed()


@pytest.mark.parametrize("fault", [Reply(500), RESET, Reply(body=b"<html>")])
async def test_a_second_that_was_not_answered_is_asked_again(gateway, vendor, clock, fault):
    """INV-6, INV-28: it holds up no other second, and no search is complete without it."""
    clock.advance(400)
    bad = reference(NOON)
    vendor.pushes[bad] = fault
    progress: Mapping[str, Any] = {}
    for _ in range(40):
        clock.advance(60)
        search = await gateway.search([CLEVER.unclear(progress=progress)])
        progress = search.progress[7]
        assert search.complete == {7: False}
    assert progress["missed"] == [bad]
    vendor.pushes[bad] = Reply(body=push(bad, [NUMBER], TEXT))
    clock.advance(60)
    search = await gateway.search([CLEVER.unclear(progress=progress)])
    assert [one.gateway_id for one in search.sightings] == [bad]


async def test_a_vendor_that_answers_for_everything_is_not_trusted(server, transport, clock):
    """Where "there is no such campaign" cannot be told from a campaign, nothing is proved."""
    Vendor(server, unknown=Reply(body=push("Push19990101000000", [], "")))
    gateway = clever(server, transport, learned={"named": True})
    clock.advance(400)
    assert not (await gateway.search([CLEVER.unclear()])).trusted


@pytest.mark.parametrize(
    ("made", "trusted"),
    [
        pytest.param(reference(NOON), True, id="named for its second"),
        pytest.param(reference(NOON + timedelta(hours=1)), False, id="for another"),
        pytest.param("Push201710121805301059df92caac8d629486258997453f8d0", False, id="with more"),
        pytest.param("4711", False, id="otherwise"),
    ],
)
async def test_only_campaigns_that_are_named_for_their_second_can_be_looked_for(
    gateway, vendor, clock, made, trusted
):
    """INV-6"""
    vendor.pushes["pushs"] = Reply(201, push(made, [NUMBER], "Autre"))
    await gateway.send(CLEVER.batch())
    assert gateway.learned["named"] is trusted
    clock.advance(400)
    search = await gateway.search([CLEVER.unclear()])
    assert search.trusted is trusted
    assert bool(vendor.probed()) is trusted
    assert search.complete == {7: False}


async def test_a_search_that_cannot_begin_says_why(gateway, vendor, clock):
    vendor.unknown = Reply(503)
    with pytest.raises(GatewayError):
        await gateway.search([CLEVER.unclear()])


async def test_in_the_repeated_hour_a_name_is_asked_once(gateway, vendor, clock):
    """INV-39"""
    before = datetime(2026, 10, 25, 0, 59, 0, tzinfo=UTC)
    clock.jump((before - NOON).total_seconds())
    clock.advance(4000)
    gave_up = before + timedelta(seconds=90)
    await searched(gateway, {"handed_at": before, "unclear_at": gave_up})
    assert len(vendor.probed()) == len(set(vendor.probed()))


# --- the witness ---------------------------------------------------------------------------------


async def unclear_after_a_reading(gateway: Any, vendor: Vendor, clock: Any) -> dict[str, Any]:
    """Read the credit, then let a push become unclear."""
    vendor.pushes["pushs"] = Reply(201, push(reference(clock.now()), [NUMBER], "Autre"))
    await gateway.send(Batch(1, (1,), "clever", (NUMBER,), "Autre", 1))
    clock.advance(60)
    await gateway.watch()
    clock.advance(1)
    vendor.pushes["pushs"] = RESET
    handed = clock.now()
    with pytest.raises(Unconfirmed):
        await gateway.send(CLEVER.batch())
    return {"handed_at": handed, "unclear_at": handed}


@pytest.mark.parametrize(
    ("credit", "says"),
    [
        pytest.param(1000, False, id="untouched"),
        pytest.param(993, True, id="charged what it costs"),
        pytest.param(990, None, id="charged something else"),
        pytest.param(1100, None, id="topped up"),
    ],
)
async def test_the_credit_tells_whether_a_push_was_taken(gateway, vendor, clock, credit, says):
    """INV-6: what was accepted otherwise is known and set aside."""
    unclear = await unclear_after_a_reading(gateway, vendor, clock)
    clock.advance(400)
    vendor.credit(credit)
    search = await searched(gateway, unclear)
    assert search.credit_says == {7: says}


async def test_what_others_cost_is_set_aside(gateway, vendor, clock):
    unclear = await unclear_after_a_reading(gateway, vendor, clock)
    for number in range(3):
        clock.advance(5)
        vendor.pushes["pushs"] = Reply(201, push(reference(clock.now()), [NUMBER], "x", unit=14))
        await gateway.send(Batch(20 + number, (1,), "clever", (NUMBER,), "x", 1))
    clock.advance(400)
    vendor.credit(1000 - 3 * 14)
    assert (await searched(gateway, unclear)).credit_says == {7: False}


async def test_a_push_that_does_not_say_what_it_cost_leaves_the_credit_mute(
    gateway, vendor, clock
):
    unclear = await unclear_after_a_reading(gateway, vendor, clock)
    vendor.pushes["pushs"] = Reply(201, push(reference(clock.now()), [NUMBER], "x", unit=None))
    await gateway.send(Batch(20, (1,), "clever", (NUMBER,), "x", 1))
    clock.advance(400)
    assert (await searched(gateway, unclear)).credit_says == {7: None}


async def test_too_early_the_credit_says_nothing(gateway, vendor, clock):
    """INV-6: a push may be carried out, and charged, two minutes after we gave up."""
    unclear = await unclear_after_a_reading(gateway, vendor, clock)
    clock.advance(100)
    await gateway.watch()
    search = await gateway.search([CLEVER.unclear(**unclear)])
    assert search.credit_says == {7: None}
    clock.advance(CHARGED_BY.total_seconds())
    assert (await searched(gateway, unclear)).credit_says == {7: False}


@pytest.mark.parametrize(("credit", "says"), [(1000, False), (993, None)])
async def test_after_a_restart_only_an_untouched_credit_proves_something(
    server, transport, vendor, clock, credit, says
):
    """Something may have been accepted and not been written down before the process died."""
    gateway = clever(server, transport)
    unclear = await unclear_after_a_reading(gateway, vendor, clock)
    clock.advance(1)
    again = clever(server, transport, learned=gateway.learned)
    clock.advance(400)
    vendor.credit(credit)
    assert (await searched(again, unclear)).credit_says == {7: says}


async def test_an_acceptance_that_died_with_its_process_is_not_set_aside_twice(
    server, transport, vendor, clock
):
    """Accepted and remembered, but never settled: it is unclear, and its cost is its own."""
    gateway = clever(server, transport)
    await gateway.watch()
    clock.advance(1)
    handed = clock.now()
    vendor.pushes["pushs"] = Reply(201, push(reference(handed), [NUMBER], TEXT))
    await gateway.send(CLEVER.batch())
    again = clever(server, transport, learned=gateway.learned)
    clock.advance(400)
    vendor.credit(993)
    search = await searched(again, {"handed_at": handed, "unclear_at": handed})
    assert search.credit_says[7] is not False


async def test_what_a_found_push_cost_is_not_held_against_another(gateway, vendor, clock):
    """Two are unclear; one is found and was charged, so the other was not."""
    unclear = await unclear_after_a_reading(gateway, vendor, clock)
    clock.advance(3)
    found_at = clock.now()
    name = reference(found_at)
    with pytest.raises(Unconfirmed):
        await gateway.send(Batch(9, (9,), "clever", (NUMBER,), "Dj", 1))
    vendor.pushes[name] = Reply(body=push(name, [NUMBER], "Dj"))
    clock.advance(400)
    vendor.credit(993)
    await gateway.watch()
    other = CLEVER.unclear(batch=9, text="Dj", handed_at=found_at, unclear_at=found_at)
    both = await gateway.search([CLEVER.unclear(**unclear), other])
    assert both.credit_says == {7: None, 9: None}
    assert [one.gateway_id for one in both.sightings] == [name]
    assert (await searched(gateway, unclear)).credit_says == {7: False}


async def test_a_push_that_is_still_unclear_leaves_the_credit_mute(gateway, vendor, clock):
    """What is missing may be the other's, though nobody asks about that one any more."""
    unclear = await unclear_after_a_reading(gateway, vendor, clock)
    with pytest.raises(Unconfirmed):
        await gateway.send(Batch(9, (9,), "clever", (NUMBER,), "Dj", 1))
    clock.advance(400)
    vendor.credit(993)
    assert (await searched(gateway, unclear)).credit_says == {7: None}


async def test_a_reading_while_a_push_is_under_way_proves_nothing(server, transport, clock):
    server.say(Reply(body={"account": {"credit": 5}}))
    gateway = clever(server, transport)
    gateway._under_way = True
    assert await gateway.watch() == {"credit": 5.0}
    assert gateway.learned["readings"] == []


@pytest.mark.parametrize(
    "learned",
    [
        {},
        {"readings": None, "last": 7, "price": "x", "nobody": 0, "named": "?"},
        {"readings": [[], [1], ["a", "b", "c", "d"], 7], "last": [[], [1, 2, "x"]]},
    ],
)
async def test_what_makes_no_sense_is_not_learned(server, transport, learned):
    gateway = clever(server, transport, learned=learned)
    assert gateway.learned["readings"] == []
    assert gateway.learned["last"] == []
