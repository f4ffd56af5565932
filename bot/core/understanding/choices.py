"""One of the choices that an author lists."""

from __future__ import annotations

from bot.core.text import words
from bot.core.understanding.kinds import Expected
from bot.core.understanding.pieces import Piece


def read_choice(piece: Piece, expected: Expected) -> str | None:
    """Give the value that a phrase of the list chooses, courtesies aside."""
    for spoken in (words(piece.typed), piece.words):  # a phrase may be a courtesy itself
        chosen = {value for value, phrases in expected.choices if spoken in phrases}
        if chosen:
            return chosen.pop() if len(chosen) == 1 else None
    return None
