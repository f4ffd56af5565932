"""The welcome of a list, said to who was put on it by another way than their own text."""

from __future__ import annotations

from collections.abc import Sequence

from bot.clock import Clock
from bot.core.enrolling import Candidate
from bot.core.rules import SubscriptionList
from bot.log import logger
from bot.services.roster import Greet
from bot.services.starter import Start, Starter
from bot.storage.database import Connection

LOG = logger(__name__)


def greeter(starter: Starter, clock: Clock) -> Greet:
    """Have welcomes begun as any message that we start: by consent, and at a good hour."""

    async def greet(
        connection: Connection, known: SubscriptionList, new: Sequence[Candidate]
    ) -> None:
        if known.welcome is None:
            return
        at = clock.now().isoformat(timespec="milliseconds")
        started = await starter.start(
            connection,
            [
                Start(
                    number=one.number,
                    message=known.welcome,
                    cause=f"list {known.id} {at}/welcome",
                    language=one.language,
                    values={"list": known.name_in(one.language)},
                    of_list=known.id,
                    rule=known.id,
                )
                for one in new
            ],
        )
        refused = sum(one.refused for one in started)
        if refused:
            LOG.warning(
                "Welcomes of a list are not said",
                action="lists.welcome_refused",
                list=known.id,
                people=refused,
            )

    return greet
