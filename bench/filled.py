"""`python -m bench.filled`: what a text costs with a million of them stored, and with none.

Both are SQLite files, in the same process, and take turns; what counts is the median of the ratios
within a turn. The million is copied from one text that went the whole way.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import text

from bench.machine import watch_machine
from bench.way import FIRST, NUMBERS, STEP, Way, open_way
from bot.core.messages import Status

FROM = 1_000_000
"""The serial of the first that is copied: fewer are measured, so that no number comes twice."""
AT_ONCE = 50_000
"""Rows of one statement: what it must undo stays small."""
_NUMBER = f"'+' || ({FIRST} + serial * {STEP} % {NUMBERS})"
_TALK = f"'vudumobile:' || {_NUMBER}"
COPIED: Mapping[str, Mapping[str, str]] = {
    "inbox": {
        "id": "serial",
        "conversation": _TALK,
        "number": _NUMBER,
        "key": "'mo:' || serial",
        "fingerprint": "lower(hex(randomblob(9)))",
    },
    "outbox": {
        "id": "serial",
        "conversation": _TALK,
        "number": _NUMBER,
        "cause": "'inbound ' || serial || '/0'",
        "gateway_id": "'' || serial",
        "status": f"'{Status.DELIVERED.value}'",
    },
    "conversations": {"key": _TALK, "number": _NUMBER},
    "subscribers": {"number": _NUMBER},
}
"""What differs from the row that is copied, by `serial`."""


async def fill(way: Way, texts: int) -> None:
    """Have so many handled texts in a store, each of a number of its own."""
    await way.receive(1)
    await way.answer()
    for first in range(FROM, FROM + texts, AT_ONCE):
        last = min(first + AT_ONCE, FROM + texts) - 1
        async with way.database.write() as connection:
            for table, told in COPIED.items():
                rows: Any = await connection.exec_driver_sql(f"PRAGMA table_info({table})")
                names = [row[1] for row in rows]
                what = ", ".join(told.get(name, f"one.{name}") for name in names)
                await connection.execute(
                    text(
                        f"WITH RECURSIVE serials(serial) AS (SELECT {first} UNION ALL"
                        f" SELECT serial + 1 FROM serials WHERE serial < {last})"
                        f" INSERT INTO {table} ({', '.join(names)}) SELECT {what} FROM serials,"
                        f" (SELECT * FROM {table} ORDER BY rowid LIMIT 1) AS one"
                    )
                )


@asynccontextmanager
async def _both(folder: Path, texts: int) -> AsyncIterator[tuple[Way, Way]]:
    """Give an empty store and a full one."""
    places = [folder / name for name in ("empty", "full")]
    for place in places:
        place.mkdir()
    async with open_way(places[0]) as empty, open_way(places[1]) as full:
        await fill(full, texts)
        await fill(empty, 0)
        yield empty, full


async def compare(texts: int, each: int, rounds: int) -> Sequence[tuple[float, float]]:
    """Give for each round CPU and time of the full store, in those of the empty one."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        async with _both(Path(folder), texts) as (empty, full):
            for place in range(rounds + 1):
                first, second = (empty, full) if place % 2 else (full, empty)
                costs = {id(way): await way.cost(each) for way in (first, second)}
                ours, base = costs[id(full)], costs[id(empty)]
                if place:  # the first round warms both
                    found.append((ours.cpu / base.cpu, ours.wall / base.wall))
                    print(f"{base.cpu * 1e6:.0f} and {ours.cpu * 1e6:.0f} µs", file=sys.stderr)
    return found


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(prog="python -m bench.filled", description=__doc__)
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=1_000, help="texts of a turn")
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    machine = watch_machine()
    found = asyncio.run(compare(asked.texts, asked.each, asked.rounds))
    for name, ratios in zip(("CPU", "time"), zip(*found, strict=True), strict=True):
        print(
            f"{name} of a text with {asked.texts:,} stored, in that of an empty store:"
            f" {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
        )
    told = machine()
    print(
        f"{told['cores']} cores, {told['processor']}; others used {told['others_percent']} %;"
        f" load {told['load_before']} before, {told['load_after']} after"
    )


if __name__ == "__main__":
    main()
