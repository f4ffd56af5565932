"""A file of people as spreadsheets write it: which column is which, and what stands in a row.

What is in it came from anywhere: a row that makes no sense is told, and holds up no other.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from bot.core.text import words
from bot.validation import Wrong

LARGEST = 64 * 1024 * 1024
"""Bytes of a file."""
DELIMITERS = (";", ",", "\t")
NUMBERS = (
    *("mobile", "cellulaire", "cell", "portable", "gsm", "msisdn", "sms"),
    *("number", "numero", "phone", "telephone", "tel", "phone number", "telephone number"),
    *("mobile phone", "mobile number", "cell phone", "cellphone", "numero mobile"),
    *("numero de telephone", "telephone mobile", "telephone cellulaire", "telephone portable"),
)
"""Heads of the column of numbers, in the normal form; of several columns the first here counts."""
LANGUAGES = ("language", "langue", "lang")
DATES = (
    *("consent", "consent date", "consent at", "consentement", "date de consentement"),
    *("joined", "joined at", "date", "date joined", "inscription", "date d inscription"),
    *("inscrit le", "at"),
)
SPOKEN = {"francais": "fr", "french": "fr", "anglais": "en", "english": "en"}
SHORTENED = "its digits are lost (in the spreadsheet, make the column text, and save again)"
_SCIENTIFIC = re.compile(r"[0-9][.,][0-9]+E\+[0-9]+", re.IGNORECASE)
_SHOWN = 60
"""Characters of a cell that reports show."""
_FRENCH_DATE = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
ReadNumber = Callable[[str], str]
"""Gives a number as E.164. Raises `Wrong`."""


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
    """A file that was opened: its text, and how it is to be read."""

    text: str
    delimiter: str
    columns: Columns
    latin: bool = False
    """It is no UTF-8, and was read as Windows writes Western European languages."""

    def rows(self, number: ReadNumber, zone: tzinfo) -> Iterator[Person | Unreadable]:
        """Read row by row; those with nothing in them are left out."""
        for line, cells in _cells(self.text, self.delimiter, skip=int(self.columns.headed)):
            if cells is None:
                yield Unreadable(line, "", "a cell of this row is too long")
            elif any(cell.strip() for cell in cells):
                yield _person(line, cells, self.columns, number, zone)


def open_sheet(path: Path, number: ReadNumber) -> Sheet:
    """Read a file, and find out its encoding, delimiter and columns.

    Raises `Wrong` where that cannot be found out, `OSError`.
    """
    if path.stat().st_size > LARGEST:
        raise Wrong("this file is larger than 64 MB", "divide it, and import the parts")
    text, latin = _decoded(path.read_bytes())
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first[:4096].count)
    head = next((cells for _, cells in _cells(text, delimiter) if cells and any(cells)), None)
    if head is None:
        raise Wrong("nothing stands in this file", "give one with a number in each row")
    return Sheet(text, delimiter, _columns(head, number), latin)


def _decoded(raw: bytes) -> tuple[str, bool]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace"), False
    try:
        return raw.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace"), True


def _cells(
    text: str, delimiter: str, *, skip: int = 0
) -> Iterator[tuple[int, Sequence[str] | None]]:
    """Yield each row with the line on which it ends; None: it cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            cells: Sequence[str] | None = next(reader)
        except StopIteration:
            return
        except csv.Error:
            cells = None
        if skip and (cells is None or any(cells)):
            skip -= 1
        else:
            yield reader.line_num, cells


def _columns(head: Sequence[str], number: ReadNumber) -> Columns:
    """Find the columns by their heads; without heads, the one in which a number stands."""
    named = [" ".join(words(cell[:_SHOWN])) for cell in head]
    found = _place(named, NUMBERS)
    if found is not None:
        return Columns(found, _place(named, LANGUAGES), _place(named, DATES))
    for place, cell in enumerate(head):
        if _number(cell, number):
            return Columns(place, headed=False)
    heads = ", ".join(repr(cell[:20]) for cell in head[:8])
    raise Wrong(
        f"none of the columns ({heads}) is one of numbers",
        "name it number, mobile, phone, tel or téléphone in the first row",
    )


def _place(named: Sequence[str], wanted: Sequence[str]) -> int | None:
    return next((named.index(name) for name in wanted if name in named), None)


def _person(
    line: int, cells: Sequence[str], columns: Columns, number: ReadNumber, zone: tzinfo
) -> Person | Unreadable:
    written = _cell(cells, columns.number)
    found = _number(written, number)
    if not found:
        why = SHORTENED if _SCIENTIFIC.fullmatch(written) else "not a number"
        return Unreadable(line, written[:_SHOWN], why)
    try:
        at = _instant(_cell(cells, columns.at), zone)
    except ValueError as error:
        return Unreadable(line, found, str(error))
    return Person(line, found, _language(_cell(cells, columns.language)), at)


def _cell(cells: Sequence[str], place: int | None) -> str:
    return "" if place is None or place >= len(cells) else cells[place].strip()


def _number(written: str, read: ReadNumber) -> str:
    """Read a number as files have it: after an apostrophe against formulas, or dialled abroad."""
    plain = unicodedata.normalize("NFKC", written).strip().removeprefix("'")
    plain = plain.removeprefix("tel:").strip()
    abroad = f"+{plain[2:]}" if plain.startswith("00") else plain
    for one in dict.fromkeys((plain, abroad)):
        try:
            return read(one)
        except Wrong:
            continue
    return ""


def _language(written: str) -> str:
    """Give two letters; nothing where it is no language that we know how to write."""
    name = " ".join(words(written[:_SHOWN]))
    short = SPOKEN.get(name, name[:2])
    return short if short.isascii() and short.isalpha() else ""


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
