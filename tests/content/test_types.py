"""The types of `expect`: what an author writes, and what it means."""

from datetime import date, time
from decimal import Decimal

import pytest

from bot.content.types import expected
from bot.core.understanding import Expected, Kind
from bot.validation import Wrong


def of(kind: Kind, low: str | None = None, high: str | None = None) -> Expected:
    first, last = (None if end is None else Decimal(end) for end in (low, high))
    return Expected(kind, first, last)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        *(pytest.param(kind.value, of(kind), id=kind) for kind in Kind if kind is not Kind.CHOICE),
        pytest.param("integer 1..5", of(Kind.INTEGER, "1", "5"), id="both ends"),
        pytest.param("integer 1..", of(Kind.INTEGER, "1"), id="no upper end"),
        pytest.param("integer ..5", of(Kind.INTEGER, None, "5"), id="no lower end"),
        pytest.param("integer -5..-1", of(Kind.INTEGER, "-5", "-1"), id="below zero"),
        pytest.param("  integer   1 .. 5 ", of(Kind.INTEGER, "1", "5"), id="blanks"),
        pytest.param("decimal 0..0.5", of(Kind.DECIMAL, "0", "0.5"), id="a fraction"),
        pytest.param("text ..100", of(Kind.TEXT, None, "100"), id="characters"),
        pytest.param("date today..", Expected(Kind.DATE, first=0), id="from today"),
        pytest.param(
            "date tomorrow..today+60d", Expected(Kind.DATE, first=1, last=60), id="days from today"
        ),
        pytest.param("date ..yesterday", Expected(Kind.DATE, last=-1), id="what is past"),
        pytest.param(
            "date 2026-06-01..2026-08-31",
            Expected(Kind.DATE, first=date(2026, 6, 1), last=date(2026, 8, 31)),
            id="a summer",
        ),
        pytest.param(
            "time 8:00..17h30", Expected(Kind.TIME, first=time(8), last=time(17, 30)), id="hours"
        ),
        pytest.param("code 6", of(Kind.CODE, "6", "6"), id="so many digits"),
        pytest.param("code 4..8", of(Kind.CODE, "4", "8"), id="from so many digits to so many"),
        pytest.param(
            {"am": ["Matin", "1"], "pm": "l'après-midi"},
            Expected(
                Kind.CHOICE,
                choices=(("am", (("matin",), ("1",))), ("pm", (("l", "apres", "midi"),))),
            ),
            id="a choice",
        ),
        pytest.param(
            {"am": {"fr": ["matin"], "en": ["morning", "MATIN"]}},
            Expected(Kind.CHOICE, choices=(("am", (("matin",), ("morning",))),)),
            id="a choice by language",
        ),
    ],
)
def test_a_type_is_read(written, meant):
    assert expected(written) == meant


@pytest.mark.parametrize(
    "kind", [kind for kind in Kind if kind is not Kind.CHOICE], ids=lambda kind: kind.value
)
def test_equal_types_are_one_value(kind):
    assert expected(f"{kind}") is expected(f" {kind}")


@pytest.mark.parametrize(
    ("written", "what", "remedy"),
    [
        ("intger", "there is no type 'intger'", "did you mean integer?"),
        ("zzz", "there is no type 'zzz'", "known here: text, word"),
        ("choice", "a choice names its values", "write {value: [words]"),
        ("integer 1-5", "'1-5' is no range", "write integer 1..5, or integer 1.."),
        ("integer 1,5..2", "is no range", "write integer 1..5"),
        ("integer ..", "'..' is no range", "write integer 1..5"),
        ("integer 5", "a range has two ends", "write integer 5.. or integer ..5"),
        ("integer 5..1", "ends before it begins", "write integer 1..5"),
        ("integer 1..2.5", "whole ends", "leave the fraction out"),
        ("code x", "'x' is no range", "write code 6, or code 4..8"),
        ("code 3", "out of bounds", "write from 4 to 10 digits"),
        ("text 0..5000", "out of bounds", "write from 1 to 1600 characters"),
        ("email 1..5", "email has no range", "write email alone"),
        ("date 1..5", "'1' is no range of a date", "write date today.., date today..today+60d"),
        ("date today", "'today' is no range of a date", "write date today.."),
        ("date 2026-13-01..", "'2026-13-01' is no range of a date", "write date today.."),
        ("date tomorrow..today", "ends before it begins", "write date today..tomorrow"),
        ("time 8..17", "'8' is no range of a time", "write time 08:00..17:00"),
        ("time 25:00..", "'25:00' is no range of a time", "write time 08:00..17:00"),
        ("time 17:00..8:00", "ends before it begins", "write time 8:00..17:00"),
        (["a", "b"], "a choice names its values", "write each with its words: {a: [a]"),
        ({}, "this is no type", "or {value: [words]}"),
        ({"hour": "time"}, "'hour' is no name here", "write the type alone: time"),
        ({"vote": "integer 1..5"}, "'vote' is no name here", "alone: integer 1..5"),
        ({"a": []}, "no list of words", "write [one, another]"),
        ({"": ["x"]}, "no value of a choice", "write {value: [words]"),
        ({"a": ["!?"]}, "'!?' has no word in it", "write a word or an emoji"),
        ({"a": ["Arrêt"]}, "the built-in word 'arret'", "choose another word"),
        ({"a": ["x"], "b": ["X!"]}, "'X!' chooses 'a' already", "leave it out of one"),
    ],
)
def test_what_is_no_type_is_refused(written, what, remedy):
    with pytest.raises(Wrong) as caught:
        expected(written)

    assert what in caught.value.what
    assert remedy in caught.value.remedy


def test_all_that_is_wrong_with_a_choice_is_told_at_its_words():
    with pytest.raises(Wrong) as caught:
        expected({"a": ["x", "?"], "b": {"fr": ["x", "stop"], "french": ["y"]}, "c": [["z"]]})

    assert [one.at for one in caught.value.all_within()] == [
        *(("a", 1), ("b", "french"), ("c", 0)),
    ]
