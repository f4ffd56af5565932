"""One account at one gateway, as the services share it: the adapter, and what traffic taught."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.core.calibration import Calibration
from bot.gateways.base import Gateway
from bot.services.parts import Parts
from bot.services.spending import Spending
from bot.storage import accounts
from bot.storage.database import Connection, Database


@dataclass(slots=True)
class Fault:
    """A fault of the account that makes messages fail: what we start is held back."""

    since: datetime
    """When the message was handed over that failed by it. A later one that arrives ends it."""
    tried_at: float
    """When one was let through last to see, by the clock's `monotonic`."""


@dataclass(slots=True)
class Account:
    """An open gateway, with what is known of it. `remember` keeps what was learned."""

    gateway: Gateway
    database: Database
    clock: Clock
    calibration: Calibration = field(default_factory=Calibration)
    reached: bool = False
    """Its feeds were read once, with their history (where there are none: the account was)."""
    trouble: str = ""
    """Why the last reading failed; empty while reading goes well."""
    heard_at: float = -math.inf
    """When anything of it was last read well, by the clock's `monotonic`."""
    sent_at: float = -math.inf
    """The same for a message that was taken."""
    fault: Fault | None = None
    """What the network says of our messages is the account's fault; None: nothing is."""
    seen: dict[str, float | str] = field(default_factory=dict)
    """What the account said of itself: credit, expiry."""
    parts: Parts = field(default_factory=Parts)
    """Where it counts other segments than we do."""
    shared: InitVar[Spending | None] = None
    spending: Spending = field(init=False)
    """What all accounts of the installation spend; without `shared`, this one alone."""
    _kept: Mapping[str, Any] = field(default_factory=dict, init=False)

    def __post_init__(self, shared: Spending | None) -> None:
        self.spending = shared or Spending(self.database, self.clock)
        self._kept = self._memory()

    @property
    def name(self) -> str:
        """The name that the operator gave it."""
        return self.gateway.name

    async def remember(self) -> None:
        """Keep what was learned since, if anything was."""
        if self._memory() != self._kept:
            async with self.database.write() as connection:
                await self.remember_with(connection)

    async def remember_with(self, connection: Connection) -> None:
        """The same, in the transaction of what it was learned from: the two must agree."""
        memory = self._memory()
        if memory != self._kept:
            await accounts.remember(connection, self.name, **memory)
            self._kept = memory

    def _memory(self) -> dict[str, Any]:
        return {"learned": dict(self.gateway.learned), "calibration": self.calibration.to_json()}
