"""One of the choices that an author lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bot.core.text import words
from bot.core.understanding.kinds import Expected
from bot.core.understanding.pieces import Piece
from bot.core.understanding.spelled import with_figures

Words = tuple[str, ...]

_LEAD_INS = frozenset({"pour", "en", "dans", "for", "in", "at", "on"})
_ARTICLES = frozenset({"le", "la", "les", "l", "un", "une", "au", "the", "a", "an"})
_NUMBERED = frozenset({"option", "choix", "choice", "numero", "number", "reponse", "answer"})


def read_choice(piece: Piece, expected: Expected) -> str | None:
    """Give the value that a phrase of the list chooses, courtesies and small words aside.

    Several phrases of one value choose it too: `1, matin`.
    """
    chosen = _values(expected)
    for spoken in _ways(piece):
        if spoken in chosen:
            return chosen[spoken]
    values = set(_parts(piece.words, chosen))
    return values.pop() if len(values) == 1 else None


def _values(expected: Expected) -> dict[Words, str | None]:
    """Give what each phrase chooses: nothing where two values have it. `deux` is also `2`."""
    chosen: dict[Words, str | None] = {}
    for value, phrases in expected.choices:
        for phrase in phrases:
            chosen[phrase] = value if chosen.get(phrase, value) == value else None
    for phrase, known in list(chosen.items()):
        chosen.setdefault(tuple(with_figures(phrase)), known)
    return chosen


def _ways(piece: Piece) -> Iterator[Words]:
    """Yield what was said, the nearest to what was typed first: a phrase may be a courtesy."""
    bare = _bare(piece.words)
    yield words(piece.typed)
    yield piece.words
    yield bare
    yield tuple(with_figures(bare))


def _bare(spoken: Words) -> Words:
    """Read `le matin`, `in the morning` as `matin`, `morning`, and `option 1` as `1`."""
    for small in (_LEAD_INS, _ARTICLES, _NUMBERED):
        spoken = spoken[1:] if len(spoken) > 1 and spoken[0] in small else spoken
    return spoken


def _parts(spoken: Words, chosen: Mapping[Words, str | None]) -> Iterator[str | None]:
    """Yield what each phrase chooses, where there is nothing but phrases; else also None."""
    longest, at = max(map(len, chosen), default=0) + _SMALL, 0
    while at < len(spoken):
        sizes = range(min(longest, len(spoken) - at), 0, -1)
        found = next((n for n in sizes if _bare(spoken[at : at + n]) in chosen), 1)
        yield chosen.get(_bare(spoken[at : at + found]))
        at += found


_SMALL = 3
"""Small words that may stand before a phrase."""
