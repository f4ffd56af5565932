"""A hard cap on requests: never more than so many in any stretch of the rate's period.

Not a leaky bucket: that one lets a burst pass and then goes on at full rate, which is up to twice
the agreed number within one period.
"""

from __future__ import annotations

import asyncio
from collections import deque
from enum import Enum

from bot.clock import Clock


class Kind(Enum):
    """What a request is for, the more urgent first."""

    SEND = "send"
    PROBE = "probe"
    """Finding out what an unclear send came to."""
    POLL = "poll"
    """Reading: texts, receipts, the account."""
    BOOK = "book"
    """Contacts and groups: whatever else there is goes first."""


MARGIN = 1.01
"""Requests do not all travel equally fast: the gateway may see two a little closer together."""

AT_LEAST_EVERY = {Kind.POLL: 5, Kind.PROBE: 10, Kind.BOOK: 50}
"""However much there is to send: one request in five reads, one in ten finds out, one in fifty is
about contacts."""


class Limiter:
    """Lets requests go, first by urgency and share, then in the order in which they came."""

    def __init__(self, requests: int, seconds: float, clock: Clock) -> None:
        self._requests = requests
        self._seconds = seconds * MARGIN
        self._clock = clock
        self._gone: deque[float] = deque(maxlen=requests)
        """When the last requests went: as many as may go in one period."""
        self._waiting: dict[Kind, deque[asyncio.Future[None]]] = {kind: deque() for kind in Kind}
        self._passed_over = dict.fromkeys(AT_LEAST_EVERY, 0)
        self._doorman: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many requests wait for their turn."""
        return sum(map(len, self._waiting.values()))

    async def turn(self, kind: Kind) -> None:
        """Return when a request of this kind may go. A turn that is not used is lost."""
        if self._doorman is None and self._until_free() <= 0:
            self._go(kind)
            return
        waiter = asyncio.get_running_loop().create_future()
        self._waiting[kind].append(waiter)
        if self._doorman is None:
            self._doorman = asyncio.create_task(self._let_in(), name="limiter")
        await waiter

    async def _let_in(self) -> None:
        try:
            while (kind := self._next()) is not None:
                if (wait := self._until_free()) > 0:
                    await self._clock.sleep(wait)
                    continue
                self._waiting[kind].popleft().set_result(None)
                self._go(kind)
        finally:
            self._doorman = None

    def _until_free(self) -> float:
        if len(self._gone) < self._requests:
            return 0.0
        return self._gone[0] + self._seconds - self._clock.monotonic()

    def _go(self, kind: Kind) -> None:
        self._gone.append(self._clock.monotonic())
        for other in self._passed_over:
            self._passed_over[other] += 1
        if kind in self._passed_over:
            self._passed_over[kind] = 0

    def _next(self) -> Kind | None:
        """Choose among the kinds that wait: one whose share is due, or the most urgent."""
        for queue in self._waiting.values():
            while queue and queue[0].done():  # given up by its caller
                queue.popleft()
        for kind, every in AT_LEAST_EVERY.items():
            if self._waiting[kind] and self._passed_over[kind] >= every - 1:
                return kind
        return next((kind for kind in Kind if self._waiting[kind]), None)
