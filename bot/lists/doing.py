"""What all commands about lists need: who acts, on what ground, and how it is reached."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from bot import log
from bot.app import load_content, policy
from bot.clock import clock_of_environment
from bot.config import Config
from bot.control.listing import list_offers
from bot.control.verbs import carry_out
from bot.core.consent import ConsentKind, How
from bot.core.enrolling import Basis
from bot.lists.alone import roster_alone
from bot.reach import reach
from bot.services.desk import Desk
from bot.services.roster import Lists, Roster
from bot.storage.beside import open_beside
from bot.storage.database import Database
from bot.storage.errors import StoreError
from bot.terminal import DONE, FAILED, WRONG, Misused, faults, refuse
from bot.validation import Wrong
from bot.yamlfile import Faults

T = TypeVar("T")
KINDS = (
    "express (they said yes), implied (a purchase: two years), inquiry (a question: six months) "
    "or transactional (an order: for what it needs)"
)


def ending(act: Callable[[], int]) -> int:
    """Carry out a command; what is wrong is a sentence and an exit code."""
    log.mute()  # the command tells all itself
    try:
        return act() or DONE
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except (Misused, Wrong) as wrong:
        refuse(str(wrong))
        return WRONG
    except (StoreError, Refused) as error:
        refuse(str(error))
        return FAILED


class Refused(Exception):
    """It was understood, and is not done; the text says why."""


def basis(kind: str, wording: str, how: How, *, note: str = "") -> Basis:
    """Read on what ground somebody is put on a list. Raises `Misused` where none is told."""
    if not kind or not wording.strip():
        raise Misused(
            "say on what ground these people may be written to: --consent "
            f'{KINDS}, and --wording "what they agreed to". Canada\'s anti-spam law (CASL) and '
            "France's CNIL both want you to prove it for each number; a list without that is not "
            "taken"
        )
    told = f"{wording.strip()} [{note.strip()}]" if note.strip() else wording.strip()
    return Basis(ConsentKind(kind), how, told)


def who_acts() -> str:
    """Name who types the command, for the ledger."""
    try:
        return f"operator {getpass.getuser()}"
    except (OSError, KeyError):
        return "operator"


def lists_of(config: Config) -> Lists:
    """Read the lists of the rules. Raises `Faults`."""
    return load_content(config, sandbox=False)[0].lists


def looked(config: Config, look: Callable[[Roster], Awaitable[T]]) -> T:
    """Look at the store beside a daemon that works with it. Raises `StoreError`, `Faults`."""
    lists = lists_of(config)

    async def looking() -> T:
        async with open_beside(config.store_url) as database:
            return await look(Roster(database, clock_of_environment(), lambda: lists))

    return asyncio.run(looking())


def done(config: Config, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """Have it done by the daemon, or by ourselves. Raises `Refused`, `StoreError`, `Faults`."""

    async def doing(database: Database, line: bytes) -> bytes:
        desk = Desk(database, clock_of_environment(), config.gateways, policy(config))
        return await carry_out(desk, line, list_offers(await roster_alone(config, database)))

    told = reach(config, asked, doing, changing=True)
    if "error" in told:
        raise Refused(told["error"])
    return told
