"""`textobot lists mirror`: how a list and its groups differ, and what waits for a yes."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from bot.alone import account_alone
from bot.app import load_content, policy
from bot.books import mirrors_of
from bot.clock import clock_of_environment
from bot.config import Config, load_config
from bot.control.mirroring import Mirror, mirror_offers
from bot.control.verbs import carry_out
from bot.core.mirroring import TO_DECIDE
from bot.gateways.http import Transport
from bot.lists.doing import Refused, ending
from bot.reach import reach
from bot.services.desk import Desk
from bot.services.library import Library
from bot.storage.database import Database
from bot.terminal import DONE, count, show, table

SHOWN = 200
"""Numbers of one group that are listed."""
WAITING = {one.value for one in TO_DECIDE}


def mirror(config_path: Path, of_list: str, *, yes: bool) -> int:
    """Show how a list differs from its groups; with a yes, have that settled."""

    def act() -> int:
        config = load_config(config_path)
        asked = Mirror(of_list=of_list, yes=yes)
        told = reach(config, asked.model_dump(), _alone(config), changing=yes)
        if "error" in told:
            raise Refused(told["error"])
        for one in told["mirrors"]:
            _print(of_list, one, yes=yes)
        return DONE

    return ending(act)


def _alone(config: Config) -> Any:  # noqa: ANN401 - see `reach`
    """Compare without a daemon; what is settled is done before the command ends."""

    async def doing(database: Database, line: bytes) -> bytes:
        clock = clock_of_environment()
        library = Library(lambda: load_content(config, sandbox=False))
        desk = Desk(database, clock, config.gateways, policy(config))
        asked = Mirror.model_validate_json(line)
        mirrored = library.rulebook.lists.get(asked.of_list)
        concerned = (
            {name for name in mirrored.mirror if config.gateways[name].on} if mirrored else ()
        )
        async with AsyncExitStack() as stack:
            transport = await stack.enter_async_context(Transport(clock))
            known = [
                await stack.enter_async_context(account_alone(name, config, database, transport))
                for name in sorted(concerned)
            ]
            mirrors = mirrors_of(known, library)
            told = await carry_out(desk, line, mirror_offers(mirrors))
            if asked.yes:
                for one in mirrors.values():
                    await one.make_equal(asked.of_list)
            return told

    return doing


def _print(of_list: str, one: Mapping[str, Any], *, yes: bool) -> None:
    rows = [*one["differences"].items(), *one["acts"].items()]
    there = count(one["people"], "number")
    show(f"{of_list} and {one['group']} at {one['gateway']}, which has {there}:")
    if rows:
        table(("number", "what differs"), rows[:SHOWN])
    else:
        show("  Nothing differs.")
    if len(rows) > SHOWN:
        show(f"  and {len(rows) - SHOWN} more.")
    waiting = sum(why in WAITING for why in one["differences"].values())
    if yes:
        show(f"  {count(one['settled'], 'difference')} settled; it is done within minutes.")
    elif waiting:
        show(f"  {count(waiting, 'difference')} to be settled by `--yes`.")
