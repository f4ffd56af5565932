"""What is tried out is found as the played vendor was set: each reading of its document."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from bot.clock import FastClock
from bot.gateways.http import Transport
from bot.gateways.limiter import Limiter
from bot.gateways.line import Line
from bot.gateways.vudumobile import VuduMobile
from bot.sandbox import Clock, Sandbox
from bot.services.account import Account
from bot.services.calibrating import STEPS, Calibrating, Step
from bot.services.sender import Sender
from tests.services.played import ANA
from tests.stores import open_store

SPEED = 20.0


@dataclass
class Tried:
    """A played account, and what tries it."""

    sandbox: Sandbox
    service: Calibrating

    async def found(self, *steps: Step) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for step in steps:
            found |= await self.service.step("vudumobile", ANA, step, "t1")
        return found


@pytest.fixture
async def tried(tmp_path: Any) -> AsyncIterator[Tried]:
    world = Clock(SPEED, world=1_772_452_800.0, real=time.time())
    clock = FastClock.parse(world.spec)
    async with (
        Sandbox(world) as sandbox,
        Transport(clock) as transport,
        open_store(tmp_path) as database,
    ):
        line = Line(
            "vudumobile", transport.exchange, clock, Limiter(1000, 1.0, clock), random=Random(1)
        )
        gateway = VuduMobile(
            line,
            api_key=sandbox.vudumobile.api_key,
            our_number=sandbox.vudumobile.our_number,
            url=sandbox.vudumobile_url,
        )
        account = Account(gateway, database, clock)
        sender = Sender(account, lambda: None, Random(1))

        async def drive(_gateway: str) -> None:
            await sender.tick()
            await sender.drain()

        yield Tried(sandbox, Calibrating({"vudumobile": account}, drive))


@pytest.mark.parametrize("exclusive", [False, True])
async def test_whether_the_second_that_is_asked_from_is_listed(
    tried: Tried, exclusive: bool
) -> None:
    tried.sandbox.vudumobile.exclusive = exclusive
    found = await tried.found(Step.PLAIN)
    assert found["date_start_inclusive"] is not exclusive


@pytest.mark.parametrize("listed", [False, True])
async def test_whether_codes_are_listed(tried: Tried, listed: bool) -> None:
    tried.sandbox.vudumobile.verification_in_feed = listed
    assert await tried.found(Step.CODE) == {"codes_listed": listed}


async def test_how_late_and_how_faithfully_messages_are_listed(tried: Tried) -> None:
    tried.sandbox.vudumobile.feed_lag = 6.0
    found = await tried.found(*STEPS[False][:2])
    assert found["lag"] >= 6.0
    assert (found["plain_level"], found["dressed_level"]) == (0, 0)
