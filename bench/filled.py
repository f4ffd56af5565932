"""`python -m bench.filled [URL]`: what a text costs with a million of them stored, and with none.

Two stores are used by one process in turns; what counts is the median of the ratios within a turn.
The million is copied from one text that went the whole way. They are SQLite files, or databases of
a PostgreSQL server on this machine, whose processes' CPU then counts, too; URL names it and a user
that may make databases.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import structlog
from sqlalchemy import text

from bench.instances import database
from bench.machine import watch_machine
from bench.processes import cpu_of_family, parent_of
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
        "fingerprint": "junk",
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


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a store is told to copy a row under other serials."""

    columns: str
    """Names the columns of `:table`."""
    serials: str
    """From `:first` to `:last`, each with some `junk` of its own."""
    place: str
    """By which a table's first row comes first."""
    counter: str = ""
    """Has `:table` go on behind `:last`; empty: it does so by itself."""


DIALECTS = {
    "sqlite": Dialect(
        "SELECT name FROM pragma_table_info(:table)",
        "WITH RECURSIVE counted(serial) AS (SELECT :first UNION ALL"
        " SELECT serial + 1 FROM counted WHERE serial < :last),"
        " serials AS (SELECT serial, lower(hex(randomblob(9))) AS junk FROM counted)",
        "rowid",
    ),
    "postgresql": Dialect(
        "SELECT column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND table_name = :table",
        "WITH serials AS (SELECT serial, substr(md5(CAST(serial AS text)), 1, 18) AS junk"
        " FROM generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS serial)",
        "ctid",
        "SELECT setval(pg_get_serial_sequence(:table, 'id'), :last)",
    ),
}


async def fill(way: Way, texts: int) -> None:
    """Have so many handled texts in a store, each of a number of its own."""
    await way.receive(1)
    await way.answer()
    dialect = DIALECTS[way.database.engine.dialect.name]
    for first in range(FROM, FROM + texts, AT_ONCE):
        last = min(first + AT_ONCE, FROM + texts) - 1
        async with way.database.write() as connection:
            for table, told in COPIED.items():
                rows = await connection.execute(text(dialect.columns), {"table": table})
                names = [name for (name,) in rows]
                what = ", ".join(told.get(name, f"one.{name}") for name in names)
                await connection.execute(
                    text(
                        f"{dialect.serials} INSERT INTO {table} ({', '.join(names)})"
                        f" SELECT {what} FROM serials,"
                        f" (SELECT * FROM {table} ORDER BY {dialect.place} LIMIT 1) AS one"
                    ).bindparams(first=first, last=last)
                )
    if dialect.counter:
        async with way.database.write() as connection:
            for table in ("inbox", "outbox"):
                await connection.execute(
                    text(dialect.counter), {"table": table, "last": FROM + texts}
                )


@contextmanager
def stores(url: str, folder: Path) -> Iterator[Sequence[tuple[Path, str]]]:
    """Give a folder and a database each to an empty store and to a full one."""
    with ExitStack() as stack:
        places = []
        for name in ("empty", "full"):
            place = folder / name
            place.mkdir()
            made = f"bench_{name}_{time.time_ns()}"
            places.append((place, stack.enter_context(database(url, made)) if url else ""))
        yield places


@asynccontextmanager
async def _both(
    places: Sequence[tuple[Path, str]], texts: int
) -> AsyncIterator[tuple[Way, Way, Callable[[], float]]]:
    """Give an empty store and a full one, and what their server's CPU is so far, in seconds."""
    async with open_way(*places[0]) as empty, open_way(*places[1]) as full:
        await fill(full, texts)
        await fill(empty, 0)
        yield empty, full, await _server(full)


async def _server(way: Way) -> Callable[[], float]:
    if way.database.engine.dialect.name == "sqlite":
        return lambda: 0.0
    async with way.database.write() as connection:
        await connection.execute(text("ANALYZE"))  # as the server does by itself, some time after
        one = (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    return partial(cpu_of_family, parent_of(one))


async def compare(
    places: Sequence[tuple[Path, str]], texts: int, each: int, rounds: int
) -> Sequence[tuple[float, float]]:
    """Give for each round CPU and time of the full store, in those of the empty one."""
    found = []
    async with _both(places, texts) as (empty, full, served):
        for place in range(rounds + 1):
            costs = {}
            for way in (empty, full) if place % 2 else (full, empty):
                before = served()
                cost = await way.cost(each)
                costs[way is full] = (cost.cpu + (served() - before) / each, cost.wall)
            base, ours = costs[False], costs[True]
            if place:  # the first round warms both
                found.append((ours[0] / base[0], ours[1] / base[1]))
                print(f"{base[0] * 1e6:.0f} and {ours[0] * 1e6:.0f} µs", file=sys.stderr)
    return found


def main() -> None:
    """Measure, and print the ratios."""
    parser = argparse.ArgumentParser(prog="python -m bench.filled", description=__doc__)
    parser.add_argument("url", nargs="?", default="", help="none: SQLite")
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--each", type=int, default=1_000, help="texts of a turn")
    parser.add_argument("--rounds", type=int, default=9)
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    machine = watch_machine()
    with tempfile.TemporaryDirectory() as folder, stores(asked.url, Path(folder)) as places:
        found = asyncio.run(compare(places, asked.texts, asked.each, asked.rounds))
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
