"""The contacts and groups of the gateways: what keeps them in step with our store."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from bot.config import Config
from bot.daemon import Worker
from bot.instances import Instances
from bot.services.account import Account
from bot.services.carrier import Carrier
from bot.services.contacts import ContactLanguages
from bot.services.library import Library
from bot.services.mirror import Mirrors
from bot.services.roster import Roster
from bot.services.speaking import Languages

CARRYING = timedelta(seconds=10)
MIRRORING = timedelta(seconds=30)


def carried_to(config: Config, known: Sequence[Account]) -> tuple[str, ...]:
    """Name the gateways at which opt-outs are noted: those that can, where it is wanted."""
    return tuple(
        one.name
        for one in known
        if one.gateway.book.blocks and getattr(config.gateways[one.name], "carry_opt_outs", False)
    )


def groupless(config: Config) -> Collection[str]:
    """Name the gateways that have contacts and no groups."""
    return [name for name, section in config.gateways.items() if section.kind == "clever"]


def mirrors_of(known: Sequence[Account], library: Library) -> Mapping[str, Mirrors]:
    """Give what keeps lists equal to groups, by gateway."""

    def mirrors(account: Account) -> Mirrors:
        roster = Roster(account.database, account.clock, lambda: library.rulebook.lists)
        return Mirrors(account, lambda: library.rulebook.lists, roster)

    return {one.name: mirrors(one) for one in known}


def language_workers(
    known: Sequence[Account], languages: Languages, usual: str, instances: Instances
) -> list[Worker]:
    """Give the workers that read in which language contacts are written to."""
    found = []
    for one in known:
        if one.gateway.book.everybody:
            reading = ContactLanguages(one, languages, usual)
            worker = Worker(f"contacts {one.name}", reading.tick, CARRYING)
            found.append(instances.under(one.lease, worker))
    return found


def book_workers(
    known: Sequence[Account], mirrors: Mapping[str, Mirrors], instances: Instances
) -> list[Worker]:
    """Give the workers that change something at the gateways."""
    workers = []
    for account in known:
        carrier, lease = Carrier(account), account.lease
        lease.begins.append(carrier.begin)
        found = [
            Worker(f"carrier {account.name}", carrier.tick, CARRYING),
            Worker(f"mirror {account.name}", mirrors[account.name].tick, MIRRORING),
        ]
        workers += [instances.under(lease, one) for one in found]
    return workers
