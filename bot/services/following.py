"""Answers campaigns that were begun elsewhere, where an operator says so while we run.

What is followed is a row: it is so after a restart, and after an older backup was restored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.core.messages import Feed
from bot.gateways.base import GatewayError, Rejected
from bot.log import logger
from bot.services.account import Account
from bot.services.desk import NotDone
from bot.services.journaling import note_campaigns
from bot.storage import feeds

LOG = logger(__name__)


@dataclass(frozen=True, slots=True)
class Begun:
    """What came of the wish to follow a campaign."""

    new: bool
    """It was not followed before."""
    answers: int | None
    """What it lists now; None: it could not be read now, and will be."""


class Following:
    """Begins, ends and lists it, for one account."""

    def __init__(self, account: Account) -> None:
        self._account = account

    async def begin(self, reference: str, *, all_new: bool = False) -> Begun:
        """Follow a campaign. What it lists at the first reading is history, unless `all_new`.

        It is looked at first: raises `NotDone` where the gateway knows no such campaign, and
        `StoreError` where another instance has the account in hand.
        """
        await self._account.expect_in_hand()
        account, now = self._account, self._account.clock.now()
        answers = await self._look(reference, now)
        await note_campaigns(account.database, account.name, [reference], now)
        async with account.database.write() as connection:
            new = await feeds.adopt(connection, account.name, reference, now, new=all_new)
        if new:
            LOG.info(
                "A campaign begun elsewhere is followed",
                action="follow.begun",
                gateway=account.name,
                reference=reference,
                answers=answers,
            )
        return Begun(new, answers)

    async def _look(self, reference: str, now: datetime) -> int | None:
        account = self._account
        feed = Feed(account.name, reference, {}, now, now, now, adopted=True)
        try:
            page = await account.gateway.fetch(feed)
        except Rejected as error:
            what = f"{account.name} knows no campaign {reference} ({error.reason})"
            raise NotDone(f"{what}; copy its reference from the vendor's site") from error
        except GatewayError:
            return None
        return len(page.texts)

    async def end(self, reference: str) -> None:
        """Follow a campaign no more. Raises `NotDone` where it is not followed, or is ours."""
        account = self._account
        async with account.database.write() as connection:
            if not await feeds.let_go(connection, account.name, reference):
                raise NotDone(
                    f"{reference} is not followed, or is a campaign of ours, which always is; "
                    "`textobot clever follow` lists those that are"
                )
        LOG.info(
            "A campaign is followed no more",
            action="follow.ended",
            gateway=account.name,
            reference=reference,
        )

    async def all(self) -> Sequence[Feed]:
        """List the campaigns that are followed, the newest first."""
        async with self._account.database.read() as connection:
            return await feeds.adopted(connection, self._account.name)
