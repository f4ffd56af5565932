"""When Clever's campaigns are posted: one at a time, each in a second of its own.

A campaign is named for the second of its creation. Two of one second would share a name, or the
second is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from bot.clock import Clock

PACE = 1.2
"""Seconds between two campaigns: each has a second, and so a name, of its own."""


class Turns:
    """Gives turns, texts and mails alike. `is_taken` tells of a second that had a campaign."""

    def __init__(
        self,
        clock: Clock,
        pace: float = PACE,
        is_taken: Callable[[datetime], bool] = lambda _second: False,
    ) -> None:
        self.between = asyncio.Lock()
        """Who holds it lets nobody post meanwhile."""
        self.under_way = False
        self.count = 0
        """How many turns there were."""
        self._clock = clock
        self._pace = pace
        self._is_taken = is_taken
        # The process before us may have posted just now.
        self._posted_at = clock.monotonic()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """Let the body post, alone, at the pace."""
        async with self.between:
            await self._own_second()
            self.count += 1
            self.under_way = True
            try:
                yield
            finally:
                self.under_way = False
                self._posted_at = self._clock.monotonic()

    async def _own_second(self) -> None:
        """Wait until the campaign will have a name that none of ours has."""
        clock = self._clock
        while (wait := self._posted_at + self._pace - clock.monotonic()) > 0:
            await clock.sleep(wait)
        while self._is_taken(clock.now()):
            await clock.sleep(1.0)
