"""What ordinary traffic teaches about how a gateway lists the messages that it took from us.

A message whose taking is certain is an echo once the gateway lists it: it shows how long that
took and what became of the text on the way. Only what was seen in this manner lets a message that
is *not* listed count as not taken (`bot.core.reconcile`).
"""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEPT = 200
"""Echoes remembered: a day of little traffic, an hour of much."""
RECENT = 20
"""Echoes that must have come back unchanged before a listing counts as exact."""
EXACT = 1
"""The worst level of an unchanged text: blanks at the ends and doubled blanks carry no meaning."""
ASSUMED_LAG = 5.0
"""Seconds until a message is listed, where nothing longer was measured."""
QUANTILE = 0.999

LEVELS = range(5)
"""How far a listed text is from ours: see `level`."""
UNLIKE = 5
"""The level of an echo, known by its id, whose text could not be recognised."""
PREFIX = 4
SHORTEST_PREFIX = 60
"""Characters that must agree before one text passes for the beginning of the other: under half of
one segment, and still longer than the greetings that different replies begin with."""

_BLANKS = re.compile(r"[ \t]+")
_QUESTIONS = re.compile(r"\?+")
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": "...",
        "œ": "oe",
        "Œ": "OE",
        "æ": "ae",
        "Æ": "AE",
        # Zero-width characters: gateways drop them as often as they show them.
        **dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff\u00ad", ""),
    }
)
_ESCAPED = frozenset("[]{}\\^~|")
"""ASCII that GSM 03.38 has in its extension table only: some gateways cannot write it."""


@dataclass(frozen=True, slots=True)
class Echo:
    """A message that was certainly taken, seen in the gateway's listing."""

    lag: float
    """Seconds from its taking to the first reading that showed it."""
    level: int
    """What became of its text: see `level`; or `UNLIKE`."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """What is known of one gateway's listing."""

    echoes: tuple[Echo, ...] = ()
    """The last ones, oldest first."""
    missing: int = 0
    """Messages certainly taken that were looked for and not listed, since the last echo."""
    tried: Mapping[str, Any] = field(default_factory=dict)
    """What `doctor --calibrate` found out, in JSON; see `bot.services.calibrating`."""

    def seen(self, lag: float, level: int | None) -> Calibration:
        """Add an echo, with what `level` says of its text; the listing shows what it should."""
        echo = Echo(max(0.0, lag), UNLIKE if level is None else level)
        return Calibration((*self.echoes, echo)[-KEPT:], tried=self.tried)

    def missed(self) -> Calibration:
        """Note that a message certainly taken is not listed though its time has come."""
        return Calibration(self.echoes, self.missing + 1, self.tried)

    def found(self, **tried: object) -> Calibration:
        """Keep what was tried out beside what ordinary traffic teaches."""
        return Calibration(self.echoes, self.missing, {**self.tried, **tried})

    @property
    def exact(self) -> bool:
        """Whether the listing is known to show texts as we sent them."""
        return bool(self.echoes) and all(echo.level <= EXACT for echo in self.echoes[-RECENT:])

    @property
    def levels(self) -> frozenset[int]:
        """The levels at which our texts have come back."""
        return frozenset(echo.level for echo in self.echoes)

    @property
    def lag(self) -> float:
        """Seconds after which all but one message in a thousand are listed."""
        if not self.echoes:
            return ASSUMED_LAG
        lags = sorted(echo.lag for echo in self.echoes)
        return max(ASSUMED_LAG, lags[math.ceil(QUANTILE * len(lags)) - 1])

    def to_json(self) -> dict[str, Any]:
        """Give it as the store keeps it."""
        return {
            "echoes": [[echo.lag, echo.level] for echo in self.echoes],
            "missing": self.missing,
            "tried": dict(self.tried),
        }

    @classmethod
    def from_json(cls, stored: object) -> Calibration:
        """Undo `to_json`. What makes no sense is left out: it will be learned again."""
        if not isinstance(stored, Mapping):
            return cls()
        rows = stored.get("echoes")
        echoes = [_echo(row) for row in rows] if isinstance(rows, list) else []
        missing = stored.get("missing")
        return cls(
            tuple(echo for echo in echoes if echo is not None)[-KEPT:],
            missing if type(missing) is int and missing > 0 else 0,
            tried if isinstance(tried := stored.get("tried"), Mapping) else {},
        )


def _echo(row: object) -> Echo | None:
    match row:
        case [int() | float() as lag, int() as level] if 0 <= lag < math.inf:
            return Echo(float(lag), level) if level in (*LEVELS, UNLIKE) else None
    return None


def level(ours: str, listed: str) -> int | None:
    """Say how far a listed text is from ours; None: it is another text.

    0 equal, but for the composition of accents and the line ends · 1 blanks trimmed, runs of
    blanks one · 2 HTML entities undone · 3 folded to what every phone can show, the rest `?` ·
    4 one is the beginning of the other (cut off, or only its first segment is listed).
    """
    if _composed(ours) == _composed(listed):
        return 0
    if _trimmed(ours) == _trimmed(listed):
        return 1
    ours, listed = _unescaped(ours), _unescaped(listed)
    if ours == listed:
        return 2
    pairs = [(fold(ours), fold(listed)) for fold in (_without_accents, _questioned)]
    if any(one == other for one, other in pairs):
        return 3
    return PREFIX if any(_begins(*sorted(pair, key=len)) for pair in pairs) else None


def number_key(number: str) -> str:
    """Give what two spellings of one number share.

    Digits alone; a North American number with or without its leading 1. Alphabetic senders, which
    have no digits, in lower case.
    """
    digits = "".join(sign for sign in number if sign in "0123456789")
    if len(digits) == 11 and digits.startswith("1"):
        return digits[1:]
    return digits or number.strip().casefold()


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def _trimmed(text: str) -> str:
    return _BLANKS.sub(" ", _composed(text)).strip()


def _unescaped(text: str) -> str:
    """Twice, since a listing of a listing escapes twice."""
    return _trimmed(html.unescape(html.unescape(text)))


def _without_accents(text: str) -> str:
    """As gateways fold that know which letter an accent sits on."""
    parts = unicodedata.normalize("NFKD", text.translate(_TYPOGRAPHY))
    return _questioned("".join(sign for sign in parts if not unicodedata.combining(sign)))


def _questioned(text: str) -> str:
    """As gateways fold that know ASCII or Latin-1 alone: what any of them may lose is `?`.

    Runs of `?` are one: a sign outside the basic plane comes back as one or as two.
    """
    blanks_one = " ".join(text.translate(_TYPOGRAPHY).split())
    plain = (sign if sign.isascii() and sign not in _ESCAPED else "?" for sign in blanks_one)
    return _QUESTIONS.sub("?", "".join(plain))


def _begins(shorter: str, longer: str) -> bool:
    return len(shorter) >= SHORTEST_PREFIX and longer.startswith(shorter)
