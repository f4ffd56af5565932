"""Figures: integers and decimals, in figures or spelled out.

A mark before three digits parts thousands for some and decimals for others: it is refused, unless
something else in the figure tells which is meant.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple

from bot.core.understanding.pieces import Piece
from bot.core.understanding.spelled import with_figures

MOST_DIGITS = 18
"""Before the mark, and behind it: what any database holds."""


def read_integer(piece: Piece) -> int | None:
    """Read a whole figure: `12`, `-3`, `1 000`, `pour le n° 3`, `vingt et un`, `on est 4`."""
    if piece.words in _NOBODY:
        return 0
    figure = _figure(_NUMBERED.sub("", _COUNTED.sub(r"\g<count>", piece.plain)))
    if figure is None or figure.fraction:
        return None
    return -int(figure.whole) if figure.minus else int(figure.whole)


def read_decimal(piece: Piece) -> Decimal | None:
    """Read any figure, of money or of a hundred too: `12,5`, `$1,234.56`, `douze euros`, `5 %`.

    Equal figures are equal texts: `12,50` is 12.5, and `-0` is 0.
    """
    if piece.words in _NOBODY:
        return Decimal(0)
    plain = _NUMBERED.sub("", piece.plain)
    for unit, plainly in _UNITS:
        plain = unit.sub(plainly, plain)
    figure = _figure(plain)
    if figure is None:
        return None
    fraction = figure.fraction.rstrip("0")
    value = Decimal(f"{int(figure.whole)}.{fraction}" if fraction else int(figure.whole))
    return value.copy_negate() if figure.minus and value else value


class _Figure(NamedTuple):
    minus: bool
    whole: str
    """Digits, at least one."""
    fraction: str
    """Digits, as many as were written."""


def _figure(plain: str) -> _Figure | None:
    """Read a figure that is the whole text, whichever way it is written."""
    if _THOUSANDS_OR_DECIMALS.fullmatch(plain):
        return None
    found = _WRITTEN.fullmatch(plain) or _SPELLED.fullmatch(_in_figures(plain))
    if found is None:
        return None
    whole, fraction = (_NOT_DIGITS.sub("", found[part] or "") for part in ("whole", "fraction"))
    if max(len(whole), len(fraction)) > MOST_DIGITS:
        return None
    return _Figure(bool(found["minus"]), whole or "0", fraction)


def _in_figures(plain: str) -> str:
    """Write what is spelled in figures; nothing where there is more than words and figures."""
    unjoined = _HALF.sub(" virgule cinq", _HYPHEN.sub(" ", plain))
    return " ".join(with_figures(unjoined.split())) if _WORDS.fullmatch(unjoined) else ""


_NUMBERED = re.compile(
    r"\A(?:(?:pour|for|de|of) (?=\S))?(?:(?:le|la|the) (?=\S))?"
    r"(?:(?:n[o°]|num)[. ]*(?=\d)|# ?(?=\d)"
    r"|(?:numero|number|option|choix|choice|reponse|answer)(?: ?[:#]|) (?=\w))?"
)
_COUNTED = re.compile(
    r"""
    \A(?:
        (?P<aged> j['\ ]ai\ )
        | (?:(?:nous|on|we)\ (?:sommes|serons|est|sera|are|will\ be)
        | we['\ ]re | there\ are | party\ of | i['\ ]m | i\ am)[ ]
    )?
    (?P<count> [\w\ -]+?)
    (?(aged)\ ans|(?:\ (?:personnes?|people|persons?|pers|adultes?|adults?|of\ us|years?\ old))?)
    \Z
    """,
    re.VERBOSE,
)
"""People, and how old they are: nothing else is counted in the words for them."""
_NOBODY = frozenset({("aucun",), ("aucune",), ("none",)})
_CURRENCY = r"dollars?|euros?|eur|cad|usd|piasses?|piastres?|bucks?"
_UNITS = (
    (re.compile(r"\A([-+]?)[$€£] ?"), r"\1"),
    (re.compile(rf"(?<=\d)(?:[$€£]| (?:{_CURRENCY}) )(?=\d\d\Z)"), ","),  # 12€50, 12 euros 50
    (re.compile(rf" ?(?:[$€£%°]|(?<![a-z])(?:{_CURRENCY}|(?:pour|per) ?cent))\Z"), ""),
)
_THOUSANDS_OR_DECIMALS = re.compile(r"[-+]?[1-9]\d{0,2}[.,]\d{3}")
_WRITTEN = re.compile(
    r"""
    (?:(?P<minus>-)|\+)?
    (?P<whole>
        \d+
        | [1-9]\d{0,2}(?:\ \d{3})+
        | [1-9]\d{0,2}(?:,\d{3})+(?=\.)     # the other mark tells what this one means
        | [1-9]\d{0,2}(?:\.\d{3})+(?=,)
        | [1-9]\d{0,2}(?:(?:,\d{3}){2,}|(?:\.\d{3}){2,})\Z      # so does its repetition
        | (?=[.,])
    )
    (?:[.,](?P<fraction>\d+))?
    """,
    re.VERBOSE,
)
_HYPHEN = re.compile(r"(?<=[a-z])-(?=[a-z])")
_HALF = re.compile(r" (?:et demie?|and a half)\Z")
_WORDS = re.compile(r"[a-z0-9 ]+")
_SPELLED = re.compile(
    r"(?P<minus>moins |minus )?(?P<whole>\d+)"
    r"(?: (?:virgule|point|comma) (?P<fraction>\d(?: \d)*|(?:0 )*\d+))?"
)
_NOT_DIGITS = re.compile(r"\D")
