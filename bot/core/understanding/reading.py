"""Reading one piece of text as one answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from decimal import Decimal

from bot.core.understanding.as_typed import LONGEST, read_email, read_text, read_word
from bot.core.understanding.choices import read_choice
from bot.core.understanding.codes import read_code
from bot.core.understanding.dates import read_date
from bot.core.understanding.figures import read_decimal, read_integer
from bot.core.understanding.kinds import Around, Expected, Kind, Value
from bot.core.understanding.numbers import read_number
from bot.core.understanding.pieces import Piece, lay_out
from bot.core.understanding.times import read_time
from bot.core.understanding.yes_no import read_yes_no

MOST_WORDS = 40
"""Of an answer that is no text, courtesies and all."""


def understand(piece: str, expected: Expected, around: Around) -> Value | None:
    """Read all of a piece as what is expected; None where it is not, or has two readings.

    Takes any string, and at most the time that 1,600 characters need.
    """
    if expected.kind is Kind.TEXT:
        return _within(expected, read_text(piece))
    if len(piece) > LONGEST:
        return None
    said = lay_out(piece)
    if len(said.words) > MOST_WORDS:
        return None
    return _within(expected, _read(said, expected, around))


def _read(said: Piece, expected: Expected, around: Around) -> Value | None:
    match expected.kind:
        case Kind.DATE:
            day = read_date(said, around.today)
            return day if day and _within_days(expected, day, around.today) else None
        case Kind.TIME:
            return read_time(said, expected)
        case Kind.NUMBER:
            return read_number(said, around.country)
        case Kind.CHOICE:
            return read_choice(said, expected)
        case kind:
            return _READERS[kind](said)


_READERS: dict[Kind, Callable[[Piece], Value | None]] = {
    Kind.WORD: read_word,
    Kind.INTEGER: read_integer,
    Kind.DECIMAL: read_decimal,
    Kind.EMAIL: read_email,
    Kind.CODE: read_code,
    Kind.YES_NO: read_yes_no,
}


def _within_days(expected: Expected, day: date, today: date) -> bool:
    first, last = (
        today + timedelta(end) if isinstance(end, int) else end
        for end in (expected.first, expected.last)
    )
    assert not isinstance(first, time)
    assert not isinstance(last, time)
    return (first is None or first <= day) and (last is None or day <= last)


def _within(expected: Expected, value: Value | None) -> Value | None:
    """Give the value if it lies in the range: itself, or how long it is."""
    match expected.kind, value:
        case ((Kind.INTEGER | Kind.DECIMAL), (int() | Decimal())):
            size = Decimal(value)
        case ((Kind.TEXT | Kind.CODE), str()):
            size = Decimal(len(value))
        case _:
            return value
    too_small = expected.low is not None and size < expected.low
    too_large = expected.high is not None and size > expected.high
    return None if too_small or too_large else value
