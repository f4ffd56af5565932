"""The way to one account: a request waits for its turn, and not for too long."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.gateways.base import Throttled
from bot.gateways.http import Answer, Request
from bot.gateways.limiter import Kind, Limiter
from bot.gateways.line import Line
from tests.clock import NOON, FakeClock


class Wire:
    """Answers everything, and remembers what was asked."""

    def __init__(self, clock: FakeClock) -> None:
        self.asked: list[Request] = []
        self._clock = clock

    async def exchange(self, request: Request) -> Answer:
        self.asked.append(request)
        now = self._clock.now()
        return Answer(200, "OK", {}, b"{}", now, now)


@pytest.mark.parametrize(
    ("within", "asked"),
    [pytest.param(25, 1, id="too late"), pytest.param(120, 2, id="in time")],
)
async def test_a_send_whose_turn_comes_too_late_does_not_leave(within: int, asked: int) -> None:
    """INV-4: its row has been taken for unclear by then."""
    clock = FakeClock()
    wire = Wire(clock)
    line = Line("vudumobile", wire.exchange, clock, Limiter(1, 60.0, clock))
    in_time = clock.now() + timedelta(seconds=within)
    request = Request("POST", "http://127.0.0.1/send", leave_by=in_time)

    await line.ask(Kind.SEND, request, lambda answer: answer.status)
    second = clock.run(line.ask(Kind.SEND, request, lambda answer: answer.status))
    if asked == 1:
        with pytest.raises(Throttled, match="too late"):
            await second
    else:
        assert await second == 200

    assert len(wire.asked) == asked


async def test_a_send_that_is_not_wanted_when_its_turn_comes_does_not_leave() -> None:
    """INV-12: somebody opted out while it waited."""
    clock = FakeClock()
    wire = Wire(clock)
    line = Line("vudumobile", wire.exchange, clock, Limiter(1, 60.0, clock))
    begun = clock.now()

    async def wanted() -> bool:
        return clock.now() - begun < timedelta(seconds=30)

    request = Request("POST", "http://127.0.0.1/send", wanted=wanted)
    await line.ask(Kind.SEND, request, lambda answer: answer.status)
    with pytest.raises(Throttled, match="not wanted"):
        await clock.run(line.ask(Kind.SEND, request, lambda answer: answer.status))

    assert len(wire.asked) == 1


async def test_a_send_that_gave_up_takes_no_turn_from_the_next() -> None:
    """INV-25: at a slow rate all would be too late, for ever, and each would use a turn up."""
    clock = FakeClock(speed=1000)
    wire = Wire(clock)
    line = Line("vudumobile", wire.exchange, clock, Limiter(1, 60.0, clock))

    async def send(within: int) -> int:
        leave_by = clock.now() + timedelta(seconds=within)
        request = Request("POST", "http://127.0.0.1/send", leave_by=leave_by)
        return await line.ask(Kind.SEND, request, lambda answer: answer.status)

    await send(25)
    with pytest.raises(Throttled, match="too late"):
        await send(25)  # gives up by itself: nobody moves the clock
    clock.advance(50)

    assert await clock.run(send(25)) == 200
    assert clock.now() - NOON < timedelta(seconds=70)
