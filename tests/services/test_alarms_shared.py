"""Several instances: an alarm is raised by who has its account in hand, and told once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot import metrics
from bot.control.releasing import Release, release_offer
from bot.control.verbs import answer
from bot.core.alarms import Limits, fault
from bot.core.deliveries import EVERYTHING
from bot.core.errands import ErrandKind
from bot.gateways.base import Condition
from bot.services import faults
from bot.services.account import Account
from bot.services.alarms import ENDED, RAISED, Alarms, Telling
from bot.services.desk import Desk
from bot.services.leasing import HOUSE, Lease
from bot.storage import alarms, errands, events
from bot.yamlfile import Fault
from tests.clock import NOON, FakeClock
from tests.postgresql import Server
from tests.services.played import POLICY, Played, Scene
from tests.services.sharing import Machine, lapse, machines
from tests.services.test_webhooks import wanting

pytestmark = pytest.mark.postgres
NAME = "vudumobile"


@dataclass
class Watching:
    """An instance that watches the account, if that is in its hands."""

    machine: Machine
    folder: Path
    gateway: Played = field(default_factory=Played)
    clock: FakeClock = field(default_factory=FakeClock)
    lease: Lease = field(init=False)

    def __post_init__(self) -> None:
        store = self.machine.database
        self.lease = self.machine.leases.lease(NAME)
        under = store.under(self.lease.fence)
        self.account = Account(self.gateway, under, self.clock, lease=self.lease)
        self.lease.tells = self.account.tells
        self.house = self.machine.leases.lease(HOUSE)
        self.scene = Scene(self.folder, store, self.clock, self.gateway, self.account)
        self.library = self.scene.library()
        self.alarms = Alarms(
            *(store, self.clock, [self.account], self.library),
            house=self.house,
            limits=Limits(units=50.0),
            telling=Telling("ops@example.com", "fr", organisation="Radio"),
            free=lambda: 10**12,
        )

    async def watch(self, seconds: float = 5) -> None:
        for _ in range(int(seconds // 5)):
            self.clock.advance(5)
            await self.alarms.tick()


@pytest.fixture
async def two(tmp_path: Path, running_postgresql: Server) -> AsyncIterator[list[Watching]]:
    """The first has the account in hand, the second keeps house."""
    async with machines(tmp_path, running_postgresql, 2) as made:
        found = [Watching(machine, tmp_path) for machine in made]
        await wanting(found[0].scene, {"shop": frozenset({EVERYTHING})})
        await lapse(made[0].database, HOUSE, ago=0)
        for one in found:
            await one.machine.leases.tick()
        assert [(one.house.held, one.lease.held) for one in found] == [
            (True, False),
            (False, True),
        ]
        yield found[::-1]


async def rung(one: Watching) -> list[tuple[str, str]]:
    """What programs were told, and how many mails are due."""
    async with one.scene.database.read() as connection:
        found = await events.of_types(connection, "", [RAISED, ENDED])
        mails = await errands.due(connection, ErrandKind.MAIL, NOON.replace(year=2030), 100)
    assert len(mails) == len(found)
    return [(event.type, str(event.body["alarm"])) for event in found]


async def test_who_has_the_account_in_hand_raises_it_and_all_show_it(two: list[Watching]) -> None:
    one, other = two
    for each in two:
        each.gateway.condition = Condition("firewall")  # the other cannot know, and is not asked
    await asyncio.gather(*(each.watch(60) for each in two))
    assert await rung(one) == [(RAISED, "held")]
    assert 'textobot_alarm{gateway="vudumobile",kind="held"} 1.0' in metrics.exposition().decode()

    one.gateway.condition = Condition()
    one.account.heard_at = one.clock.monotonic()
    await asyncio.gather(*(each.watch(60) for each in two))

    assert await rung(one) == [(RAISED, "held"), (ENDED, "held")]
    await other.watch()
    assert 'textobot_alarm{gateway="vudumobile",kind="held"} 0.0' in metrics.exposition().decode()


async def test_what_is_no_account_s_is_told_by_who_keeps_house(two: list[Watching]) -> None:
    for each in two:
        each.library.faults = (Fault("rules.yaml", 1, 1, "odd", "mend it"),)
    await asyncio.gather(*(each.watch(20) for each in two))

    assert await rung(two[0]) == [(RAISED, "rules")]


async def test_who_comes_after_neither_repeats_it_nor_lets_it_go(two: list[Watching]) -> None:
    one, other = two
    one.gateway.condition = other.gateway.condition = Condition("firewall")
    await one.watch(60)
    await lapse(one.machine.database, NAME)
    await other.machine.leases.tick()
    assert other.lease.held

    await other.watch(60)
    assert await rung(one) == [(RAISED, "held")]
    other.gateway.condition = Condition()
    other.account.heard_at = other.clock.monotonic()
    await other.watch(20)

    assert await rung(one) == [(RAISED, "held"), (ENDED, "held")]


async def test_a_zombie_that_has_heard_nothing_for_an_hour_tells_nobody(
    two: list[Watching],
) -> None:
    """INV-23: it has not noticed yet that the account is another's."""
    one, other = two
    one.account.heard_at = one.clock.monotonic()
    await one.watch(60)
    one.machine.seconds += 3600
    one.clock.advance(3600)
    await lapse(one.machine.database, NAME)
    await other.machine.leases.tick()
    assert one.lease.held

    await one.watch(20)

    assert await rung(one) == []


async def test_an_operator_may_release_an_account_at_any_instance(two: list[Watching]) -> None:
    """What we start leaves again where the account is in hand."""
    one, other = two
    async with one.scene.database.write() as connection:
        await alarms.put(connection, [fault(NAME, "UNDELIV_302", NOON)], NOON)
        await faults.recall(connection, one.account)
    await one.watch()
    assert one.account.fault is not None
    desk = Desk(other.machine.database, other.clock, [NAME], POLICY)
    offer = release_offer(other.machine.database, other.clock, [NAME], [other.account])
    line = json.dumps(Release(gateway=NAME).model_dump()).encode()

    assert b"done" in await answer(desk, line, {"alarm-release": offer})
    await one.watch()

    assert one.account.fault is None
    assert await rung(one) == [(RAISED, "fault"), (ENDED, "fault")]
