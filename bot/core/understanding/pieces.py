"""A piece of text laid out for reading: what it says, without what never decides."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.core.courtesies import COURTESIES, phrases, single, without_courtesies
from bot.core.text import marked, words


@dataclass(frozen=True, slots=True)
class Piece:
    """What somebody texted where one answer is expected."""

    typed: str
    plain: str
    """Folded, signs kept, without courtesies and outer punctuation: `14h30`, `-12,5 $`."""
    words: tuple[str, ...]
    """Its words in normal form, without courtesies."""


def lay_out(typed: str) -> Piece:
    """Lay out a piece, in time linear in its length."""
    plain = marked(typed)
    return Piece(typed, _trimmed(_without_courtesies(plain)), said(words(typed)))


def said(spoken: tuple[str, ...]) -> tuple[str, ...]:
    """Give words in normal form without the courtesies around them."""
    begin, end = meant(spoken)
    return spoken[begin:end]


def meant(spoken: Sequence[str]) -> tuple[int, int]:
    """Give where words in normal form begin and end but for courtesies and greetings."""
    return without_courtesies([single(word) for word in spoken], _POLITE)


def alone(plain: str, wanted: re.Pattern[str], around: Collection[str]) -> str | None:
    """Give the only thing of its form in a piece, if all the words around it are of those."""
    found = list(wanted.finditer(plain))
    if len(found) != 1:
        return None
    begin, end = found[0].span()
    others = plain[:begin], plain[end:]
    if any(_STRAY.search(other) for other in others):
        return None
    if not all(word in around for other in others for word in said(words(other))):
        return None
    return found[0][0]


_SMILES = "🙏🙂😊☺😀😃😄😁❤"
_POLITE = COURTESIES | phrases(
    """bonjour, bonsoir, salut, allo, coucou, hello, hi, hey, good morning, good evening
    monsieur, madame, sir, maam, ma am, si possible, if possible, stp merci
    je {voudrais|prends|prendrais|choisis}, j aimerais, ce {sera|serait}, ca {sera|serait}
    i {want|choose|pick|take|would like}, i ll take, i d like, it {is|would be|will be}"""
).union(_SMILES)
"""Beside an answer a greeting or a smile says nothing; other emoji may well. Nor does what people
begin a sentence with that says it."""

_WORD = re.compile(rf"[^\W_]+|[{_SMILES}]")
OUTER = "\"'.,;:!?¿¡()[]{}*_ "
_LEADING = re.compile(rf"[{re.escape(OUTER)}-]*")
_SIGN = re.compile(r"-.*\Z|(?<![.,])[.,]\Z")
_STRAY = re.compile(r"[^\w\s\"'«»“”.,;:!?()\[\]<>*=#°-]")


def _without_courtesies(plain: str) -> str:
    spans = [word.span() for word in _WORD.finditer(plain)]
    begin, end = meant([plain[a:b] for a, b in spans])
    after = spans[begin - 1][1] if begin else 0
    before = spans[end][0] if end < len(spans) else len(plain)
    return plain[after:before]


def _trimmed(plain: str) -> str:
    """Cut outer punctuation off, but for what may be the start of a figure: `-3`, `,5`."""
    plain = plain.rstrip(f"{OUTER}-")
    led = _LEADING.match(plain)
    assert led is not None  # it matches nothing as well
    begin = led.end()
    sign = _SIGN.search(led[0])
    return plain[begin if sign is None else sign.start() :].strip()
