"""Looking closely at a Clever account: there is no listing, only campaigns by their names."""

from __future__ import annotations

from datetime import datetime

from bot.core.checkup import Look
from bot.gateways.clever_account import Profile
from bot.gateways.clever_search import Prober


class CleverExaminer:
    """Satisfies `Examiner`."""

    def __init__(self, profile: Profile, prober: Prober) -> None:
        self._profile = profile
        self._prober = prober

    async def look(self, since: datetime) -> Look:
        """Read the account, and ask for a campaign that cannot exist. Raises `GatewayError`."""
        del since
        seen, _ = await self._profile.read()
        await self._prober.calibrate()
        nobody = self._prober.nobody  # a status, and what the body is made of
        status = str(nobody[0]) if isinstance(nobody, list | tuple) and nobody else None
        return Look(account=seen, nobody=status)

    async def includes(self, gateway_id: str, second: datetime) -> bool | None:
        """There is no listing."""
        del gateway_id, second
        return None

    async def lists_code(self, number: str) -> bool | None:
        """There is no listing."""
        del number
        return None
