"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Coroutine
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, TypeVar

T = TypeVar("T")

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class FakeClock:
    """Satisfies `bot.clock.Clock`; `advance` is the only thing that lets time pass.

    `speed` is of use where real time cannot be avoided (a time limit on a socket): with 300, half
    a minute is over after a tenth of a real second.
    """

    def __init__(self, start: datetime = NOON, *, speed: float = 1.0) -> None:
        self.speed = speed
        self._start = start
        self._passed = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._turn = count()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        return self._passed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._passed + seconds, next(self._turn), woken))
        await woken

    def advance(self, seconds: float) -> None:
        """Let time pass in one jump; whoever sleeps until then is woken at the end of it."""
        self._go_to(self._passed + seconds)

    def jump(self, seconds: float) -> None:
        """Set what `now` says, as when somebody sets the machine's clock; no time passes."""
        self._start += timedelta(seconds=seconds)

    async def run(self, awaitable: Awaitable[T]) -> T:
        """Await something, going from sleeper to sleeper whenever all that is left is sleeping.

        Only for what waits for this clock alone: with sockets in it, advance by hand.
        """
        task = asyncio.ensure_future(awaitable)
        while not task.done():
            await settle()
            if not task.done() and self._sleepers:
                self._go_to(self._sleepers[0][0])
        return await task

    def _go_to(self, instant: float) -> None:
        self._passed = max(self._passed, instant)
        while self._sleepers and self._sleepers[0][0] <= self._passed:
            woken = heapq.heappop(self._sleepers)[2]
            if not woken.done():
                woken.set_result(None)


class Hasty(FakeClock):
    """Lets time pass as soon as somebody sleeps: for what waits for something that never comes."""

    async def sleep(self, seconds: float) -> None:
        self.advance(max(0.0, seconds))
        await asyncio.sleep(0)


async def settle(rounds: int = 10) -> None:
    """Let every task that can go on do so; no time passes."""
    for _ in range(rounds):
        await asyncio.sleep(0)


def start(coroutine: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
    """Begin something that will wait for the clock."""
    return asyncio.get_running_loop().create_task(coroutine)
