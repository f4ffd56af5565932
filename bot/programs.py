"""What programs may ask of a daemon over HTTP: the routes of all of its parts."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.books import groupless
from bot.clock import Clock
from bot.config import Config
from bot.console.api import Api, Door, Limits
from bot.console.limits import ADDRESS, REFUSED, TOKEN, Limit
from bot.console.members import member_routes
from bot.console.messages import Messages
from bot.console.people import People
from bot.console.rules import Rules
from bot.console.verifications import Verifications
from bot.content.rulebook import check
from bot.content.templates import Organisation, Templates
from bot.core.policy import Policy
from bot.phones import phone_reader
from bot.services.desk import Desk
from bot.services.library import Library
from bot.services.roster import Roster
from bot.services.starter import Starter
from bot.services.verifier import Verifier
from bot.storage.database import Database
from bot.yamlfile import Fault


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes need of a daemon."""

    config: Config
    clock: Clock
    database: Database
    library: Library
    policy: Policy
    desk: Desk
    starter: Starter
    roster: Roster
    verifier: Verifier


def api_of(door: Door, parts: Parts) -> Api:
    """Put all routes together."""
    config, library = parts.config, parts.library
    number = phone_reader(config, parts.policy)
    messages = Messages(
        parts.database, parts.clock, library, parts.starter, number, config.gateways
    )
    rules = Rules(
        library,
        parts.policy,
        parts.clock,
        number,
        {name: getattr(one, "our_number", "") for name, one in config.gateways.items()},
        partial(tried, config),
    )
    verifying = Verifications(parts.database, parts.clock, parts.verifier, number)
    people = People(parts.database, library, parts.desk, number)
    every = (
        *messages.routes(),
        *rules.routes(),
        *people.routes(),
        *member_routes(parts.roster, number),
        *verifying.routes(),
    )
    now = parts.clock.monotonic
    limits = Limits(Limit(TOKEN, now), Limit(ADDRESS, now), Limit(REFUSED, now))
    return Api(door, every, limits)


def tried(config: Config, file: str, text: str) -> Sequence[Fault]:
    """Say what would be wrong if a rule file stood among the others; it is saved nowhere else."""
    templates = Templates.load(
        config.templates_folder,
        organisation=Organisation(config.organisation.name, config.organisation.contact),
        language=config.language,
        timezone=config.timezone,
    )
    with tempfile.TemporaryDirectory() as kept:
        folder = Path(kept) / "rules"
        if config.rules_folder.is_dir():
            shutil.copytree(config.rules_folder, folder)
        folder.mkdir(exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")
        found = check(
            folder,
            templates,
            gateways=config.gateways,
            private_hosts=config.lookups.private_hosts,
            groupless=groupless(config),
        )
        inside = f"{folder}/"
        return [
            Fault(
                one.file.removeprefix(inside),
                one.line,
                one.column,
                one.what.replace(inside, ""),
                one.remedy.replace(inside, ""),
            )
            for one in found
        ]
