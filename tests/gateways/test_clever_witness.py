"""The credit as witness of what became of an unclear push."""

from __future__ import annotations

from typing import Any

import pytest

from bot.core.messages import Batch
from bot.gateways.base import Unconfirmed
from bot.gateways.clever import CHARGED_BY
from tests.gateways.campaigns import Vendor, searched
from tests.gateways.server import RESET, Reply
from tests.gateways.vendors import CLEVER, clever, mail_push, push, reference

NUMBER = CLEVER.number
TEXT = "Il neige"


@pytest.fixture
def gateway(server, transport):
    return clever(server, transport)


@pytest.fixture
def vendor(server) -> Vendor:
    return Vendor(server)


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
    gateway._turns.under_way = True
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
