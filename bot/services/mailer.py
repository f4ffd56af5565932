"""Sends the mails that rules forward, through one gateway, each at most once."""

from __future__ import annotations

from datetime import timedelta

from bot.core.errands import Errand, ErrandKind, ErrandStatus
from bot.core.messages import Mail
from bot.gateways.base import AccountHeld, GatewayError, Rejected, Throttled, Unreachable
from bot.log import logger
from bot.services.account import Account
from bot.storage import errands

LOG = logger(__name__)
AT_ONCE = 10
AGAIN_SECONDS = 30.0
"""Before a mail is tried again that certainly was not taken, doubled from try to try."""
AGAIN_CAP_SECONDS = 1800.0
TRIES = 48
"""About a day; then a mail that could not leave is given up."""


class Mailer:
    """Hands over what is due, its intent committed before a byte leaves."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def begin(self) -> None:
        """Take for unclear what a process that died was sending: nobody can look for a mail."""
        async with self._account.database.write() as connection:
            lost = await errands.recover(
                connection, ErrandKind.MAIL, ErrandStatus.UNCLEAR, self._account.clock.now()
            )
        if lost:
            LOG.warning(TOLD[ErrandStatus.UNCLEAR], action="mail.unclear", mails=lost)

    async def tick(self) -> int:
        """Send a few mails, one after the other; say how many."""
        account, now = self._account, self._account.clock.now()
        async with account.database.read() as connection:
            due = await errands.due(connection, ErrandKind.MAIL, now, 1, gateway=account.name)
        if not due:
            return 0
        async with account.database.write() as connection:
            due = await errands.due(
                connection, ErrandKind.MAIL, now, AT_ONCE, gateway=account.name
            )
        for errand in due:
            await self._send(errand)
        return len(due)

    async def _send(self, errand: Errand) -> None:
        account = self._account
        async with account.database.write() as connection:
            await errands.begin(connection, [errand.id], account.clock.now())
        status, error = ErrandStatus.DONE, ""
        try:
            await account.gateway.mail(Mail(**errand.body))
        except AccountHeld as held:  # however long: its rows are kept
            status, error = ErrandStatus.WAITING, held.reason
        except (Unreachable, Throttled) as again:
            given_up = errand.attempts + 1 >= TRIES
            status = ErrandStatus.FAILED if given_up else ErrandStatus.WAITING
            error = again.reason
        except Rejected as refused:
            status, error = ErrandStatus.FAILED, refused.reason
        except GatewayError as unclear:
            status, error = ErrandStatus.UNCLEAR, unclear.reason
        except Exception as failed:
            LOG.exception("A mail failed in an unexpected way", action="mail.error")
            status, error = ErrandStatus.UNCLEAR, type(failed).__name__
        async with account.database.write() as connection:
            if status is ErrandStatus.WAITING:
                wait = min(AGAIN_SECONDS * 2.0**errand.attempts, AGAIN_CAP_SECONDS)
                later = account.clock.now() + timedelta(seconds=wait)
                await errands.postpone(connection, [errand.id], later, error=error)
            else:
                now = account.clock.now()
                await errands.settle(connection, [errand.id], status, now, error=error)
        self._tell(errand, status, error)

    def _tell(self, errand: Errand, status: ErrandStatus, error: str) -> None:
        tell = LOG.info if status is ErrandStatus.DONE else LOG.warning
        tell(
            TOLD[status],
            action=f"mail.{status.value}",
            gateway=self._account.name,
            inbound=errand.inbound,
            rule=errand.rule,
            reason=error,
        )


TOLD = {
    ErrandStatus.DONE: "A text was forwarded by mail",
    ErrandStatus.WAITING: "A mail could not be handed over and waits",
    ErrandStatus.FAILED: "A mail was refused for good",
    ErrandStatus.UNCLEAR: "It is unclear whether a mail was taken; it is not sent again",
}
