"""`textobot cost`: what was sent today and this month, and how that stands to the ceilings."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bot.app import ceilings
from bot.clock import clock_of_environment
from bot.config import Config, load_config
from bot.core.ceilings import MEASURES, Amount, Ceilings, Period, Purpose
from bot.storage import spent
from bot.storage.beside import open_beside
from bot.storage.errors import StoreError
from bot.storage.spent import Day
from bot.terminal import DONE, FAILED, WRONG, faults, refuse, show, table
from bot.yamlfile import Faults

PURPOSES = {Purpose.STARTED.value: "what we start", Purpose.REPLY.value: "replies"}


@dataclass(frozen=True, slots=True)
class Span:
    """What was sent in a day or a month."""

    period: Period
    name: str
    """`2026-07-04`, `2026-07`."""
    lines: Sequence[Day]
    """A line for each gateway and purpose; `day` is the name of the span."""

    @property
    def sum(self) -> Amount:
        """All of it."""
        return sum((Amount(one.messages, one.units) for one in self.lines), Amount())


def cost(config_path: Path, *, as_json: bool) -> int:
    """Print what was sent, beside a running daemon too; give the exit code."""
    try:
        config = load_config(config_path)
        spans = asyncio.run(_spans(config))
    except Faults as wrong:
        faults(wrong)
        return WRONG
    except StoreError as error:
        refuse(str(error))
        return FAILED
    held = ceilings(config)
    if as_json:
        print(json.dumps(_json(spans, held)))  # noqa: T201 - the output itself
    else:
        _print(spans, held)
    return DONE


async def _spans(config: Config) -> list[Span]:
    today = clock_of_environment().now().astimezone(config.timezone).date().isoformat()
    async with open_beside(config.store_url) as database, database.read() as connection:
        days = await spent.since(connection, today[:7])
    return [
        Span(Period.DAY, today, _summed([one for one in days if one.day == today], today)),
        Span(Period.MONTH, today[:7], _summed(days, today[:7])),
    ]


def _summed(days: Sequence[Day], name: str) -> list[Day]:
    """Add up days, by gateway and purpose."""
    sums: dict[tuple[str, str], Amount] = {}
    for one in days:
        key = one.gateway, one.purpose
        sums[key] = sums.get(key, Amount()) + Amount(one.messages, one.units)
    return [Day(name, *key, int(one.messages), one.units) for key, one in sorted(sums.items())]


def _verdicts(spans: Sequence[Span], held: Ceilings) -> list[str]:
    day, month = (one.sum for one in spans)
    return [str(one) for one in held.reached(day, month)]


# --- what is shown -------------------------------------------------------------------------------


def _json(spans: Sequence[Span], held: Ceilings) -> dict[str, Any]:
    told: dict[str, Any] = {
        one.period.value: {
            "name": one.name,
            "spent": asdict(one.sum),
            "ceiling": asdict(_ceiling(one, held)),
            "lines": [
                {name: value for name, value in asdict(line).items() if name != "day"}
                for line in one.lines
            ],
        }
        for one in spans
    }
    return told | {"started": held.started, "reached": _verdicts(spans, held)}


def _ceiling(span: Span, held: Ceilings) -> Amount:
    return held.day if span.period is Period.DAY else held.month


def _print(spans: Sequence[Span], held: Ceilings) -> None:
    for span in spans:
        show(f"{span.period} {span.name}: {', '.join(_standing(span, held))}")
        if span.lines:
            rows = [
                (one.gateway, PURPOSES[one.purpose], str(one.messages), f"{one.units:.6g}")
                for one in span.lines
            ]
            table(("gateway", "what", "segments", "units"), rows)
    for told in _verdicts(spans, held):
        show(f"{told}.")
    if not held:
        show("There is no ceiling; `ceilings` in config.yaml sets one.")


def _standing(span: Span, held: Ceilings) -> Iterator[str]:
    ceiling = _ceiling(span, held)
    for measure, written in zip(MEASURES, ("segments", "units"), strict=True):
        so_far, most = span.sum.of(measure), ceiling.of(measure)
        yield f"{so_far:.6g} {written}" + (f" of {most:.6g}" if most else "")
