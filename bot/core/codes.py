"""Codes: made of the installation's key and never kept; how they are read, hidden and compared.

A code is a decimal truncation, without modulo bias, of HMAC(key, verification, nonce): it is
rendered at the moment of sending, and again for a comparison. What must be kept of a code that
somebody texted is a seal, which is worth nothing without the key.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import date
from unicodedata import normalize

from bot.core.messages import Way
from bot.core.understanding import Around, Expected, Kind, understand

DIGITS = "0123456789"
SIGNS = "CDFGHJKMNPRTWX34679"
"""Of codes that people text to us: no look-alikes, and no vowel, so that none is a word."""
SIGNS_LENGTH = 8
HIDDEN = "#"
"""Stands for each sign of a code wherever a code must not stand."""
FEWEST = 4
"""Digits of the shortest code."""
_BLOCK = 8
"""Bytes of a digest that are one try at a code."""
_GAP = r"[\s.\-_·]*"
_DIGIT_CODE = Expected(Kind.CODE)
_NOWHERE = Around(date(2000, 1, 1), "")
_MANY_DIGITS = re.compile(rf"(?:\d{_GAP}){{{FEWEST}}}")
_SIGNS_RUN = re.compile(rf"(?<!\w)[{SIGNS}]+(?:[\s\-]+[{SIGNS}]+)*(?!\w)")


class Codes:
    """Makes and seals codes by the installation's key."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.new(secret, b"textobot code", hashlib.sha256).digest()
        self._seal = hmac.new(secret, b"textobot code that was texted", hashlib.sha256).digest()

    def digits(self, verification: str, nonce: str, length: int) -> str:
        """Give a verification's code; leading zeros are kept."""
        return self._drawn(verification, nonce, DIGITS, length)

    def signs(self, verification: str, nonce: str) -> str:
        """Give the code that a person is to text to us, without the dash in its middle."""
        return self._drawn(verification, nonce, SIGNS, SIGNS_LENGTH)

    def seal(self, number: str, code: str) -> str:
        """Give what is kept of a code that a number texted."""
        return hmac.new(self._seal, f"{number} {code}".encode(), hashlib.sha256).hexdigest()

    def _drawn(self, verification: str, nonce: str, alphabet: str, length: int) -> str:
        """Truncate: what lies beyond the last whole round of codes is drawn anew."""
        codes, block = len(alphabet) ** length, 256**_BLOCK
        tries = 0
        while True:
            message = f"{verification} {nonce} {tries}".encode()
            digest = hmac.new(self._key, message, hashlib.sha256).digest()
            drawn = int.from_bytes(digest[:_BLOCK])
            if drawn < block - block % codes:
                return _written(drawn % codes, alphabet, length)
            tries += 1


def _written(number: int, alphabet: str, length: int) -> str:
    signs = []
    for _ in range(length):
        number, place = divmod(number, len(alphabet))
        signs.append(alphabet[place])
    return "".join(reversed(signs))


def shown(code: str) -> str:
    """Write a code of signs as people read and type it: `KMP7-3RTX`."""
    return f"{code[: SIGNS_LENGTH // 2]}-{code[SIGNS_LENGTH // 2 :]}"


def read_digits(text: str) -> str | None:
    """Read the code of digits that a text is: `mon code est 123 456`; None: it is none."""
    if _MANY_DIGITS.search(text) is None:
        return None
    code = understand(text, _DIGIT_CODE, _NOWHERE)
    return code if isinstance(code, str) else None


def read_signs(text: str) -> str | None:
    """Read the code of signs in a text, whatever words stand around it; None: there is none."""
    found: set[str] = set()
    plain = text if text.isascii() else _plain(text)  # most are, and it costs
    for run in _SIGNS_RUN.finditer(plain.upper()):
        parts = re.split(r"[\s\-]+", run[0])
        found.update(
            signs
            for first in range(len(parts))
            for last in range(first, min(len(parts), first + SIGNS_LENGTH))
            if len(signs := "".join(parts[first : last + 1])) == SIGNS_LENGTH
        )
    return found.pop() if len(found) == 1 else None  # two are as good as none


def may_hold_code(text: str) -> bool:
    """Tell whether a text may hold a code at all: what most texts do not, and is quickly told."""
    return _MANY_DIGITS.search(text) is not None or read_signs(text) is not None


def read_typed(code: str) -> str:
    """Give what somebody typed into a form as codes are written: no blanks, dashes or width."""
    return re.sub(r"[^0-9A-Z]", "", _plain(code).upper())


def is_same(one: str, other: str) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())


def hide(text: str, codes: Iterable[str]) -> str:
    """Put `#` in the place of each sign of these codes, however they are spaced."""
    for code in codes:
        spelled = _GAP.join(map(re.escape, code))
        spaced = re.compile(rf"(?<![0-9]){spelled}(?![0-9])", re.IGNORECASE)
        text = spaced.sub(HIDDEN * len(code), text)
        if spaced.search(_plain(text)):
            text = spaced.sub(HIDDEN * len(code), _plain(text))
    return text


def said(text: str, code: str, way: Way) -> str:
    """Put a code into the place that is kept for it; a voice reads its digits one by one.

    In a longer run it is the end: `@shop.example.com #` and the code is how browsers want it.
    """
    spoken = ", ".join(code) if way is Way.VOICE else code
    return re.sub(rf"{HIDDEN}{{{len(code)}}}(?!{HIDDEN})", spoken, text)


def blanked(text: str) -> str:
    """Leave nothing of a text that is a code."""
    return re.sub(r"\w", HIDDEN, text)


def _plain(text: str) -> str:
    """Give digits of any script and width as ASCII, without signs that have no width."""
    digits = (str(int(sign)) if sign.isdecimal() else sign for sign in normalize("NFKC", text))
    return re.sub("[\u200b-\u200f\u2060\ufeff]", "", "".join(digits))
