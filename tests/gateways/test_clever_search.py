"""Finding out what an unclear push came to: seconds as names, and the credit as witness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.reconcile import candidate_seconds
from bot.gateways.base import GatewayError
from bot.gateways.clever import PROBES
from tests.clock import NOON
from tests.gateways.campaigns import UNKNOWN, Vendor, searched
from tests.gateways.server import RESET, Reply
from tests.gateways.vendors import CLEVER, PARIS, clever, push, reference

NUMBER = CLEVER.number
TEXT = "Il neige"


@pytest.fixture
def gateway(server, transport):
    return clever(server, transport)


@pytest.fixture
def vendor(server) -> Vendor:
    return Vendor(server)


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
    await gateway.send(replace(CLEVER.batch(), id=6))
    vendor.pushes[name] = Reply(body=push(name, [NUMBER], TEXT))
    clock.advance(400)
    search = await searched(gateway, {})
    assert list(search.sightings) == []
    assert name not in vendor.probed()


async def test_what_was_found_is_found_again(gateway, vendor, clock):
    """INV-2: the store may not have taken it when it was found the first time."""
    clock.advance(5)
    name = reference(NOON + timedelta(seconds=1))
    vendor.pushes[name] = Reply(body=push(name, [NUMBER], TEXT))
    for _ in range(2):
        (found,) = (await searched(gateway, {})).sightings
        assert found.gateway_id == name


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
