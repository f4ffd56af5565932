"""A file of people who agreed to something: who, in which language, and when they agreed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from bot.sheets import (
    LANGUAGES,
    NUMBERS,
    SHOWN,
    ReadNumber,
    Table,
    cell,
    open_table,
    place,
    read_language,
    read_phone,
    why_no_number,
)
from bot.validation import Wrong

DATES = (
    *("consent", "consent date", "consent at", "consentement", "date de consentement"),
    *("joined", "joined at", "date", "date joined", "inscription", "date d inscription"),
    *("inscrit le", "at"),
)
_FRENCH_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


@dataclass(frozen=True, slots=True)
class Person:
    """A row that names a number."""

    row: int
    """The line of the file on which it ends."""
    number: str
    language: str
    at: datetime | None
    """When the consent was given, if the row says so."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A row that names none, or not when."""

    row: int
    shown: str
    """The beginning of what stands there."""
    why: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Where things stand in a row; None: nowhere."""

    number: int
    language: int | None = None
    at: int | None = None
    headed: bool = True
    """The first row says so, and is no person."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that was opened, and how it is to be read."""

    table: Table
    columns: Columns

    @property
    def latin(self) -> bool:
        """Whether it is no UTF-8."""
        return self.table.latin

    def rows(self, number: ReadNumber, zone: tzinfo) -> Iterator[Person | Unreadable]:
        """Read row by row; those with nothing in them are left out."""
        for line, cells in self.table.rows(skip=int(self.columns.headed)):
            if cells is None:
                yield Unreadable(line, "", "a cell of this row is too long")
            elif any(one.strip() for one in cells):
                yield _person(line, cells, self.columns, number, zone)


def open_sheet(path: Path, number: ReadNumber) -> Sheet:
    """Read a file, and find out its encoding, delimiter and columns.

    Raises `Wrong` where that cannot be found out, `OSError`.
    """
    table = open_table(path)
    return Sheet(table, _columns(table, number))


def _columns(table: Table, number: ReadNumber) -> Columns:
    """Find the columns by their heads; without heads, the one in which a number stands."""
    named = table.named
    found = place(named, NUMBERS)
    if found is not None:
        return Columns(found, place(named, LANGUAGES), place(named, DATES))
    for where, written in enumerate(table.head):
        if read_phone(written, number):
            return Columns(where, headed=False)
    heads = ", ".join(repr(one[:20]) for one in table.head[:8])
    raise Wrong(
        f"none of the columns ({heads}) is one of numbers",
        "name it number, mobile, phone, tel or téléphone in the first row",
    )


def _person(
    line: int, cells: Sequence[str], columns: Columns, number: ReadNumber, zone: tzinfo
) -> Person | Unreadable:
    written = cell(cells, columns.number)
    found = read_phone(written, number)
    if not found:
        return Unreadable(line, written[:SHOWN], why_no_number(written))
    try:
        at = _instant(cell(cells, columns.at), zone)
    except ValueError as error:
        return Unreadable(line, found, str(error))
    return Person(line, found, read_language(cell(cells, columns.language)), at)


def _instant(written: str, zone: tzinfo) -> datetime | None:
    """Read when a consent was given; a day begins at midnight. Raises `ValueError`."""
    if not written:
        return None
    if found := _FRENCH_DATE.fullmatch(written):
        one, other, year = map(int, found.groups())
        if one <= 12 and other <= 12 and one != other:
            raise ValueError("the date has two meanings (write 2026-03-02): refused")
        day, month = (one, other) if other <= 12 else (other, one)
        written = f"{year}-{month:02}-{day:02}"
    try:
        read = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError("the date is not understood (write 2026-03-02): refused") from None
    return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(UTC)
