"""Files of people, as spreadsheets and people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.config.notation import read_number
from bot.lists.sheet import Person, Unreadable, open_sheet
from bot.sheets import SHORTENED
from bot.validation import Wrong

ANA, BEN, LEA = "+15145550001", "+15145550002", "+33600000001"
ZONE = ZoneInfo("America/Montreal")
EARLY = datetime(2026, 3, 2, 5, tzinfo=UTC)
"""The beginning of 2 March 2026 in Montréal."""


def number(written: str) -> str:
    return read_number(written, ["CA", "FR"])


def read(folder: Path, raw: bytes) -> list[Person | Unreadable]:
    file = folder / "people.csv"
    file.write_bytes(raw)
    return list(open_sheet(file, number).rows(number, ZONE))


@pytest.mark.parametrize(
    ("text", "people"),
    [
        pytest.param("number\n+15145550001\n", [ANA], id="a head"),
        pytest.param("+15145550001\n+15145550002\n", [ANA, BEN], id="no head"),
        pytest.param("514 555-0001\n", [ANA], id="no head, and dialled within the country"),
        pytest.param("Nom;Téléphone\nAna;(514) 555-0001\n", [ANA], id="semicolons, accents"),
        pytest.param("nom,Tél.\nAna,514.555.0001\n", [ANA], id="a full stop in the head"),
        pytest.param("a\tMOBILE\nx\t1 514 555 0001\n", [ANA], id="tabs"),
        pytest.param("phone,mobile\n5145550002,5145550001\n", [ANA], id="mobile before phone"),
        pytest.param('"number"\n"514 555-0001"\n', [ANA], id="quoted"),
        pytest.param("number\n'+15145550001\n", [ANA], id="an apostrophe against formulas"),
        pytest.param("number\ntel:+15145550001\n", [ANA], id="a link"),
        pytest.param("number\n0033 6 00 00 00 01\n", [LEA], id="dialled from abroad"),
        pytest.param("number\n06 00 00 00 01\n", [LEA], id="French"),
        pytest.param("number\n+1\u202f514\u00a0555\u20110001\n", [ANA], id="odd blanks, odd dash"),
        pytest.param("number\r\n\r\n5145550001\r\n;;\r\n", [ANA], id="empty rows, CR LF"),
        pytest.param("\n\nnumber\n5145550001\n", [ANA], id="empty rows before the head"),
    ],
)
def test_numbers_are_found(tmp_path: Path, text: str, people: list[str]) -> None:
    rows = read(tmp_path, text.encode())

    assert [row.number if isinstance(row, Person) else row for row in rows] == people


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("téléphone\n5145550001\n".encode(), id="UTF-8"),
        pytest.param("téléphone\n5145550001\n".encode("utf-8-sig"), id="UTF-8 with a mark"),
        pytest.param("téléphone\n5145550001\n".encode("utf-16"), id="UTF-16, as Excel's text"),
        pytest.param("téléphone\n5145550001\n".encode("latin-1"), id="Latin-1"),
    ],
)
def test_any_encoding_of_a_spreadsheet_is_read(tmp_path: Path, raw: bytes) -> None:
    assert [row.number for row in read(tmp_path, raw) if isinstance(row, Person)] == [ANA]
    latin = open_sheet(tmp_path / "people.csv", number).latin
    assert latin is (raw == "téléphone\n5145550001\n".encode("latin-1"))


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        pytest.param("=HYPERLINK(1)", "not a number", id="a formula"),
        pytest.param("5.14555E+09", SHORTENED, id="what a spreadsheet makes of a number"),
        pytest.param("1,51456E+10", SHORTENED, id="and a French one"),
        pytest.param("51455", "not a number", id="too short"),
        pytest.param("\x00\x00", "not a number", id="NUL"),
        pytest.param("1" * 5000, "not a number", id="very long"),
        pytest.param("9" * 10_000_000, "a cell of this row is too long", id="ten megabytes"),
    ],
)
def test_a_hostile_cell_holds_up_no_other_row(tmp_path: Path, cell: str, why: str) -> None:
    bad, good = read(tmp_path, f"number\n{cell}\n514 555-0001\n".encode())

    assert isinstance(bad, Unreadable)
    assert (bad.row, bad.why, len(bad.shown) <= 60) == (2, why, True)
    assert isinstance(good, Person)
    assert (good.row, good.number) == (3, ANA)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("2026-03-02", EARLY),
        ("2026-03-02T12:00:00Z", EARLY + timedelta(hours=7)),
        ("2026-03-02 07:30", EARLY + timedelta(hours=7, minutes=30)),
        ("20/03/2026", EARLY + timedelta(days=18, hours=-1)),
        ("3/20/2026", EARLY + timedelta(days=18, hours=-1)),
        ("", None),
        ("02/03/2026", "the date has two meanings (write 2026-03-02): refused"),
        ("hier", "the date is not understood (write 2026-03-02): refused"),
        ("31/02/2026", "the date is not understood (write 2026-03-02): refused"),
    ],
)
def test_a_date_is_read_or_the_row_refused(
    tmp_path: Path, written: str, read_as: datetime | str | None
) -> None:
    (row,) = read(tmp_path, f"number;consent\n{ANA};{written}\n".encode())

    assert (row.at if isinstance(row, Person) else row.why) == read_as


@pytest.mark.parametrize(
    ("written", "language"),
    [("fr", "fr"), ("Français", "fr"), ("en-CA", "en"), ("ANGLAIS", "en"), ("", ""), ("1", "")],
)
def test_a_language_is_two_letters(tmp_path: Path, written: str, language: str) -> None:
    (row,) = read(tmp_path, f"number;langue\n{ANA};{written}\n".encode())

    assert isinstance(row, Person)
    assert row.language == language


@pytest.mark.parametrize("text", ["", "\n\n", "name;town\nAna;Laval\n", "Ana\nBen\n"])
def test_a_file_without_numbers_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Wrong, match=r"nothing stands in this file|is one of numbers"):
        read(tmp_path, text.encode())
