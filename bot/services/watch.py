"""Keeps an eye on one account: is it held, how much credit is left, when does it expire."""

from __future__ import annotations

from bot import metrics
from bot.core.alarms import HELD, AlarmKind
from bot.gateways.base import GatewayError
from bot.log import logger
from bot.services.account import Account
from bot.storage import alarms, telling

LOG = logger(__name__)
EVERY_SECONDS = 60.0


class Watch:
    """Tells the operator once when an account is held, and once when that is over."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._told = ""
        self._told_before = ""
        """What programs were told before this process began, and lasts as far as is known."""
        self._watched_at: float | None = None

    async def begin(self) -> None:
        """Know what was told before this process began: nobody is told of it again."""
        async with self._account.database.read() as connection:
            known = await alarms.every(connection)
        for one in known:
            if one.lasts and one.alarm.key == (AlarmKind.HELD, self._account.name):
                self._told_before = str(one.alarm.detail.get("word", ""))

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
            self._account.heard_at = self._account.clock.monotonic()
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
                remedy=HELD[held][1] if held in HELD else "",
            )
            if held != self._told_before:
                async with self._account.database.write() as connection:
                    now = self._account.clock.now()
                    await telling.of_holding(connection, self._account.name, held, now)
            self._told_before = ""
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
