"""The programs of the operator that are told what happens: put together from the configuration."""

from __future__ import annotations

from contextlib import AsyncExitStack
from datetime import timedelta

from bot.clock import Clock
from bot.config import Config, installation_secret
from bot.daemon import Worker
from bot.internet import Internet
from bot.log import logger
from bot.services.webhooks import Address, Webhooks
from bot.storage.database import Database

LOG = logger(__name__)
TELLING = timedelta(seconds=1)


async def webhook_worker(
    config: Config, database: Database, clock: Clock, stack: AsyncExitStack
) -> Worker:
    """Give the worker that tells programs; each has connections of its own, closed by `stack`."""
    addresses = []
    for one in config.webhooks:
        if not one.on:
            LOG.warning(
                "A webhook is off: its secret is empty", action="webhook.off", address=one.shown
            )
            continue
        hosts = one.private_hosts(config.lookups.private_hosts)
        internet = await stack.enter_async_context(Internet(clock, private_hosts=hosts))
        secrets = [secret.get_secret_value() for secret in one.secret]
        addresses.append(Address(one.digest, one.url, one.shown, secrets, internet))
    service = Webhooks(database, clock, installation_secret(config), addresses)
    return Worker("webhooks", service.tick, TELLING, drain=service.drain, woken=service.woken)
