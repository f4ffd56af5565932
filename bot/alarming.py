"""What tells the operator that something needs them, put together from the configuration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bot.config import Config
from bot.core.alarms import Limits
from bot.daemon import Worker
from bot.instances import Instances
from bot.services import faults
from bot.services.account import Account
from bot.services.alarms import Alarms, Telling, free_at
from bot.services.library import Library
from bot.services.watch import Watch

WATCHING = timedelta(seconds=1)


def alarm_workers(
    config: Config,
    known: Sequence[Account],
    library: Library,
    instances: Instances,
    *,
    observing: bool,
) -> list[Worker]:
    """Give the workers that watch the accounts and ring; observing, no mail leaves."""
    workers = []
    for account in known:
        watch = Watch(account)
        account.lease.begins += [watch.begin, partial(_recall, account)]
        watching = Worker(f"watch {account.name}", watch.tick, WATCHING)
        workers.append(instances.under(account.lease, watching))
    telling = Telling(
        email="" if observing else config.alarms.email,
        language=config.language,
        zone=config.timezone,
        organisation=config.organisation.name,
    )
    alarms = Alarms(
        instances.store,
        known[0].clock,
        known,
        library,
        house=instances.house,
        limits=limits(config),
        telling=telling,
        free=partial(free_at, config.data_folder),
    )
    return [*workers, Worker("alarms", alarms.tick, WATCHING)]


async def _recall(account: Account) -> None:
    async with account.database.read() as connection:
        await faults.recall(connection, account)


def limits(config: Config) -> Limits:
    """Say when it is time to tell."""
    wanted = config.alarms
    return Limits(
        wanted.credit, wanted.units, wanted.expiry, wanted.silence, wanted.disk * 1_000_000
    )
