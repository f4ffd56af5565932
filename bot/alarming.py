"""What tells the operator that something needs them, put together from the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bot.config import Config
from bot.core.alarms import Limits
from bot.daemon import Worker
from bot.services import faults
from bot.services.account import Account
from bot.services.alarms import Alarms, Telling, free_at
from bot.services.library import Library
from bot.services.watch import Watch

WATCHING = timedelta(seconds=1)


async def alarm_workers(
    config: Config, known: Sequence[Account], library: Library, *, observing: bool
) -> list[Worker]:
    """Give the workers that watch the accounts and ring; observing, no mail leaves."""
    database, clock = known[0].database, known[0].clock
    workers = []
    for account in known:
        watch = Watch(account)
        await watch.begin()
        workers.append(Worker(f"watch {account.name}", watch.tick, WATCHING))
        async with database.read() as connection:
            await faults.recall(connection, account)
    telling = Telling(
        email="" if observing else config.alarms.email,
        language=config.language,
        zone=config.timezone,
        organisation=config.organisation.name,
    )
    alarms = Alarms(
        database,
        clock,
        known,
        library,
        limits=limits(config),
        telling=telling,
        free=partial(free_at, config.data_folder),
    )
    return [*workers, Worker("alarms", alarms.tick, WATCHING)]


def limits(config: Config) -> Limits:
    """Say when it is time to tell."""
    wanted = config.alarms
    return Limits(
        wanted.credit, wanted.units, wanted.expiry, wanted.silence, wanted.disk * 1_000_000
    )
