"""`textobot messages`: what was said lately, either way, and what became of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bot.clock import clock_of_environment
from bot.config import Config, load_config
from bot.config.notation import parse_duration
from bot.console.spoken import MessageShown, shown
from bot.core.conversation import conversation_key
from bot.core.decision import REASONS
from bot.explained import local
from bot.storage import messages as stored
from bot.storage.beside import open_beside
from bot.storage.errors import StoreError
from bot.storage.messages import Wanted
from bot.terminal import DONE, FAILED, WRONG, count, faults, refuse, show, table
from bot.validation import Wrong
from bot.who import phone_of
from bot.yamlfile import Faults

AT_ONCE = 1000


def messages(config_path: Path, *, direction: str, number: str, since: str, as_json: bool) -> int:
    """Print what was said, oldest first."""
    try:
        config = load_config(config_path)
        found = asyncio.run(_read(config, _wanted(config, direction, number, since)))
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except (Wrong, StoreError) as error:
        refuse(str(error))
        return WRONG if isinstance(error, Wrong) else FAILED
    if as_json:
        # Written in ASCII: a terminal obeys nothing of it.
        print(json.dumps([one.model_dump(mode="json") for one in found]))  # noqa: T201 - the output
        return DONE
    if found:
        table(("when", "number", "id", "text", "status"), [_cells(one, config) for one in found])
    show(f"{count(len(found), 'message')} since {since}.")
    return DONE


def _wanted(config: Config, direction: str, number: str, since: str) -> Wanted:
    """Read what is asked. Raises `Wrong`."""
    keys = None
    if number:
        whose = phone_of(number, config)
        keys = [conversation_key(gateway, whose) for gateway in config.gateways]
    begun = clock_of_environment().now() - parse_duration(since)
    return Wanted(direction != "out", direction != "in", keys, begun)


async def _read(config: Config, wanted: Wanted) -> Sequence[MessageShown]:
    found: list[MessageShown] = []
    async with open_beside(config.store_url) as database, database.read() as connection:
        more = True
        while more:
            page = await stored.page(connection, wanted, AT_ONCE)
            found += map(shown, page.said)
            wanted, more = replace(wanted, after=page.next), page.more
    return found


def _cells(one: MessageShown, config: Config) -> tuple[str, ...]:
    """Give the cells of what somebody said: one line, whatever stands in it."""
    reason = one.reason if one.direction == "out" else REASONS.get(one.reason, "")
    status = f"{one.status}{': ' if reason else ''}{reason}"
    arrow = "<" if one.direction == "in" else ">"
    return (
        local(one.at, config),
        f"{arrow} {one.number}",
        one.id,
        " ".join(one.text.split()),
        status,
    )
