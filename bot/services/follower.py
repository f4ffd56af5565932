"""Follows campaigns that somebody begins elsewhere while we run."""

from __future__ import annotations

from collections.abc import Callable, Collection

from bot.clock import Clock
from bot.storage import feeds
from bot.storage.database import Database


class Follower:
    """Asks which campaigns there are, and begins to read the new ones from their first answer."""

    def __init__(
        self,
        database: Database,
        gateway: str,
        begun: Callable[[], Collection[str]],
        clock: Clock,
    ) -> None:
        self._database = database
        self._gateway = gateway
        self._begun = begun
        self._clock = clock
        self._known: set[str] = set()

    async def tick(self) -> int:
        """Follow what was begun since the last look; say how many campaigns."""
        new = set(self._begun()) - self._known
        if new:
            async with self._database.write() as connection:
                now = self._clock.now()
                await feeds.ensure(connection, self._gateway, new, now, adopted=False)
            self._known |= new
        return len(new)
