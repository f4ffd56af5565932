"""Keeps an eye on one account: is it held, how much credit is left, when does it expire."""

from __future__ import annotations

from bot import metrics
from bot.gateways.base import GatewayError
from bot.log import logger
from bot.services.account import Account
from bot.storage import telling

LOG = logger(__name__)
EVERY_SECONDS = 60.0
REMEDIES = {
    "firewall": "ask the vendor to admit this machine's address, and check the key",
    "key": "check the key, or login and password, in the environment",
    "credit": "buy credit; replies wait until then, for as long as replies.life",
    "expired": "renew the account with the vendor",
    "address": "check `url` of this gateway in config.yaml",
}


class Watch:
    """Tells the operator once when an account is held, and once when that is over."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._told = ""
        self._watched_at: float | None = None

    async def tick(self) -> int:
        """Look; every minute, ask the gateway about the account. Says 0: nothing is ever due."""
        moment = self._account.clock.monotonic()
        if self._watched_at is None or moment - self._watched_at >= EVERY_SECONDS:
            self._watched_at = moment
            await self._ask()
        await self._tell()
        return 0

    async def _ask(self) -> None:
        try:
            seen = await self._account.gateway.watch()
        except GatewayError as error:
            LOG.debug("The account could not be read", action="watch.failed", reason=error.reason)
            return
        if seen:
            self._account.seen = dict(seen)
            self._account.reached = True
            credit = seen.get("credit")
            if isinstance(credit, int | float):
                metrics.GATEWAY_CREDIT.labels(self._account.name).set(credit)
        await self._account.remember()

    async def _tell(self) -> None:
        held = self._account.gateway.condition.held
        if held == self._told:
            return
        if held:
            LOG.error(
                "The account is held; nothing of it is lost, and it is tried again",
                action="gateway.held",
                gateway=self._account.name,
                word=held,
                remedy=REMEDIES.get(held, ""),
            )
            async with self._account.database.write() as connection:
                now = self._account.clock.now()
                await telling.of_holding(connection, self._account.name, held, now)
        else:
            LOG.warning(
                "The account works again",
                action="gateway.released",
                gateway=self._account.name,
                word=self._told,
            )
        metrics.GATEWAY_HELD.remove_by_labels({"gateway": self._account.name})
        if held:
            metrics.GATEWAY_HELD.labels(self._account.name, held).set(1)
        self._told = held
