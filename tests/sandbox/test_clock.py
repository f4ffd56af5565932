"""The world clock: speeds, jumps, agreement between processes, sleepers that adjust."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.sandbox import Clock
from bot.sandbox.clock import Agenda


def stopped() -> Clock:
    return Clock(speed=0, world=1_000_000.0)


def test_real_time_by_default() -> None:
    assert abs(Clock().now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_equal_specs_agree() -> None:
    spec = f"1700000000,{time.time() - 10},20"
    one, other = Clock.parse(spec), Clock.parse(spec)
    assert abs((one.now() - other.now()).total_seconds()) < 0.5
    assert abs(one.timestamp() - 1_700_000_200) < 5


def test_a_moved_clock_can_be_shared() -> None:
    clock = Clock(speed=3)
    clock.jump(timedelta(days=1))
    clock.speed = 50
    assert abs(Clock.parse(clock.spec).timestamp() - clock.timestamp()) < 0.5


@pytest.mark.parametrize("spec", ["", "1,2", "a,b,c", "1,2,-3"])
def test_a_wrong_spec_is_said_to_be(spec: str) -> None:
    with pytest.raises(ValueError, match="clock"):
        Clock.parse(spec)


def test_a_jump_back_is_a_step_of_the_wall_clock_alone() -> None:
    clock = stopped()
    clock.jump(timedelta(hours=1))
    before = clock.monotonic()
    clock.jump(timedelta(hours=-2))
    assert clock.timestamp() == 1_000_000 - 3600
    assert clock.monotonic() == before == 3600


async def test_a_jump_wakes_those_whose_time_came_and_no_others() -> None:
    clock = stopped()
    short = asyncio.create_task(clock.sleep(60))
    long = asyncio.create_task(clock.sleep(600))
    await asyncio.sleep(0)
    clock.jump(timedelta(seconds=60))
    await short
    assert not long.done()
    clock.jump(timedelta(seconds=540))
    await long


async def test_sleepers_follow_a_new_speed() -> None:
    clock = Clock()
    sleeper = asyncio.create_task(clock.sleep(3600))
    await asyncio.sleep(0)
    clock.speed = 1_000_000
    await asyncio.wait_for(sleeper, 5)


async def test_a_fast_clock_sleeps_short() -> None:
    clock, began = Clock(speed=1000), time.monotonic()
    await clock.sleep(30)
    assert 0.02 < time.monotonic() - began < 2


async def test_the_agenda_keeps_its_times_and_its_order() -> None:
    clock = stopped()
    agenda, last = Agenda(clock), asyncio.Event()
    done: list[str] = []
    for seconds, name in ((20, "c"), (10, "a"), (10, "b")):
        agenda.after(seconds, partial(done.append, name))
    agenda.after(30, last.set)
    running = asyncio.create_task(agenda.run())
    await asyncio.sleep(0)
    clock.jump(timedelta(seconds=20))
    agenda.catch_up()
    assert done == ["a", "b", "c"]
    clock.jump(timedelta(seconds=10))
    await asyncio.wait_for(last.wait(), 5)
    running.cancel()
