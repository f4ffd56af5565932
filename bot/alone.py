"""What a command does itself where no daemon runs: begin messages, ask a gateway."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bot.app import ceilings, load_content, policy
from bot.clock import Clock, clock_of_environment, machine_seconds
from bot.config import Config
from bot.control.sending import starter_of
from bot.control.verifying import CodeWays, verifier_of
from bot.core.calibration import Calibration
from bot.gateways import REFUSES, WAYS, open_gateway
from bot.gateways.http import Transport
from bot.services.account import Account
from bot.services.leasing import LENGTH, Lease, Leases
from bot.services.library import Library
from bot.services.spending import Spending
from bot.services.starter import Starter
from bot.services.verifier import Verifier
from bot.storage import accounts, leases
from bot.storage.database import Database

TRIES = 4


@dataclass(frozen=True, slots=True)
class Alone:
    """The parts that a command needs of a daemon."""

    clock: Clock
    library: Library
    starter: Starter
    verifier: Verifier


async def alone(config: Config, database: Database) -> Alone:
    """Make them; what is begun, a daemon that starts later sends. Raises `Faults`."""
    clock = clock_of_environment()
    library = Library(lambda: load_content(config, sandbox=False))
    spending = Spending(database, clock, config.timezone, ceilings(config))
    await spending.begin()
    starter = starter_of(
        config,
        library,
        spending,
        clock,
        policy=policy(config),
        refusing={name: REFUSES[one.kind] for name, one in config.gateways.items() if one.on},
    )
    verifier = verifier_of(
        *(config, library, spending, clock),
        policy=policy(config),
        known={
            name: CodeWays(WAYS[one.kind], REFUSES[one.kind])
            for name, one in config.gateways.items()
            if one.on
        },
    )
    return Alone(clock, library, starter, verifier)


@asynccontextmanager
async def account_alone(
    name: str, config: Config, database: Database, transport: Transport
) -> AsyncIterator[Account]:
    """Open one of the accounts while the body runs, with what a daemon has learned of it.

    Raises `StoreError` where a daemon on another machine has it in hand.
    """
    async with in_hand(database, name) as lease:
        under = database.under(lease.fence)
        async with under.read() as connection:
            learned, calibration = await accounts.recall(connection, name)
        gateway = open_gateway(
            *(name, config.gateways[name], config),
            transport=transport,
            learned=learned,
            exchange=lease.guarding(transport.exchange),
        )
        calibrated = Calibration.from_json(calibration)
        yield Account(gateway, under, transport.clock, calibrated, lease=lease)


@asynccontextmanager
async def in_hand(
    database: Database, name: str, *, length: float = LENGTH
) -> AsyncIterator[Lease]:
    """Have a part of the work in hand while the body runs, for who is no daemon.

    Raises `StoreError` where another instance has it, or lets go of it only now.
    """
    mine = Leases(database, machine_seconds, length=length)
    lease = mine.lease(name)
    await mine.begin()
    for _ in range(TRIES):
        if lease.held or lease.elsewhere:
            break
        await asyncio.sleep(mine.apart / 2)  # somebody gave it up a moment ago
        await mine.tick()
    if not lease.held:
        async with database.read() as connection:
            raise leases.elsewhere(name, await leases.holder(connection, name))
    renewing = asyncio.create_task(_renewing(mine), name=f"lease of {name}")
    try:
        yield lease
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)
        await mine.release()


async def _renewing(mine: Leases) -> None:
    """Renew until this is cancelled. Where it fails, nothing more may begin: see `is_good`."""
    while True:
        await asyncio.sleep(mine.every)
        await mine.tick()
