"""`python -m bench.scaling`: what bounds a store, and how polling grows; see docs/scaling.md.

What is printed is counted and played, the same on every machine. Nothing of it is timed but
`READ_US`, as is told there.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import structlog
from sqlalchemy import Index, PrimaryKeyConstraint, Table, UniqueConstraint

from bench.campaigns import ANSWERED, TEN_DAYS, Traffic, play
from bench.processes import ROOT
from bench.way import POLL, Counted, counting, open_way, row_of, sizes
from bot.gateways.vudumobile import LONGEST_FEED
from bot.gateways.vudumobile_cursor import DAILY_REACH, HOURLY_REACH, OVERLAP
from bot.services.responder import BATCH
from bot.storage.columns import metadata
from bot.storage.people_tables import members
from bot.storage.program_tables import deliveries
from bot.storage.schema import conversations

PAGE = ROOT / "docs" / "scaling.md"
READ_US = 4.95
"""CPU of a row that is listed and known already, microseconds: `python -m bench.listing`, median
of 9 rounds (4.66 to 5.21), on two cores of an Intel Xeon of which others used 93 %."""
STORED = 4 * BATCH
"""Texts whose bytes are counted."""
COMING = (1, 10, 50, 200, 1_000, 5_000)
"""Texts a second."""
ANSWERING = (10, 100, 1_000, 10_000)
"""Replies a day."""
RATES = (2.0, 10.0)
MESSAGE = "Bonjour, quelle est la chanson de 8h15 ?"
"""A text of usual length (assumed)."""

Cells = Sequence[object]


def table(columns: Sequence[str], rows: Iterable[Cells]) -> str:
    """Write a table as Markdown has it."""
    head = f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}"
    return "\n".join([head, *(f"| {' | '.join(map(str, row))} |" for row in rows)])


# What a text asks of the store


async def _through_the_store() -> tuple[Sequence[Counted], Mapping[str, int]]:
    """Count what a text asks alone and in a batch, and what is stored of many."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_way(Path(folder)) as way:
            await way.receive(1)
            await way.answer()  # whatever happens once has happened
            counted = []
            for texts in (1, BATCH):
                with counting(way.database) as one:
                    await way.receive(texts)
                    await way.answer()
                counted.append(one)
            before = dict(await sizes(way.database, "sqlite"))
            for _ in range(STORED // BATCH):
                await way.receive(BATCH)
                await way.answer()
            after = dict(await sizes(way.database, "sqlite"))
    return counted, {name: size - before[name] for name, size in after.items()}


def statements(counted: Sequence[Counted]) -> str:
    """Say what one text asks of the writing connection, alone and in a full batch."""
    alone, batch = counted
    rows: list[Cells] = [
        ("statements", alone.statements, round(batch.statements / BATCH, 2)),
        ("commits that change something", alone.commits, round(batch.commits / BATCH, 2)),
    ]
    for verb, name in sorted(alone.rows, key=lambda one: (one[1], one[0])):
        written = alone.rows[verb, name]
        if written:
            each = f"{batch.rows[verb, name] / BATCH:.3g}"
            rows.append((f"rows: {verb} {name}", written, each))
    total = alone.rows.total(), f"{batch.rows.total() / BATCH:.3g}"
    rows.append(("rows in all", *total))
    return table(["of one text, its reply included", "alone", f"in a batch of {BATCH}"], rows)


def stored(bytes_of: Mapping[str, int]) -> str:
    """Say what stays of a text, by table and index."""
    kinds: dict[str, Counter[str]] = {}
    for owner in metadata.sorted_tables:
        indexes = {str(one.name) for one in owner.indexes}
        for name, size in bytes_of.items():
            if name == owner.name:
                kinds.setdefault(owner.name, Counter())["rows"] += size
            elif name in indexes or name.startswith(f"sqlite_autoindex_{owner.name}_"):
                kinds.setdefault(owner.name, Counter())["indexes"] += size
    rows: list[Cells] = [
        (name, *(round(found[kind] / STORED) for kind in ("rows", "indexes")))
        for name, found in kinds.items()
        if found.total() >= STORED
    ]
    sums = [sum(found[kind] for found in kinds.values()) for kind in ("rows", "indexes")]
    rows.append(("in all", *(round(one / STORED) for one in sums)))
    return table(["bytes of one text, SQLite", "rows", "indexes"], rows)


# What polling asks of the vendors


def one_feed() -> str:
    """Say how VuduMobile's only feed grows with what comes in."""
    each = len(row_of(0, "2026-03-02 12:00:00", MESSAGE).encode()) + 1
    rows: list[Cells] = []
    for coming in COMING:
        listed = coming * OVERLAP
        cores = listed * READ_US / 1e6 / POLL.total_seconds()
        reach = min(DAILY_REACH, LONGEST_FEED // (each * coming))
        rows.append(
            (
                f"{coming:,}",
                f"{listed:,}",
                _short(listed * each / 1e6),
                _short(cores),
                _short(coming * HOURLY_REACH * each / 1e6),
                _span(reach),
            )
        )
    columns = ["texts/s", "rows a poll", "MB a poll", "cores", "MB in six hours", "64 MiB reach"]
    return table(columns, rows)


def campaigns() -> str:
    """Say how Clever's campaigns grow with what we say, and how late answers are read."""
    rows: list[Cells] = []
    for replies in ANSWERING:
        for rate in RATES:
            load = play(Traffic(replies, rate))
            rows.append(
                (
                    f"{replies:,}",
                    f"{replies * (1 - ANSWERED) * TEN_DAYS:,.0f}",
                    f"{rate:.0f}/s",
                    f"{load.feeds:,.0f}",
                    _short(load.readings),
                    f"{load.used:.0%}",
                    _short(load.stretch),
                    _span(load.quick),
                    _span(load.median),
                    _span(load.mean),
                )
            )
    columns = ["replies a day", "people", "rate", "campaigns", "readings/s", "of the rate"]
    return table([*columns, "stretch", "talk", "median", "mean"], rows)


def _span(seconds: float) -> str:
    """Write a length of time with two figures that matter."""
    for name, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{_short(seconds / length)} {name}"
    return f"{_short(seconds)} s"


def _short(value: float) -> str:
    """Write a figure with two digits that matter, and none of a power of ten."""
    return f"{value:.2g}" if value < 10 else f"{value:,.0f}"


# What distribution finds


def keys() -> str:
    """Say by what each table can be distributed, and which unique keys forbid it."""
    rows: list[Cells] = []
    for one in metadata.sorted_tables:
        key = _key_of(one)
        unique = [f"`{', '.join(names)}`" for names in _unique(one) if key and key not in names]
        rows.append(
            (
                f"`{one.name}`",
                f"`{key}`" if key else "no",
                "yes" if "number" in one.columns else "no",
                " and ".join(unique) or ("none" if key else ""),
            )
        )
    columns = ["table", "the conversation's key", "a number", "unique without that key"]
    return table(columns, rows)


def _key_of(one: Table) -> str:
    if one is conversations:
        return "key"
    return "conversation" if "conversation" in one.columns else ""


def _unique(one: Table) -> list[list[str]]:
    found = [
        [column.name for column in constraint.columns]
        for constraint in one.constraints
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint)
    ]
    indexes: Iterable[Index] = (index for index in one.indexes if index.unique)
    found += [[column.name for column in index.columns] for index in indexes]
    return sorted(found)


def printed() -> dict[str, Callable[[], str]]:
    """Give every table by its name, to be made when it is asked for."""
    assert {members, deliveries} <= set(metadata.sorted_tables)
    counted, bytes_of = asyncio.run(_through_the_store())
    return {
        "statements": lambda: statements(counted),
        "stored": lambda: stored(bytes_of),
        "one feed": one_feed,
        "campaigns": campaigns,
        "keys": keys,
    }


def written(page: str, made: str) -> str:
    """Put a table in place of the one on the page that has the same columns."""
    head = made.splitlines()[0]
    before, _, rest = page.partition(f"{head}\n")
    _, _, behind = rest.partition("\n\n")
    return f"{before}{made}\n\n{behind}" if rest else page


def main() -> None:
    """Print all tables; with `--write`, put them into the page."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    page = PAGE.read_text("utf-8")
    for make in printed().values():
        made = make()
        print(made, end="\n\n", flush=True)
        page = written(page, made)
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
