"""How the daemon is: for `/readyz` and the metrics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot import metrics
from bot.clock import Clock
from bot.console.app import Health
from bot.core.ceilings import Purpose
from bot.services.account import Account
from bot.services.library import Library
from bot.storage import inbox, outbox
from bot.storage.database import Database

PATIENCE_SECONDS = 30.0
"""A gateway that cannot be reached keeps us from being ready for no longer than this."""
NOBODY_S = {"status": "starting", "readable": False, "word": "", "reason": ""}
"""How an account is that no instance has in hand."""


class Patient:
    """Looks at every part and says in a word how it is."""

    def __init__(
        self, known: Sequence[Account], library: Library, database: Database, clock: Clock
    ) -> None:
        self._known = known
        self._library = library
        self._database = database
        self._clock = clock
        self._begun_at = clock.monotonic()
        self._was_ready = False

    async def health(self) -> Health:
        """Look, and set the gauges.

        The store can be written as long as we live: the daemon ends when it cannot.
        """
        await self._count()
        gateways = {account.name: self._gateway(account) for account in self._known}
        readable = any(told["readable"] for told in gateways.values())
        waited = self._clock.monotonic() - self._begun_at >= PATIENCE_SECONDS
        self._was_ready |= waited or all(
            account.reached or told["readable"]
            for account, told in zip(self._known, gateways.values(), strict=True)
        )
        ready = self._was_ready and readable
        well = ready and not self._library.faults
        well = well and all(told["status"] == "ok" for told in gateways.values())
        spending = self._known[0].spending
        ceilings = {one.value: spending.verdict(one) for one in Purpose}
        well = well and not ceilings[Purpose.REPLY]
        rules: dict[str, Any] = {
            "count": len(self._library.rulebook.rules),
            "digest": self._library.rulebook.digest,
            "faults": [str(fault) for fault in self._library.faults],
        }
        status = "down" if not ready else "ok" if well else "degraded"
        return Health(status, ready, gateways, rules, ceilings)

    def _gateway(self, account: Account) -> dict[str, Any]:
        if account.elsewhere is not None:
            told = {name: one for name, one in account.elsewhere.items() if name != "skew"}
            return NOBODY_S | told
        skew = account.skew
        metrics.GATEWAY_SKEW.labels(account.name).set((skew.low + skew.high) / 2)
        return account.told()

    async def _count(self) -> None:
        async with self._database.read() as connection:
            metrics.INBOX_WAITING.set(await inbox.waiting(connection))
            still_open = await outbox.count(connection)
        metrics.OUTBOX_OPEN.clear()
        for (gateway, status), rows in still_open.items():
            metrics.OUTBOX_OPEN.labels(gateway, status).set(rows)
