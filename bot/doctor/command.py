"""`textobot doctor`: all findings in one list, and the exit code that they ask for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.clock import Clock, clock_of_environment
from bot.config import Config, load_config
from bot.core.checkup import Finding, Level
from bot.doctor.accounts import Known, examined, known_of
from bot.doctor.calibrating import calibrate
from bot.doctor.house import kept, of_daemon, of_disk, of_kept, of_rules
from bot.lists.doing import ending
from bot.storage.beside import open_beside
from bot.storage.errors import StoreError
from bot.terminal import DONE, FAILED, count, show, table


@dataclass(frozen=True, slots=True)
class Trying:
    """What is to be tried out before it is looked."""

    to: str
    """The operator's own phone."""
    gateway: str
    """Empty: all that are on."""
    confirm: Callable[[str], bool] | None
    """Asks; None: it was said yes."""


def doctor(config_path: Path, trying: Trying | None, *, as_json: bool) -> int:
    """Look, and print what was found; 1 if something is a fault."""

    def act() -> int:
        config = load_config(config_path)
        if trying is not None:
            tell = _silent if as_json else show
            calibrate(config, trying.to, trying.gateway, trying.confirm, tell)
        found = asyncio.run(findings(config, clock_of_environment()))
        faults = sum(one.level is Level.FAULT for one in found)
        if as_json:
            # Written in ASCII: a terminal obeys nothing of it.
            print(json.dumps([asdict(one) for one in found]))  # noqa: T201 - the output itself
        else:
            _print(found, faults)
        return FAILED if faults else DONE

    return ending(act)


def _silent(_line: str) -> None:
    """Say nothing: what was found is in the JSON."""


async def findings(config: Config, clock: Clock) -> list[Finding]:
    """Look at everything."""
    daemon, running = of_daemon(config)
    found = [daemon, *of_rules(config), *of_disk(config)]
    known: Mapping[str, Known] = {}
    try:
        async with open_beside(config.store_url) as database, database.read() as connection:
            now = clock.now()
            found += of_kept(config, await kept(connection, now))
            known = {
                name: await known_of(connection, config, name, now) for name in config.gateways
            }
    except StoreError as error:
        # Before the first start there is none, and nothing is wrong with that.
        level = Level.FAULT if running else Level.NOTICE
        found.append(Finding("store", level, str(error)))
    found += [one async for one in examined(config, clock, known, running=running)]
    return found


def _print(found: Sequence[Finding], faults: int) -> None:
    heads = ("", "what", "found", "what to do")
    table(heads, [(one.level.value, _what(one), one.told, one.remedy) for one in found])
    notices = sum(one.level is Level.NOTICE for one in found)
    show(f"{count(faults, 'fault')}, {count(notices, 'notice')}.")


def _what(one: Finding) -> str:
    return f"{one.gateway} {one.check}".strip()
