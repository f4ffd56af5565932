"""Looking at an account as `textobot doctor` does: what works, and in which shape it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.core.checkup import Look


class Examiner(Protocol):
    """One account, looked at closely."""

    async def look(self, since: datetime) -> Look:
        """Look at the account and at what it lists since then. Raises `GatewayError`."""
        ...

    async def includes(self, gateway_id: str, second: datetime) -> bool | None:
        """Say whether a listing from a second on shows what happened in it.

        None: there is no such listing, or the message was not in it.
        """
        ...

    async def lists_code(self, number: str) -> bool | None:
        """Send a code by the vendor's own function; say whether the listing shows it afterwards.

        None: the vendor has no such function beside its listing.
        """
        ...


@dataclass(frozen=True, slots=True)
class NoExaminer:
    """Sees nothing, and nothing wrong. Satisfies `Examiner`."""

    async def look(self, since: datetime) -> Look:
        """Nothing."""
        del since
        return Look()

    async def includes(self, gateway_id: str, second: datetime) -> bool | None:
        """Nobody knows."""
        del gateway_id, second
        return None

    async def lists_code(self, number: str) -> bool | None:
        """Nothing is sent."""
        del number
        return None
