"""A roster where no daemon runs: the store is in the command's own hands."""

from __future__ import annotations

from bot.alone import alone
from bot.config import Config
from bot.services.greeting import greeter
from bot.services.roster import Roster
from bot.storage.database import Database


async def roster_alone(config: Config, database: Database) -> Roster:
    """Make one that says welcomes too. Raises `Faults`."""
    here = await alone(config, database)
    lists = here.library.rulebook.lists
    return Roster(database, here.clock, lambda: lists, greeter(here.starter, here.clock))
