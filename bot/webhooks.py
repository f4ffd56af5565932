"""`textobot webhooks`: what the operator's programs were told, and what they were not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.app import policy
from bot.clock import clock_of_environment
from bot.config import Config, load_config
from bot.config.webhooks import Webhook
from bot.control.telling import TellAgain, telling_offers
from bot.control.verbs import carry_out
from bot.core.deliveries import DeliveryStatus
from bot.explained import local
from bot.lists.doing import Refused, ending
from bot.reach import reach
from bot.services.desk import Desk
from bot.storage import deliveries
from bot.storage.beside import open_beside
from bot.storage.database import Database
from bot.terminal import DONE, Misused, count, show, table

SHOWN = 20
"""Events that did not arrive yet, the newest."""
Counts = Mapping[str, Mapping[str, int]]
Rows = Sequence[Mapping[str, Any]]


def overview(config_path: Path, *, as_json: bool) -> int:
    """Show each address, and what did not arrive there."""

    def act() -> int:
        config = load_config(config_path)
        counts, rows = asyncio.run(_looked(config))
        if as_json:
            told = {
                "webhooks": [_told(one, counts, rows) for one in config.webhooks],
                "undelivered": [_plain(row) for row in rows],
            }
            print(json.dumps(told, default=_written))  # noqa: T201 - the output itself
            return DONE
        if not config.webhooks:
            show("There is no webhook: config.yaml names none under `webhooks`.")
            return DONE
        heads = ("address", "events", "told", "waiting", "failed", "last error")
        table(heads, [_cells(_told(one, counts, rows)) for one in config.webhooks])
        if rows:
            show("")
            heads = ("id", "event", "happened", "status", "tries", "error")
            table(heads, [_row(row, config) for row in rows])
        return DONE

    return ending(act)


def show_one(config_path: Path, delivery: int) -> int:
    """Show one delivery, and what it tells."""

    def act() -> int:
        config = load_config(config_path)
        row = asyncio.run(_found(config, delivery))
        if row is None:
            raise Refused(f"there is no delivery {delivery}, or not any more")
        address = next((one.url for one in config.webhooks if one.digest == row["webhook"]), "")
        show(f"{row['type']}, {local(row['created_at'], config)}")
        show(f"to {address or 'an address that is not in config.yaml any more'}")
        tried = count(row["attempts"], "time")
        show(f"{row['status']} since {local(row['status_at'], config)}, tried {tried}")
        if row["error"]:
            show(f"last error: {row['error']}")
        if row["status"] == DeliveryStatus.WAITING.value:
            show(f"next try: {local(row['due_at'], config)}")
        show(json.dumps(row["body"], ensure_ascii=False, indent=2))
        return DONE

    return ending(act)


def again(config_path: Path, delivery: int | None, *, failed: bool) -> int:
    """Send one once more, or all that were given up."""

    def act() -> int:
        if (delivery is None) is not failed:
            raise Misused("give the id of one, or --failed for all that were given up")
        config = load_config(config_path)

        async def doing(database: Database, line: bytes) -> bytes:
            clock = clock_of_environment()
            desk = Desk(database, clock, config.gateways, policy(config))
            return await carry_out(desk, line, telling_offers(database, clock))

        told = reach(config, TellAgain(id=delivery).model_dump(), doing, changing=True)
        if "error" in told:
            raise Refused(told["error"])
        show(f"{count(told['done'], 'event')} will be sent once more, under the same webhook-id.")
        return DONE

    return ending(act)


async def _looked(config: Config) -> tuple[Counts, Rows]:
    async with open_beside(config.store_url) as database, database.read() as connection:
        counts = await deliveries.overview(connection)
        return counts, await deliveries.undelivered(connection, SHOWN)


async def _found(config: Config, delivery: int) -> Mapping[str, Any] | None:
    async with open_beside(config.store_url) as database, database.read() as connection:
        return await deliveries.one(connection, delivery)


def _told(one: Webhook, counts: Counts, rows: Rows) -> dict[str, Any]:
    of = counts.get(one.digest, {})
    error = next((row["error"] for row in rows if row["webhook"] == one.digest), "")
    return {
        "address": one.url,
        "events": list(one.events),
        "told": of.get(DeliveryStatus.DONE.value, 0),
        "waiting": of.get(DeliveryStatus.WAITING.value, 0),
        "failed": of.get(DeliveryStatus.FAILED.value, 0),
        "error": error if one.on else "off: its secret is empty",
    }


def _cells(told: Mapping[str, Any]) -> Sequence[str]:
    return [", ".join(one) if isinstance(one, list) else str(one) for one in told.values()]


def _row(row: Mapping[str, Any], config: Config) -> Sequence[str]:
    happened = local(row["created_at"], config)
    told = (row["id"], row["type"], happened, row["status"], row["attempts"], row["error"])
    return [str(one) for one in told]


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("id", "type", "created_at", "status", "attempts", "due_at", "error")
    return {name: row[name] for name in names}


def _written(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat(timespec="seconds")
