"""What this daemon has in hand of the work that several share, and how they wake each other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from bot.clock import Clock, machine_seconds
from bot.config import Config
from bot.core.calibration import Calibration
from bot.core.skew import Skew
from bot.daemon import Worker
from bot.gateways import open_gateway
from bot.gateways.base import Gateway
from bot.gateways.http import Transport
from bot.services.account import Account
from bot.services.leasing import HOUSE, LENGTH, SHORTEST, Lease, Leases
from bot.services.spending import Spending
from bot.storage import accounts
from bot.storage.database import Database
from bot.storage.hints import Hints

TELLING = timedelta(seconds=1)


class Instances:
    """Gives leases and workers under them; on SQLite all is ours, and nobody else is woken."""

    def __init__(self, database: Database, clock: Clock, url: str) -> None:
        self.store = database
        self._clock = clock
        length = max(LENGTH / clock.speed, SHORTEST)
        self._leases = Leases(database, machine_seconds, length=length)
        self._hints = Hints(url, self._heard) if database.is_shared else None
        self._telling = Worker("hints", self._tell, TELLING)
        self._wakes: dict[str, Callable[[], None]] = {}
        self.house = self.lease(HOUSE)

    def lease(self, name: str) -> Lease:
        """Give the lease of an account, or of the house."""
        return self._leases.lease(name)

    def database(self, lease: Lease) -> Database:
        """Give the store to who works under a lease: who has lost it changes nothing."""
        return self.store.under(lease.fence)

    def under(self, lease: Lease, worker: Worker) -> Worker:
        """Let a worker work while its lease is ours; who wakes it elsewhere wakes the holder's."""
        lease.woken.append(worker.woken.set)
        kept = replace(worker, tick=lease.keeping(worker.tick))
        return self._heard_of(kept, lambda: not lease.held)

    def everywhere(self, worker: Worker) -> Worker:
        """Let a worker work in each instance; who wakes it wakes all."""
        return self._heard_of(worker, lambda: True)

    def _heard_of(self, worker: Worker, elsewhere: Callable[[], bool]) -> Worker:
        self._wakes[worker.name] = worker.woken.set

        def tell() -> None:
            if self._hints is not None and elsewhere():
                self._hints.say(worker.name)
                self._telling.woken.set()

        worker.tell = tell
        return worker

    async def begin(self) -> list[Worker]:
        """Begin with what is ours from now on; give the workers that see to it later."""
        await self._leases.begin()
        if self._hints is None:
            return []
        await self._hints.tick()
        every = timedelta(seconds=self._leases.every * self._clock.speed)
        renewing = Worker("leases", self._leases.tick, every)
        return [renewing, Worker("pulse", self._leases.listen, every), self._telling]

    async def end(self) -> None:
        """Let others go on. Nothing is under way any more."""
        await self._leases.release()
        if self._hints is not None:
            await self._hints.close()

    async def _tell(self) -> int:
        return await self._hints.tick() if self._hints is not None else 0

    def _heard(self, name: str) -> None:
        if (wake := self._wakes.get(name)) is not None:
            wake()


@asynccontextmanager
async def instances_on(database: Database, clock: Clock, url: str) -> AsyncIterator[Instances]:
    """Give this daemon's part; what it has in hand is free when the body has ended."""
    found = Instances(database, clock, url)
    try:
        yield found
    finally:
        await found.end()


async def open_accounts(
    config: Config, transport: Transport, instances: Instances, spending: Spending
) -> list[Account]:
    """Open the accounts that are on."""
    return [
        await _open_account(name, config, transport, instances, spending)
        for name, section in config.gateways.items()
        if section.on
    ]


async def _open_account(
    name: str, config: Config, transport: Transport, instances: Instances, spending: Spending
) -> Account:
    """Open an account; where others may have it, what they learned is read when it is ours."""
    lease, section = instances.lease(name), config.gateways[name]
    database, exchange = instances.database(lease), lease.guarding(transport.exchange)

    def opened(learned: Mapping[str, Any]) -> Gateway:
        return open_gateway(
            name, section, config, transport=transport, learned=learned, exchange=exchange
        )

    async with database.read() as connection:
        learned, calibration = await accounts.recall(connection, name)
    account = Account(
        opened(learned),
        database,
        transport.clock,
        Calibration.from_json(calibration),
        lease=lease,
        shared=spending,
    )
    if database.is_shared:
        lease.begins.append(partial(account.take_over, opened))
    lease.tells = account.tells
    return account


def skews_of(accounts: Sequence[Account]) -> dict[str, Callable[[], Skew]]:
    """Say how to ask for each gateway's clock minus ours, whoever asks the gateway."""
    return {one.name: partial(getattr, one, "skew") for one in accounts}
