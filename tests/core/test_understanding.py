"""How answers are read: what they mean, what has two meanings, and what never decides."""

from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.core.text import words
from bot.core.understanding import Around, Expected, Kind, Value, to_json, understand
from tests.core.meanings import meanings

WEDNESDAY = date(2026, 12, 9)
AROUND = Around(today=WEDNESDAY, country="CA")
PHRASES = sorted((Path(__file__).parent / "phrases").glob("*.yaml"))


def read(kind: Kind, text: str, around: Around = AROUND) -> Value | None:
    return understand(text, Expected(kind), around)


def stored(value: Value | None) -> str | None:
    return None if value is None else str(to_json(value))


# --- the tables that were written without the code -----------------------------------------------


def rows() -> Iterator[dict[str, Any]]:
    for path in PHRASES:
        listed = yaml.safe_load(path.read_text("utf-8"))
        if listed["type"] in set(Kind):
            for row in listed["rows"]:
                yield {"today": WEDNESDAY.isoformat(), "country": "CA", **listed, **row}


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: f"{row['type']} {row['text']!a}")
def test_a_phrase_means_what_people_mean(row):
    kind, around = Kind(row["type"]), Around(date.fromisoformat(row["today"]), row["country"])

    value = read(kind, row["text"], around)

    if kind is Kind.DECIMAL and row["is"] is not None:
        assert value == Decimal(row["is"])
    else:
        assert stored(value) == row["is"]


def test_each_type_with_a_vocabulary_has_its_table():
    listed = {yaml.safe_load(path.read_text("utf-8"))["type"] for path in PHRASES}

    assert set(Kind) - listed == {Kind.TEXT, Kind.WORD, Kind.CHOICE}


# --- each rule of each type ----------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "text", "meaning"), list(meanings()), ids=ascii)
def test_an_answer_has_its_one_meaning(kind, text, meaning):
    assert stored(read(kind, text)) == meaning


def test_nothing_but_blanks_is_no_answer():
    assert {read(kind, text) for kind in Kind for text in ("", "  \n", "\u200b")} == {None}


@pytest.mark.parametrize(
    ("today", "text", "meaning"),
    [
        pytest.param("2026-12-24", "24/12", "2026-12-24", id="today counts"),
        pytest.param("2026-12-25", "24/12", "2027-12-24", id="passed: next year's"),
        pytest.param("2096-03-01", "29/02", "2104-02-29", id="2100 has no 29 February"),
        pytest.param("2026-12-11", "friday", None, id="on a Friday nobody knows which"),
        pytest.param("2026-12-11", "vendredi prochain", "2026-12-18", id="in a week"),
        pytest.param("2026-12-09", "next friday", None, id="this week's or next week's"),
        pytest.param("2026-12-12", "next friday", "2026-12-18", id="the coming is next week's"),
        pytest.param("2026-12-13", "next monday", "2026-12-14", id="a week begins on Monday"),
        pytest.param("2026-12-13", "sunday next week", "2026-12-20", id="and ends on Sunday"),
        pytest.param("9999-12-31", "demain", None, id="after the last day"),
        pytest.param("9999-12-31", "lundi", None, id="no Monday is left"),
    ],
)
def test_a_day_depends_on_today(today, text, meaning):
    assert stored(read(Kind.DATE, text, Around(date.fromisoformat(today), "CA"))) == meaning


def test_a_national_number_depends_on_the_country():
    assert read(Kind.NUMBER, "06 12 34 56 78", Around(WEDNESDAY, "FR")) == "+33612345678"
    assert read(Kind.NUMBER, "06 12 34 56 78", Around(WEDNESDAY, "??")) is None


# --- ranges and choices --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "text", "meaning"),
    [
        pytest.param("integer 1..5", "1", 1, id="the least"),
        pytest.param("integer 1..5", "cinq", 5, id="the most"),
        pytest.param("integer 1..5", "0", None, id="too little"),
        pytest.param("integer 1..5", "6", None, id="too much"),
        pytest.param("integer -5..", "-5", -5, id="open above"),
        pytest.param("decimal 0..100", "99,99", Decimal("99.99"), id="a decimal"),
        pytest.param("decimal 0..100", "100,01", None, id="a decimal too large"),
        pytest.param("text ..5", " abcde ", "abcde", id="a text's characters"),
        pytest.param("text ..5", "abcdef", None, id="a text too long"),
        pytest.param("text 3..", "ab", None, id="a text too short"),
        pytest.param("code 6..6", "123 456", "123456", id="a code's digits"),
        pytest.param("code 6..6", "12345", None, id="a code too short"),
    ],
)
def test_what_is_out_of_range_is_not_understood(expected, text, meaning):
    kind, _, ends = expected.partition(" ")
    low, high = (Decimal(end) if end else None for end in ends.split(".."))

    assert understand(text, Expected(Kind(kind), low, high), AROUND) == meaning


SPRING = Expected(Kind.DATE, first=date(2027, 3, 1), last=date(2027, 5, 31))


@pytest.mark.parametrize(
    ("expected", "text", "meaning"),
    [
        pytest.param(Expected(Kind.DATE, first=0), "demain", "2026-12-10", id="to come"),
        pytest.param(Expected(Kind.DATE, first=0), "today", "2026-12-09", id="today is the first"),
        pytest.param(Expected(Kind.DATE, first=0), "hier", None, id="past"),
        pytest.param(Expected(Kind.DATE, first=1), "aujourd'hui", None, id="not today"),
        pytest.param(Expected(Kind.DATE, last=60), "1er mai", None, id="too far away"),
        pytest.param(SPRING, "1er mai", "2027-05-01", id="in its span"),
        pytest.param(SPRING, "demain", None, id="out of its span"),
        pytest.param(Expected(Kind.TIME, first=time(8)), "7:59", "19:59", id="the evening alone"),
        pytest.param(Expected(Kind.TIME, first=time(8), last=time(17)), "3h", "15:00", id="one"),
        pytest.param(Expected(Kind.TIME, first=time(8), last=time(17)), "10h", "10:00", id="ten"),
        pytest.param(Expected(Kind.TIME, first=time(8), last=time(17)), "03:00", None, id="sure"),
        pytest.param(Expected(Kind.TIME, first=time(8), last=time(17)), "18h", None, id="late"),
        pytest.param(Expected(Kind.TIME, first=time(2), last=time(20)), "3h", None, id="both"),
    ],
)
def test_a_day_or_time_is_within_its_range(expected, text, meaning):
    assert stored(understand(text, expected, AROUND)) == meaning


PARTS = Expected(
    Kind.CHOICE,
    choices=(
        ("morning", (words("matin"), words("1"), words("AM"))),
        ("evening", (words("en soirée"), words("2"), words("👍"))),
        ("never", (words("merci"), words("matin soir"), words("am"))),
    ),
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("MATIN!", "morning", id="a word"),
        pytest.param("En  soiree svp", "evening", id="two words, and a courtesy"),
        pytest.param("1.", "morning", id="a figure"),
        pytest.param("👍🏽", "evening", id="an emoji"),
        pytest.param("merci", "never", id="a courtesy that is a choice"),
        pytest.param("un", "morning", id="the figure in words"),
        pytest.param("option 2", "evening", id="a figure that is announced"),
        pytest.param("1, matin", "morning", id="two phrases of one value"),
        pytest.param("le matin, le 1", "morning", id="two phrases, each with an article"),
        pytest.param("1, en soirée", None, id="phrases of two values"),
        pytest.param("pas le matin", None, id="a word that turns it round"),
        pytest.param("evening", None, id="the value is no word"),
        pytest.param("demain matin", None, id="one word more"),
        pytest.param("le matin", "morning", id="an article"),
        pytest.param("Le matin, svp", "morning", id="an article and a courtesy"),
        pytest.param("le", None, id="an article alone"),
        pytest.param("matin soirée", None, id="two choices"),
        pytest.param("am", None, id="a word of two choices"),
    ],
)
def test_a_choice_is_one_of_its_phrases(text, value):
    assert understand(text, PARTS, AROUND) == value


@pytest.mark.parametrize(
    ("expected", "written"),
    [
        pytest.param(Expected(Kind.YES_NO), "yes_no", id="a type"),
        pytest.param(Expected(Kind.INTEGER, Decimal(1), Decimal(5)), "integer 1..5", id="a range"),
        pytest.param(Expected(Kind.TEXT, high=Decimal(100)), "text ..100", id="an open range"),
        pytest.param(
            Expected(Kind.CHOICE, choices=(("am", (("matin",), ("le", "matin"))), ("pm", ()))),
            "{am: [matin, le matin], pm: []}",
            id="choices",
        ),
    ],
)
def test_what_is_expected_is_said_as_authors_write_it(expected, written):
    assert str(expected) == written
