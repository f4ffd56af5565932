"""A word from one instance to the others: something may be due. PostgreSQL's LISTEN and NOTIFY.

A hint may be lost, doubled or late; the tables are the truth, and each service looks by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.log import logger
from bot.storage import postgresql
from bot.storage.errors import StoreError

LOG = logger(__name__)
CHANNEL = "textobot"
_TELL = "SELECT pg_notify($1, name) FROM unnest($2::text[]) AS name"


class Hints:
    """One connection that listens and tells; where it is lost, another is made."""

    def __init__(self, url: str, heard: Callable[[str], None]) -> None:
        """`heard` is called with what another instance said: the name of a service."""
        self._url = url
        self._heard = heard
        self._connection: Any = None
        self._said: set[str] = set()

    def say(self, name: str) -> None:
        """Have the others told at the next tick that a service may have something to do."""
        self._said.add(name)

    async def tick(self) -> int:
        """Listen, and tell what was said since; nothing more is done, so always 0."""
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await postgresql.connect(self._url)
                await self._connection.add_listener(CHANNEL, self._hear)
            said, self._said = self._said, set()
            if said:
                await self._connection.execute(_TELL, CHANNEL, sorted(said))
        except Exception as error:  # noqa: BLE001 - whatever it is, others look by themselves
            if not isinstance(error, StoreError):
                error = postgresql.broken(error)
            LOG.debug("Other instances cannot be told", action="hints.failed", why=str(error))
            await self.close()
        return 0

    async def close(self) -> None:
        """Listen no more."""
        if self._connection is not None:
            self._connection.terminate()
        self._connection = None

    def _hear(self, connection: Any, pid: int, _channel: str, name: str) -> None:  # noqa: ANN401
        if pid != connection.get_server_pid():
            self._heard(name)
