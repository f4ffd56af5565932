"""How many parts a message has, by the table of the VuduMobile document and GSM 03.38.

The document's table: 160, 306, 459… standard characters, 70, 134, 201… when one character
is special, ten parts at most. It names GSM 03.38 for what is special, so that is what decides,
although its own example of a special character (è) stands in that alphabet.
"""

from dataclasses import dataclass
from unicodedata import name

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}\\[~]|€\f")
MAXIMUM = 10
FREE = {
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
"""What GSM 03.38 has in place of a sign that it lacks, and no reader misses."""


@dataclass(frozen=True, slots=True)
class Segments:
    """`encoding` is "GSM-7" or "UCS-2"; `units` are septets or 16-bit units."""

    encoding: str
    units: int
    count: int


def is_gsm(text: str) -> bool:
    """Whether GSM 03.38 can write all of it."""
    return set(text) <= BASIC | EXTENSION


def measure(text: str, *, ucs2: bool = False) -> Segments:
    """What a text costs; `ucs2` forces the wide alphabet. An empty text is one part."""
    if not ucs2 and is_gsm(text):
        units = len(text) + sum(character in EXTENSION for character in text)
        return Segments("GSM-7", units, _parts(units, 160, 153))
    units = len(text.encode("utf-16-be", "surrogatepass")) // 2
    return Segments("UCS-2", units, _parts(units, 70, 67))


def dear(text: str) -> list[tuple[str, str, str | None]]:
    """Each sign that GSM 03.38 lacks: itself, its name, and what is free in its place, if any."""
    lacking = [one for one in dict.fromkeys(text) if one not in BASIC and one not in EXTENSION]
    return [(one, name(one, f"U+{ord(one):04X}").lower(), FREE.get(one)) for one in lacking]


def to_gsm(text: str) -> str:
    """The text with ? for what GSM 03.38 cannot write."""
    return "".join(c if c in BASIC or c in EXTENSION else "?" for c in text)


def _parts(units: int, alone: int, joined: int) -> int:
    return 1 if units <= alone else -(-units // joined)
