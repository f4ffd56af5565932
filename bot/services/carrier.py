"""Notes at one gateway who opted out, and takes it back when they opt in."""

from __future__ import annotations

from datetime import timedelta

from bot.core.conversation import Subscriber
from bot.core.errands import Errand, ErrandKind, ErrandStatus
from bot.gateways.base import AccountHeld, GatewayError, Rejected
from bot.log import logger
from bot.services.account import Account
from bot.services.carrying import AFTER, OUT
from bot.storage import errands, mirrors, subscribers

LOG = logger(__name__)
AT_ONCE = 10
AGAIN_SECONDS = 30.0
"""Before it is tried again, doubled from try to try."""
AGAIN_CAP_SECONDS = 3600.0
TRIES = 100
"""Some four days; then it is given up, and shown."""
OVERTAKEN = "the number has chosen otherwise since"


class Carrier:
    """Carries one decision after the other. To carry it twice does no harm."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def begin(self) -> None:
        """Do again what a process that died was doing."""
        async with self._account.database.write() as connection:
            await errands.recover(
                connection, ErrandKind.CARRY, ErrandStatus.WAITING, self._account.clock.now()
            )

    async def tick(self) -> int:
        """Carry a few; say how many."""
        account, now = self._account, self._account.clock.now()
        async with account.database.read() as connection:
            due = await errands.due(
                connection, ErrandKind.CARRY, now, AT_ONCE, gateway=account.name
            )
        for errand in due:
            await self._do(errand)
        return len(due)

    async def _do(self, errand: Errand) -> None:
        person = await self._begun(errand)
        if person is None:
            return
        book, status, error = self._account.gateway.book, ErrandStatus.DONE, ""
        try:
            if person.opted_out:
                await book.block(errand.number, person.language)
            else:
                await book.unblock(errand.number)
        except AccountHeld as held:  # however long: nothing is given up
            status, error = ErrandStatus.WAITING, held.reason
        except Rejected as refused:
            status, error = ErrandStatus.FAILED, refused.reason
        except GatewayError as again:
            given_up = errand.attempts + 1 >= TRIES
            status = ErrandStatus.FAILED if given_up else ErrandStatus.WAITING
            error = again.reason
        except Exception as failed:
            LOG.exception("Carrying an opt-out failed unforeseen", action="carry.error")
            status, error = ErrandStatus.WAITING, type(failed).__name__
        await self._settle(errand, status, error)
        self._tell(errand, status, error)

    async def _begun(self, errand: Errand) -> Subscriber | None:
        """Begin, unless the number chose otherwise, or something still has to be said to it."""
        account, now = self._account, self._account.clock.now()
        async with account.database.write() as connection:
            people = await subscribers.load_subscribers(connection, [errand.number], now)
            person = people.get(errand.number) or Subscriber(errand.number)
            if person.opted_out != (errand.body["opt"] == OUT):
                await errands.settle(
                    connection, [errand.id], ErrandStatus.CANCELLED, now, error=OVERTAKEN
                )
                return None
            if person.opted_out and await mirrors.is_spoken_to(connection, errand.conversation):
                await errands.postpone(connection, [errand.id], now + AFTER)
                return None
            await errands.begin(connection, [errand.id], now)
        return person

    async def _settle(self, errand: Errand, status: ErrandStatus, error: str) -> None:
        account = self._account
        async with account.database.write() as connection:
            now = account.clock.now()
            if status is ErrandStatus.WAITING:
                wait = min(AGAIN_SECONDS * 2.0 ** min(errand.attempts, 16), AGAIN_CAP_SECONDS)
                later = now + timedelta(seconds=wait)
                await errands.postpone(connection, [errand.id], later, error=error)
            else:
                await errands.settle(connection, [errand.id], status, now, error=error)
            if status is ErrandStatus.DONE and errand.body["opt"] != OUT:
                await mirrors.drop(connection, mirrors.BLOCKED, account.name, [errand.number])

    def _tell(self, errand: Errand, status: ErrandStatus, error: str) -> None:
        tell = LOG.info if status is ErrandStatus.DONE else LOG.warning
        tell(
            TOLD[status],
            action=f"carry.{status.value}",
            gateway=self._account.name,
            inbound=errand.inbound,
            opt=errand.body["opt"],
            reason=error,
        )


TOLD = {
    ErrandStatus.DONE: "The gateway knows now who wants no messages, or wants them again",
    ErrandStatus.WAITING: "An opt-out could not be carried to the gateway yet, and waits",
    ErrandStatus.FAILED: "An opt-out could not be carried to the gateway",
}
