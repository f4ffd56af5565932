"""What begins messages where no daemon runs: the store is in the command's own hands."""

from __future__ import annotations

from dataclasses import dataclass

from bot.app import ceilings, load_content, policy
from bot.clock import Clock, clock_of_environment
from bot.config import Config
from bot.control.sending import starter_of
from bot.control.verifying import CodeWays, verifier_of
from bot.gateways import REFUSES, WAYS, open_gateway
from bot.gateways.http import Transport
from bot.services.account import Account
from bot.services.library import Library
from bot.services.spending import Spending
from bot.services.starter import Starter
from bot.services.verifier import Verifier
from bot.storage import accounts
from bot.storage.database import Database


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


async def account_alone(
    name: str, config: Config, database: Database, transport: Transport
) -> Account:
    """Open one of the accounts, with what a daemon has learned of it."""
    async with database.read() as connection:
        learned, _ = await accounts.recall(connection, name)
    section = config.gateways[name]
    gateway = open_gateway(name, section, config, transport=transport, learned=learned)
    return Account(gateway, database, transport.clock)
