"""Finding out what an unclear push came to: seconds as names, and the credit as witness."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.messages import Batch
from bot.core.reconcile import candidate_seconds
from bot.gateways.base import GatewayError, Unconfirmed
from bot.gateways.clever import CHARGED_BY, PROBES
from bot.gateways.clever_search import NOBODY
from tests.clock import NOON
from tests.gateways.server import RESET, Raw, Reply, ScriptedServer
from tests.gateways.vendors import CLEVER, PARIS, clever, mail_push, push, reference

NUMBER = CLEVER.number
TEXT = "Il neige"


@pytest.fixture
def gateway(server, transport):
    return clever(server, transport)


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


async def test_a_campaign_that_was_found_shows_how_campaigns_are_named(gateway, vendor, clock):
    """INV-6, INV-14: no push was ever answered, and yet it is known where to look."""
    clock.advance(400)
    vendor.pushes[reference(NOON)] = Reply(body=push(reference(NOON), [NUMBER], TEXT))
    await searched(gateway, {})
    assert (await gateway.search([CLEVER.unclear()])).trusted


async def test_trouble_of_a_moment_does_not_hide_how_the_vendor_says_no(server, transport, clock):
    """INV-14: what came in the place of that answer is asked for again within minutes."""
    vendor = Vendor(server, unknown=Reply(body=b"<html>"))
    gateway = clever(server, transport, learned={"named": True})
    clock.advance(400)
    assert not (await gateway.search([CLEVER.unclear()])).trusted
    vendor.unknown = UNKNOWN
    clock.advance(120)
    assert (await gateway.search([CLEVER.unclear()])).trusted


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


@pytest.mark.parametrize(("credit", "says"), [(998, False), (991, True), (1000, None)])
async def test_what_mails_cost_is_set_aside(gateway, vendor, clock, credit, says):
    """INV-6"""
    unclear = await unclear_after_a_reading(gateway, vendor, clock)
    clock.advance(5)
    vendor.pushes["pushsmails"] = Reply(201, mail_push(reference(clock.now()), unit=2))
    await gateway.mail(CLEVER.mail())
    clock.advance(400)
    vendor.credit(credit)
    assert (await searched(gateway, unclear)).credit_says == {7: says}


@pytest.mark.parametrize(("credit", "says"), [(1000, False), (998, None), (993, None)])
async def test_an_unclear_mail_may_be_what_was_charged(gateway, vendor, clock, credit, says):
    """INV-6: only an untouched credit proves something then."""
    unclear = await unclear_after_a_reading(gateway, vendor, clock)
    clock.advance(5)
    vendor.pushes["pushsmails"] = RESET
    with pytest.raises(Unconfirmed):
        await gateway.mail(CLEVER.mail())
    clock.advance(400)
    vendor.credit(credit)
    assert (await searched(gateway, unclear)).credit_says == {7: says}


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
