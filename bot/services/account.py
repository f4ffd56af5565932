"""One account at one gateway, as the services share it: the adapter, and what traffic taught."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from typing import Any

from bot.clock import Clock
from bot.core.calibration import Calibration
from bot.core.skew import Skew
from bot.gateways.base import Gateway
from bot.services.leasing import Lease, ours
from bot.services.parts import Parts
from bot.services.spending import Spending
from bot.storage import accounts, leases
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
    lease: Lease = field(default_factory=ours)
    """Whether it is in our hands."""
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

    @property
    def elsewhere(self) -> Mapping[str, Any] | None:
        """How it does, by what the instance tells that has it in hand; None: that is ours."""
        return None if self.lease.held else self.lease.elsewhere

    @property
    def skew(self) -> Skew:
        """The gateway's clock minus ours; where another asks it, minus the other's."""
        told = (self.elsewhere or {}).get("skew")
        return Skew(*told) if told else self.gateway.skew

    async def expect_in_hand(self) -> None:
        """Raise `StoreError` where another instance has it: the text says which."""
        if not self.lease.held:
            async with self.database.read() as connection:
                raise leases.elsewhere(self.name, await leases.holder(connection, self.name))

    async def take_over(self, open_again: Callable[[Mapping[str, Any]], Gateway]) -> None:
        """Know what was learned by whoever had it in hand before us, and nothing else."""
        async with self.database.read() as connection:
            learned, calibration = await accounts.recall(connection, self.name)
        self.gateway, self.calibration = open_again(learned), Calibration.from_json(calibration)
        self.reached, self.trouble, self.fault, self.seen = False, "", None, {}
        self.heard_at = self.sent_at = -math.inf
        self._kept = self._memory()

    def told(self) -> dict[str, Any]:
        """Say how it does: for `/readyz`, and for other instances."""
        condition = self.gateway.condition
        readable = self.reached and not self.trouble
        if condition.held:
            status = "held"
        elif readable:
            status = "ok"
        else:
            status = "unreachable" if self.trouble else "starting"
        return {
            "status": status,
            "readable": readable,
            "word": condition.held,
            "reason": self.trouble,
            **self.seen,
        }

    def tells(self) -> dict[str, Any]:
        """Say what other instances are to know while it is ours."""
        skew = self.gateway.skew
        return self.told() | {"skew": [skew.low, skew.high]}

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
