"""One of the choices that an author lists."""

from __future__ import annotations

from bot.core.text import words
from bot.core.understanding.kinds import Expected
from bot.core.understanding.pieces import Piece

_ARTICLES = frozenset({"le", "la", "les", "l", "un", "une", "au", "the", "a", "an"})


def read_choice(piece: Piece, expected: Expected) -> str | None:
    """Give the value that a phrase of the list chooses, courtesies aside."""
    typed, meant = words(piece.typed), piece.words  # a phrase may be a courtesy itself
    for spoken in (typed, meant, _without_article(meant)):
        chosen = {value for value, phrases in expected.choices if spoken in phrases}
        if chosen:
            return chosen.pop() if len(chosen) == 1 else None
    return None


def _without_article(spoken: tuple[str, ...]) -> tuple[str, ...]:
    """Read `le matin` as `matin`, where no choice is called so."""
    return spoken[1:] if len(spoken) > 1 and spoken[0] in _ARTICLES else spoken
