"""What belongs to no account, and is done by one instance for all: it keeps house."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import timedelta

from bot.clock import Clock
from bot.config import Config
from bot.daemon import Worker
from bot.instances import Instances
from bot.internet import Internet
from bot.saying import verifier_in
from bot.services.follow_ups import FollowUps
from bot.services.follower import Follower
from bot.services.janitor import Janitor
from bot.services.lookups import Lookups
from bot.services.memberships import Memberships
from bot.services.resends import Resends
from bot.services.speaking import Speech
from bot.services.spending import REREAD, Spending
from bot.services.timeouts import Timeouts

WATCHING = timedelta(seconds=1)
LOOKING_UP = timedelta(seconds=1)
CONVERSING = timedelta(seconds=5)
"""What is said when nobody texts is due in minutes; each look is a question to the store."""
CLEANING = timedelta(minutes=10)
MEMBERSHIPS = timedelta(minutes=1)
VERIFYING = timedelta(seconds=2)
FOLLOWING = timedelta(seconds=1)


def talkers(
    instances: Instances,
    speech: Speech,
    clock: Clock,
    internet: Internet,
    wake_responder: Callable[[], None],
    *,
    wake: Callable[[str], None],
) -> list[Worker]:
    """Give the workers that go on with conversations when nobody texts."""
    house, woken = instances.house, asyncio.Event()
    database = instances.database(house)

    def wake_others(gateway: str) -> None:
        if gateway:
            wake(gateway)
        else:
            wake_responder()

    lookups = Lookups(database, speech, clock, internet, wake=woken.set, wake_others=wake_others)
    house.begins.append(lookups.begin)
    timeouts = Timeouts(database, speech, clock, wake=wake)
    resends = Resends(database, speech, clock, wake=wake)
    follow_ups = FollowUps(database, speech, clock, wake=wake)
    workers = [
        Worker("lookups", lookups.tick, LOOKING_UP, drain=lookups.drain, woken=woken),
        Worker("timeouts", timeouts.tick, CONVERSING),
        Worker("follow-ups", follow_ups.tick, CONVERSING),
        Worker("resends", resends.tick, CONVERSING),
        Worker("verifications", verifier_in(speech).tick, VERIFYING),
    ]
    return [instances.under(house, one) for one in workers]


def keepers(
    config: Config,
    instances: Instances,
    spending: Spending,
    begun_elsewhere: Callable[[], Collection[str]] | None,
) -> list[Worker]:
    """Give the workers that clean up, and that look at what was spent and who begins campaigns."""
    house, clock = instances.house, spending.clock
    database = instances.database(house)

    async def watch_ceilings() -> int:
        return await (spending.tick() if house.held else spending.refresh())

    kept = config.retention
    janitor = Janitor(database, clock, texts=kept.texts, codes=kept.codes, audit=kept.audit)
    memberships = Memberships(database, clock)
    workers = [
        Worker("memberships", memberships.tick, MEMBERSHIPS),
        Worker("janitor", janitor.tick, CLEANING),
    ]
    if begun_elsewhere is not None:
        follower = Follower(database, "clever", begun_elsewhere, clock)
        workers.append(Worker("follower", follower.tick, FOLLOWING))
    ceilings = Worker("ceilings", watch_ceilings, REREAD if database.is_shared else WATCHING)
    return [ceilings, *(instances.under(house, one) for one in workers)]
