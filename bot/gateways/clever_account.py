"""Reading Clever's account: chapter 3.1."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.gateways.base import Rejected
from bot.gateways.clever_api import Api
from bot.gateways.clever_rows import read_account
from bot.gateways.http import Answer

ACCOUNT, ACCOUNT_TOO = "account/me", "accounts/me"
"""The text has the one, a picture the other."""


class Profile:
    """Reads whichever of the two addresses there is. `path` is the one to begin with."""

    def __init__(self, api: Api, path: object) -> None:
        self.path = ACCOUNT_TOO if path == ACCOUNT_TOO else ACCOUNT
        self._api = api

    async def read(self) -> tuple[Mapping[str, float | str], datetime]:
        """Read credit and expiry, and say when. Raises `GatewayError`."""
        try:
            return await self._api.get(self.path, self._understood)
        except Rejected as error:
            if error.code != "404":
                raise
        other = ACCOUNT if self.path == ACCOUNT_TOO else ACCOUNT_TOO
        seen = await self._api.get(other, self._understood)
        self.path = other
        return seen

    def _understood(self, answer: Answer) -> tuple[Mapping[str, float | str], datetime]:
        failure = self._api.failures.of(answer, one_of_many=True)
        if failure is not None:
            raise failure
        return read_account(self._api.object(answer)), answer.ended_at
