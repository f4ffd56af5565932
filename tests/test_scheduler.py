"""Bells ring: at their interval, at the speed of the clock, in the loop, and not after the end."""

import asyncio
from datetime import timedelta

import pytest

from bot.scheduler import Bells


async def rings(bells: Bells, interval: timedelta, real: float) -> int:
    rung = 0
    loop = asyncio.get_running_loop()

    def ring() -> None:
        nonlocal rung
        rung += 1
        assert asyncio.get_running_loop() is loop

    bells.every(interval, ring)
    bells.start()
    await asyncio.sleep(real)
    bells.stop()
    return rung


@pytest.mark.parametrize(("speed", "interval"), [(1.0, 0.02), (100.0, 2.0)])
async def test_a_bell_rings_at_its_interval_of_the_clock(speed: float, interval: float) -> None:
    rung = await rings(Bells(speed=speed), timedelta(seconds=interval), 0.25)

    assert 5 <= rung <= 13


async def test_a_bell_that_was_missed_rings_once() -> None:
    rung = 0

    def ring() -> None:
        nonlocal rung
        rung += 1

    bells = Bells()
    bells.every(timedelta(seconds=0.05), ring)
    bells.start()
    busy_until = asyncio.get_running_loop().time() + 0.28
    while asyncio.get_running_loop().time() < busy_until:
        pass  # a loop that is held up
    await asyncio.sleep(0.02)
    bells.stop()

    assert 1 <= rung <= 2


async def test_nothing_rings_after_the_end() -> None:
    bells, rung = Bells(), []
    bells.every(timedelta(seconds=0.01), lambda: rung.append(1))
    bells.start()
    bells.stop()
    bells.stop()  # twice does no harm
    await asyncio.sleep(0.05)

    assert rung == []


async def test_a_bell_keeps_step_with_a_clock_that_is_hastened() -> None:
    bells, rung = Bells(speed=1.0), 0

    def ring() -> None:
        nonlocal rung
        rung += 1

    bells.every(timedelta(seconds=60), ring)
    bells.start()
    bells.hasten(3000.0)
    await asyncio.sleep(0.25)
    bells.stop()

    assert 5 <= rung <= 13
