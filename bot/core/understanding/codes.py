"""Codes: four to ten digits, spaced or hyphened, alone or in a sentence that tells of a code."""

from __future__ import annotations

import re

from bot.core.text import words
from bot.core.understanding.pieces import Piece, alone

FEWEST, MOST = 4, 10


def read_code(piece: Piece) -> str | None:
    """Read the digits of the only code: `123 456`, `G-123456`, `mon code est le 1234`."""
    found = alone(piece.plain, _CODE, _AROUND)
    if found is None:
        return None
    if sum(len(part) >= FEWEST for part in found.split()) > 1:  # two codes as well as one
        return None
    digits = _NOT_DIGITS.sub("", found)
    return digits if FEWEST <= len(digits) <= MOST else None


_CODE = re.compile(r"(?<!\w)(?:[a-z]{1,10}-)?\d+(?:[ -]\d+)*(?!\w)")
_NOT_DIGITS = re.compile(r"\D")
_AROUND = frozenset(
    words(
        "mon ma votre le la les un ce the my your a code codes numero number no n pin nip otp "
        "sms mot passe password passcode est is it s c cest its voici voila here de du d of for "
        "verification confirmation validation securite security secret recu j ai i got received "
        "ok oui yes"
    )
)
