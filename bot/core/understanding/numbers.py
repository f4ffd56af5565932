"""Phone numbers, as they are written in a country or with the country's code."""

from __future__ import annotations

import re

import phonenumbers

from bot.core.text import words
from bot.core.understanding.pieces import Piece, alone

MOST_DIGITS = 20
"""Of any number with what is dialled before it."""


def read_number(piece: Piece, country: str) -> str | None:
    """Give the only number of a piece as E.164, if numbers like it exist."""
    found = alone(piece.plain, _NUMBER, _AROUND)
    digits = "" if found is None else _NOT_DIGITS.sub("", found)
    if found is None or len(digits) > MOST_DIGITS:
        return None
    try:
        number = phonenumbers.parse("+" * found.startswith("+") + digits, country)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_NUMBER = re.compile(r"(?<![\w+])(?:\+ ?)?[(\[]?\d(?:[ ()\[\].\-/]*\d)+(?!\w)")
_NOT_DIGITS = re.compile(r"\D")
_AROUND = frozenset(
    words(
        "mon ma le au a my the our numero number no n de du telephone tel phone cell cellulaire "
        "mobile portable cel est is it s c cest its voici here at "
        "call me appelez moi rejoignez joindre reach"
    )
)
