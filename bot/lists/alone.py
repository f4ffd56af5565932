"""A roster where no daemon runs: the store is in the command's own hands."""

from __future__ import annotations

from bot.app import ceilings, load_content, policy
from bot.clock import clock_of_environment
from bot.config import Config
from bot.control.sending import starter_of
from bot.gateways import REFUSES
from bot.services.greeting import greeter
from bot.services.library import Library
from bot.services.roster import Roster
from bot.services.spending import Spending
from bot.storage.database import Database


async def roster_alone(config: Config, database: Database) -> Roster:
    """Make one that says welcomes too: a daemon that starts later sends them. Raises `Faults`."""
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
    return Roster(database, clock, lambda: library.rulebook.lists, greeter(starter, clock))
