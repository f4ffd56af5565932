"""The rate is a hard cap, and nobody starves under it."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given, settings, strategies as st

from bot.gateways.limiter import Kind, Limiter
from tests.clock import FakeClock, settle, start


@given(
    requests=st.integers(1, 5),
    seconds=st.sampled_from([0.5, 1.0, 60.0]),
    arrivals=st.lists(
        st.tuples(st.floats(0, 0.7), st.sampled_from(Kind), st.booleans()), max_size=40
    ),
)
@settings(max_examples=80, deadline=None)
def test_never_more_than_the_rate_in_any_window(requests, seconds, arrivals):
    """INV-25: whatever arrives when, of whatever kind, and even where callers give up."""

    async def story() -> list[float]:
        clock = FakeClock()
        limiter = Limiter(requests, seconds, clock)
        went: list[float] = []

        async def ask(kind: Kind) -> None:
            await limiter.turn(kind)
            went.append(clock.monotonic())

        async def arrive() -> None:
            tasks = []
            for wait, kind, gives_up in arrivals:
                await clock.sleep(wait * seconds)
                task = start(ask(kind))
                await asyncio.sleep(0)
                if gives_up:
                    task.cancel()
                tasks.append(task)
            await asyncio.gather(*tasks, return_exceptions=True)

        await clock.run(arrive())
        return went

    went = asyncio.run(story())
    kept = sum(not gives_up for _, _, gives_up in arrivals)
    assert kept <= len(went) <= len(arrivals)
    for first, last in zip(went, went[requests:], strict=False):
        assert last - first > seconds


async def test_what_may_go_goes_at_once(clock):
    limiter = Limiter(20, 1.0, clock)
    for _ in range(20):
        await limiter.turn(Kind.SEND)
    assert clock.monotonic() == 0
    waiting = start(limiter.turn(Kind.SEND))
    await settle()
    assert not waiting.done()
    await clock.run(waiting)
    assert 1.0 < clock.monotonic() < 1.02


async def test_sends_go_first_but_leave_a_fifth_to_reading_and_a_tenth_to_finding_out(clock):
    """INV-25: no live reference starves, however much there is to send."""
    limiter = Limiter(1, 1.0, clock)
    order: list[Kind] = []

    async def ask(kind: Kind) -> None:
        await limiter.turn(kind)
        order.append(kind)

    tasks = [start(ask(kind)) for kind in (Kind.POLL, Kind.PROBE, Kind.SEND) for _ in range(100)]
    await clock.run(asyncio.wait(tasks[:100]))
    shares = Counter(order[:100])
    assert shares[Kind.POLL] == pytest.approx(20, abs=1)
    assert shares[Kind.PROBE] == pytest.approx(10, abs=1)
    assert shares[Kind.SEND] == pytest.approx(70, abs=2)
    await clock.run(asyncio.wait(tasks))
    assert len(order) == 300


async def test_finding_out_goes_before_reading(clock):
    limiter = Limiter(1, 1.0, clock)
    await limiter.turn(Kind.SEND)
    order: list[Kind] = []

    async def ask(kind: Kind) -> None:
        await limiter.turn(kind)
        order.append(kind)

    await clock.run(asyncio.gather(*(ask(kind) for kind in (Kind.POLL, Kind.PROBE, Kind.SEND))))
    assert order == [Kind.SEND, Kind.PROBE, Kind.POLL]


async def test_equal_requests_go_in_the_order_in_which_they_came(clock):
    limiter = Limiter(2, 1.0, clock)
    order: list[int] = []

    async def ask(number: int) -> None:
        await limiter.turn(Kind.POLL)
        order.append(number)

    await clock.run(asyncio.gather(*(ask(number) for number in range(9))))
    assert order == list(range(9))


async def test_who_gives_up_holds_up_nobody(clock):
    limiter = Limiter(1, 1.0, clock)
    await limiter.turn(Kind.SEND)
    first, second = start(limiter.turn(Kind.SEND)), start(limiter.turn(Kind.SEND))
    await settle()
    assert limiter.waiting == 2
    first.cancel()
    await clock.run(second)
    assert clock.monotonic() < 1.02
    assert limiter.waiting == 0
