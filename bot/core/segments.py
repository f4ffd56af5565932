"""What a text costs: segments by GSM 03.38, and free replacements for what makes French dear.

One character outside GSM 03.38 takes the whole text to UCS-2, and 160 characters to 70. The
alphabet has é è à ù ì ò Ç and €; it lacks ç ê œ, the typographic quotes and the no-break spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from unicodedata import name, normalize

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
"""An escape and a letter each: two septets, which never part at the end of a segment."""
_ALPHABET = BASIC | EXTENSION


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs."""

    encoding: str
    """`GSM-7` or `UCS-2`."""
    units: int
    """Septets, or UTF-16 code units."""
    count: int
    """Segments. An empty text is one, too."""
    dear: tuple[str, ...] = ()
    """The characters that force UCS-2, each once, in the order of the text."""


def segments(text: str) -> Segments:
    """Count the segments of a text as it is (nothing is replaced)."""
    characters = set(text)
    foreign = characters - BASIC - EXTENSION
    if foreign:
        wide = {character for character in characters if character > "\uffff"}
        units = _units(text, wide)
        dear = tuple(character for character in dict.fromkeys(text) if character in foreign)
        return Segments("UCS-2", units, _count(text, wide, units, 70, 67), dear)
    wide = characters & EXTENSION
    units = _units(text, wide)
    return Segments("GSM-7", units, _count(text, wide, units, 160, 153))


def _units(text: str, wide: set[str]) -> int:
    return len(text) + sum(map(text.count, wide))


def _count(text: str, wide: set[str], units: int, alone: int, joined: int) -> int:
    """Count the segments; a `wide` character is two units that stay in one segment."""
    if units <= alone:
        return 1
    if not wide:
        return -(-units // joined)
    count, room = 1, joined
    for character in text:
        size = 2 if character in wide else 1
        if size > room:
            count, room = count + 1, joined
        room -= size
    return count


FREE: Mapping[str, str] = {
    **dict.fromkeys("’‘‚‛′‹›´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‐‑‒–—―−•", "-"),
    **dict.fromkeys("\u00a0\u2002\u2003\u2007\u2008\u2009\u200a\u202f\u205f", " "),
    **dict.fromkeys("\u00ad\u200b\u2060\ufeff", ""),
    "…": "...",
    "œ": "oe",
    "Œ": "OE",
    "×": "x",
    "ﬁ": "fi",
    "ﬂ": "fl",
}
"""What costs nothing in place of a dear sign. Nothing is replaced by itself: it is proposed."""
_FREE = str.maketrans(dict(FREE))
_QUOTATION = re.compile(r"«\s?|\s?»")


def cheapen(text: str) -> str:
    """Replace what GSM 03.38 lacks and no reader misses; letters keep their accents."""
    plain = _QUOTATION.sub('"', normalize("NFC", text))
    return plain.translate(_FREE)


@dataclass(frozen=True, slots=True)
class Sign:
    """A dear sign, and what is free in its place."""

    sign: str
    free: str | None
    """None: nothing is."""

    def __str__(self) -> str:
        shown = self.sign
        if not shown.isprintable() or shown.isspace():
            shown = name(shown, f"U+{ord(shown):04X}").lower()
        if self.free is None:
            return f"{shown} (nothing free)"
        return f"{shown} (free: {FREE_SHOWN.get(self.free, self.free)})"


FREE_SHOWN = {" ": "a blank", "": "leave it out"}


def signs(dear: Iterable[str]) -> tuple[Sign, ...]:
    """Say of each dear sign what is free in its place."""
    return tuple(Sign(one, FREE.get(one)) for one in dear)


def is_dear(text: str) -> bool:
    """Tell whether a text leaves GSM 03.38."""
    return not _ALPHABET.issuperset(text)
