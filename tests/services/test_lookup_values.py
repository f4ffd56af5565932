"""What an address answers, read as the types that the rule names, or not at all."""

from __future__ import annotations

import pytest

from bot.core.actions import Lookup
from bot.core.understanding import Expected, Kind, to_json
from bot.services.lookups import read_answer
from tests.core.talking import (
    Talk,
    choice,
    expecting,
)
from tests.services.asking import SOON

# Reading what it said

INTEGER, DECIMAL, TEXT = (expecting(kind) for kind in (Kind.INTEGER, Kind.DECIMAL, Kind.TEXT))


@pytest.mark.parametrize(
    ("expected", "value", "read"),
    [
        (INTEGER, 21, 21),
        (INTEGER, -3, -3),
        (INTEGER, 21.0, 21),
        (INTEGER, "21", 21),
        (INTEGER, 21.5, None),
        (INTEGER, "beau", None),
        (INTEGER, True, None),
        (expecting(Kind.INTEGER, 1, 5), 6, None),
        (DECIMAL, 21.5, "21.5"),
        (DECIMAL, 1.234, "1.234"),
        (DECIMAL, 12.345, "12.345"),
        (DECIMAL, "1.234", "1.234"),
        (DECIMAL, -1.25, "-1.25"),
        (DECIMAL, 1e-7, "0.0000001"),
        (DECIMAL, 1234567.125, "1234567.125"),
        (DECIMAL, -1.125, "-1.125"),
        (DECIMAL, 0.125, "0.125"),
        (DECIMAL, "1,234.5", "1234.5"),
        (DECIMAL, 3.0, "3"),
        (DECIMAL, 1e300, None),
        (TEXT, "Ciel « bleu » 👍", "Ciel « bleu » 👍"),
        (TEXT, 21, "21"),
        (TEXT, 21.5, "21.5"),
        (TEXT, False, None),
        (TEXT, "", None),
        (expecting(Kind.YES_NO), True, "yes"),
        (expecting(Kind.YES_NO), False, "no"),
        (expecting(Kind.YES_NO), "non", "no"),
        (expecting(Kind.YES_NO), 2, None),
        (expecting(Kind.DATE), "2026-12-24", "2026-12-24"),
        (expecting(Kind.DATE), "2026-13-24", None),
        (expecting(Kind.TIME), "14:30", "14:30"),
        (expecting(Kind.NUMBER), "+15145550001", "+15145550001"),
        (expecting(Kind.EMAIL), "a@example.com", "a@example.com"),
        (choice(sun="soleil|sunny", rain="pluie"), "Sunny", "sun"),
        (choice(sun="soleil|sunny", rain="pluie"), "neige", None),
        (TEXT, None, None),
        (TEXT, [], None),
    ],
)
def test_a_value_is_read_as_its_type_or_not_at_all(
    expected: Expected, value: object, read: str | int | None
) -> None:
    lookup = Lookup("https://api.example/", (("a.b", expected),), None, SOON)
    found = read_answer({"a": {"b": value, "c": 1}, "b": 2}, lookup, Talk().turn("x"))

    assert (found and to_json(found["b"])) == read


@pytest.mark.parametrize("answer", [None, [], "x", 3, {}, {"a": None}, {"a": []}, {"a.b": 1}])
def test_what_is_not_where_it_should_be_is_not_there(answer: object) -> None:
    lookup = Lookup("https://api.example/", (("a.b", TEXT),), None, SOON)

    assert read_answer(answer, lookup, Talk().turn("x")) is None
