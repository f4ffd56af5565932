"""Dates, times and numbers as people write them, in characters that cost nothing in an SMS.

What cannot be written so is given back as text: a filter never fails on what somebody texted.
"""

from __future__ import annotations

from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation

_FRENCH = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "décembre"),  # GSM 03.38 has no û
)
_ENGLISH = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def written_date(value: object, language: str, timezone: tzinfo) -> str:
    """Write a day: `24 décembre 2026`, `December 24, 2026`; in other languages `2026-12-24`."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(timezone)
    if not isinstance(value, date):
        return str(value)
    match language:
        case "fr":
            day = "1er" if value.day == 1 else value.day
            return f"{day} {_FRENCH[value.month - 1]} {value.year}"
        case "en":
            return f"{_ENGLISH[value.month - 1]} {value.day}, {value.year}"
        case _:
            return f"{value:%Y-%m-%d}"


def written_time(value: object, language: str, timezone: tzinfo) -> str:
    """Write a time of day: `14 h 05`, `2:05 p.m.`; in other languages `14:05`."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(timezone)
    if not isinstance(value, datetime | time):
        return str(value)
    match language:
        case "fr":
            return f"{value.hour} h {value:%M}" if value.minute else f"{value.hour} h"
        case "en":
            return f"{value.hour % 12 or 12}:{value:%M} {'p.m.' if value.hour >= 12 else 'a.m.'}"
        case _:
            return f"{value:%H:%M}"


def written_number(value: object, language: str) -> str:
    """Write a number: `12 345,5`, `12,345.5`; in other languages `12345.5`."""
    plain = str(value)
    try:
        number = Decimal(plain if len(plain) < 40 else "NaN")
    except InvalidOperation:
        return plain
    if not number.is_finite() or not -20 < number.adjusted() < 20 or len(f"{number:,f}") > 40:
        return plain
    match language:
        case "fr":
            return f"{number:,f}".translate({ord(","): " ", ord("."): ","})
        case "en":
            return f"{number:,f}"
        case _:
            return f"{number:f}"


SHORT = 1400
"""Characters that `short` leaves of a text, so that there is room around it."""


def shortened(value: object) -> str:
    """Give the beginning of a text that may be too long to be passed on whole."""
    text = str(value)
    return text if len(text) <= SHORT else f"{text[: SHORT - 3].rstrip()}..."
