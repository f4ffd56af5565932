"""`textobot alarms`: what needs the operator now; and their word that a fault is settled."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from bot.app import policy
from bot.clock import clock_of_environment
from bot.config import Config, load_config
from bot.control.releasing import Release, release_offer
from bot.control.verbs import carry_out
from bot.core.alarms import in_language
from bot.explained import local
from bot.lists.doing import Refused, ending
from bot.reach import reach
from bot.services.desk import Desk
from bot.storage import alarms as stored
from bot.storage.alarms import Raised
from bot.storage.beside import open_beside
from bot.storage.database import Database
from bot.terminal import DONE, show, table


def overview(config_path: Path, *, as_json: bool) -> int:
    """Show what lasts."""

    def act() -> int:
        config = load_config(config_path)
        lasting = [one for one in asyncio.run(_read(config)) if one.lasts]
        if as_json:
            print(json.dumps([_told(one) for one in lasting]))  # noqa: T201 - the output itself
            return DONE
        if not lasting:
            show("Nothing needs you. `textobot doctor` looks closer.")
            return DONE
        rows = [
            (local(one.raised_at, config), _about(one), in_language(one.alarm.told, "en"))
            for one in lasting
        ]
        table(("since", "what", "and what to do"), rows)
        return DONE

    return ending(act)


def release(config_path: Path, gateway: str) -> int:
    """Let what we start leave again at a gateway that holds it back."""

    def act() -> int:
        config = load_config(config_path)

        async def doing(database: Database, line: bytes) -> bytes:
            clock = clock_of_environment()
            desk = Desk(database, clock, config.gateways, policy(config))
            offer = release_offer(database, clock, config.gateways)
            return await carry_out(desk, line, {"alarm-release": offer})

        told = reach(config, Release(gateway=gateway).model_dump(), doing, changing=True)
        if "error" in told:
            raise Refused(told["error"])
        for done in told["done"]:
            show(done)
        return DONE

    return ending(act)


async def _read(config: Config) -> list[Raised]:
    async with open_beside(config.store_url) as database, database.read() as connection:
        return await stored.every(connection)


def _about(one: Raised) -> str:
    return " ".join(filter(None, (one.alarm.gateway, one.alarm.kind.value)))


def _told(one: Raised) -> dict[str, object]:
    return {
        "alarm": one.alarm.kind.value,
        "gateway": one.alarm.gateway,
        "since": one.raised_at.isoformat(timespec="seconds"),
        "told": dict(one.alarm.told),
    }
