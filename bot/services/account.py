"""One account at one gateway, as the services share it: the adapter, and what traffic taught."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.clock import Clock
from bot.core.calibration import Calibration
from bot.gateways.base import Gateway
from bot.storage import accounts
from bot.storage.database import Database


@dataclass(slots=True)
class Account:
    """An open gateway, with its calibration. `recall` first, `remember` whenever it changed."""

    gateway: Gateway
    database: Database
    clock: Clock
    calibration: Calibration = field(default_factory=Calibration)
    read_once: bool = False
    """Every feed that was due at the start has been read well (its history included)."""
    _kept: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The name that the operator gave it."""
        return self.gateway.name

    async def recall(self) -> None:
        """Take up what was learned before the last stop."""
        async with self.database.read() as connection:
            learned, calibration = await accounts.recall(connection, self.name)
        self.gateway.recall(learned)
        self.calibration = Calibration.from_json(calibration)
        self._kept = self._memory()

    async def remember(self) -> None:
        """Keep what was learned since, if anything was."""
        memory = self._memory()
        if memory != self._kept:
            async with self.database.write() as connection:
                await accounts.remember(connection, self.name, **memory)
            self._kept = memory

    def _memory(self) -> dict[str, Any]:
        return {"learned": dict(self.gateway.learned), "calibration": self.calibration.to_json()}
