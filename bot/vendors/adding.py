"""Contacts of a file, added one by one: what all vendors have in common of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from bot.answers import write_csv
from bot.clients import GatewayError
from bot.clock import Clock
from bot.sheets import Line, Table, open_table, write_new
from bot.terminal import Misused, count
from bot.vendors.asked import Asked
from bot.vendors.doing import Told, expect_yes
from bot.vendors.remedies import Function, told
from bot.vendors.rows import NOT_BEGUN, REFUSED, UNCLEAR, Report, Row, each

ADDED, CHANGED, THERE = "added", "changed", "there already"
"""Fates of rows."""


def unchanged(differing: Collection[str]) -> str:
    """Give the fate of a row of somebody who is there already, and left alone."""
    verb = "differ" if len(differing) > 1 else "differs"
    return f"{THERE}, kept although {' and '.join(differing)} {verb}" if differing else THERE


class Adding(Protocol):
    """What is there, and what a row adds to it."""

    def deeds(self, row: Row) -> Sequence[str]:
        """Say what is to be done for a row; nothing where it is there already."""
        ...

    def fate(self, row: Row) -> str:
        """Say of a row for which nothing is to be done how it stands."""
        ...

    def question(self, rows: Sequence[Row], there: int, unusable: int) -> str:
        """Ask for all that is to be done at once."""
        ...

    async def settle(self, row: Row) -> str:
        """Do what is to be done for a row; give its fate. Raises `GatewayError`."""
        ...


def read_rows(
    file: Path, rows_of: Callable[[Table], Iterable[Row | Line]]
) -> tuple[list[Row], list[Line]]:
    """Divide what can be added from what cannot; of somebody who stands twice, the first.

    Raises `Misused`, `Wrong`.
    """
    try:
        table = open_table(file)
    except OSError as error:
        raise Misused(f"{file} cannot be read: {error.strerror}") from error
    rows: dict[str, Row] = {}
    unusable: list[Line] = []
    for row in rows_of(table):
        if not isinstance(row, Row):
            unusable.append(row)
        elif row.who in rows:
            unusable.append((row.line, row.who, "twice in the file"))
        else:
            rows[row.who] = row
    return list(rows.values()), unusable


async def add_all(
    asked: Asked,
    file: Path,
    adding: Adding,
    read: tuple[Sequence[Row], Sequence[Line]],
    *,
    clock: Clock,
    function: Function,
) -> Told:
    """Ask, add row by row, and tell what came of each, beside the file."""
    rows, unusable = read
    todo = [row for row in rows if adding.deeds(row)]
    settled = [(row.line, row.who, adding.fate(row)) for row in rows if not adding.deeds(row)]
    report = Report(file)
    if todo:
        expect_yes(asked, adding.question(todo, len(settled), len(unusable)))
    report.begin([*settled, *unusable])
    try:
        broken = await each(todo, adding.settle, report, clock=clock, what="Adding")
    finally:
        report.end()
    counts = _counted(report.lines)
    said = {**counts, "report": str(report.path)}
    trouble = "" if broken is None else _broke_off(broken, counts, function)
    return Told(said, _sum(counts, report.path), trouble=trouble, failed=REFUSED in counts)


def write_all(
    file: Path | None, heads: Sequence[str], rows: Sequence[Sequence[str]], unreadable: int
) -> Told:
    """Write contacts into a new file, or on standard output. Raises `Misused`."""
    missing = f"{count(unreadable, 'row')} could not be read: not in it" if unreadable else ""
    if file is None:
        write_csv((heads, rows))
        return Told(None, trouble=missing)
    try:
        write_new(file, (heads, *rows))
    except OSError as error:
        raise Misused(f"{file} cannot be written: {error.strerror}") from error
    said = {"contacts": len(rows), "unreadable": unreadable, "file": str(file)}
    sentence = f"{count(len(rows), 'contact')} written to {file}."
    return Told(said, sentence, trouble=missing)


def _counted(lines: Sequence[Line]) -> dict[str, int]:
    """Count the fates of rows, without what is told beside them."""
    fates = Counter(fate.partition(":")[0].partition(",")[0] for _, _, fate in lines)
    return dict(sorted(fates.items(), key=lambda one: (-one[1], one[0])))


def _broke_off(error: GatewayError, counts: Mapping[str, int], function: Function) -> str:
    left = counts.get(NOT_BEGUN, 0) + counts.get(UNCLEAR.partition(":")[0], 0)
    return f"{told(error, function)}; {count(left, 'row')} left: the same command goes on"


def _sum(counts: Mapping[str, int], report: Path) -> str:
    parts = ", ".join(f"{number} {fate}" for fate, number in counts.items()) or "no rows"
    return f"{parts}. Each row: {report}."
