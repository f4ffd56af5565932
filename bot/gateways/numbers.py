"""Phone numbers as vendors write them, and as we do: E.164 with `+`."""

from __future__ import annotations

from functools import lru_cache

LONGEST = 32
"""Characters kept of a sender that is no number."""

NATIONAL = {"1": 10, "33": 9}
"""Digits of a number within its country."""
TRUNK = {"1": "1", "33": "0"}
"""What is dialled before them there."""

_SEPARATORS = str.maketrans("", "", " .-()/\u00a0\u202f")


@lru_cache(maxsize=16_384)
def e164(written: str, country: str) -> str:
    """Give a number as we write it; short codes and names as they came, without what hides.

    `country` is that of the vendor, as in `NATIONAL`: what has no country of its own is there.
    """
    bare = written.translate(_SEPARATORS)
    international = bare.startswith(("+", "00"))
    digits = bare.removeprefix("+").removeprefix("00") if international else bare
    if digits.isascii() and digits.isdigit():
        if (international and 7 <= len(digits) <= 15) or 11 <= len(digits) <= 15:
            return f"+{digits}"
        national = digits.removeprefix(TRUNK[country])
        if len(national) == NATIONAL[country] and not international:
            return f"+{country}{national}"
    visible = "".join(sign for sign in written if sign.isprintable())
    return visible.strip()[:LONGEST]


def spelled(value: object) -> str:
    """Give a number that was written as a string or an integer. Raises `ValueError` for others."""
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError("this is no phone number")
