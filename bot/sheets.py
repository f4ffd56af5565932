"""Files of people as spreadsheets write them: encoding, delimiter, which column is which.

And the report of what became of each row. What is in a file came from anywhere: a row that makes
no sense is told, and holds up no other.
"""

from __future__ import annotations

import csv
import io
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.answers import neutral
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
SPOKEN = {"francais": "fr", "french": "fr", "anglais": "en", "english": "en"}
SHORTENED = "its digits are lost (in the spreadsheet, make the column text, and save again)"
_SCIENTIFIC = re.compile(r"[0-9][.,][0-9]+E\+[0-9]+", re.IGNORECASE)
SHOWN = 60
"""Characters of a cell that reports show."""
ReadNumber = Callable[[str], str]
"""Gives a number as E.164. Raises `Wrong`."""
Line = tuple[int, str, str]
"""A row of a report: the row of the file, who is in it or what stands there, what came of it."""


@dataclass(frozen=True, slots=True)
class Table:
    """The text of a file, and what divides its cells."""

    text: str
    delimiter: str
    head: Sequence[str]
    """The first row in which anything stands."""
    latin: bool = False
    """It is no UTF-8, and was read as Windows writes Western European languages."""

    @property
    def named(self) -> list[str]:
        """The cells of the first row in the normal form of heads."""
        return [" ".join(words(cell[:SHOWN])) for cell in self.head]

    def rows(self, *, skip: int = 0) -> Iterator[tuple[int, Sequence[str] | None]]:
        """Yield each row with the line on which it ends; None: it cannot be read."""
        return _cells(self.text, self.delimiter, skip=skip)


def open_table(path: Path) -> Table:
    """Read a file, and find out its encoding and delimiter. Raises `Wrong`, `OSError`."""
    if path.stat().st_size > LARGEST:
        raise Wrong("this file is larger than 64 MB", "divide it, and import the parts")
    text, latin = _decoded(path.read_bytes())
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(DELIMITERS, key=first[:4096].count)
    head = next((cells for _, cells in _cells(text, delimiter) if cells and any(cells)), None)
    if head is None:
        raise Wrong("nothing stands in this file", "give one with a number in each row")
    return Table(text, delimiter, head, latin)


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


def place(named: Sequence[str], wanted: Sequence[str]) -> int | None:
    """Find the column of the first of some heads; None: there is none."""
    return next((named.index(name) for name in wanted if name in named), None)


def cell(cells: Sequence[str], where: int | None) -> str:
    """Give what stands in a column; nothing where the row ends before it."""
    return "" if where is None or where >= len(cells) else cells[where].strip()


def plain(written: str) -> str:
    """Take off the apostrophe that we put before what a spreadsheet would take for a formula."""
    bare = written.removeprefix("'")
    return bare if bare != written == neutral(bare) else written


def read_phone(written: str, read: ReadNumber) -> str:
    """Read a number as files have it: after an apostrophe against formulas, or dialled abroad.

    Empty where it is none.
    """
    plain = unicodedata.normalize("NFKC", written).strip().removeprefix("'")
    plain = plain.removeprefix("tel:").strip()
    abroad = f"+{plain[2:]}" if plain.startswith("00") else plain
    for one in dict.fromkeys((plain, abroad)):
        try:
            return read(one)
        except Wrong:
            continue
    return ""


def why_no_number(written: str) -> str:
    """Say why a number cannot be read: some spreadsheets make 1.51455E+10 of a long one."""
    return SHORTENED if _SCIENTIFIC.fullmatch(written) else "not a number"


def read_language(written: str) -> str:
    """Give two letters; nothing where it is no language that we know how to write."""
    name = " ".join(words(written[:SHOWN]))
    short = SPOKEN.get(name, name[:2])
    return short if short.isascii() and short.isalpha() else ""


def write_new(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a new file for its owner alone; it replaces none. Raises `OSError`."""
    _write(path, rows, os.O_EXCL)


def write_report(path: Path, lines: Iterable[Line], heads: Sequence[str]) -> None:
    """Write what came of each row, in the order of the file, for its owner alone.

    Takes the place of an older one. Raises `OSError`.
    """
    rows = ((str(row), who, fate) for row, who, fate in sorted(lines))
    _write(path, (heads, *rows), os.O_TRUNC)


def _write(path: Path, rows: Iterable[Sequence[str]], mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | mode
    with os.fdopen(os.open(path, flags, 0o600), "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([neutral(one) for one in row] for row in rows)
