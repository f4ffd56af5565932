"""Answers that stay as they were typed: a text, a word, an e-mail address."""

from __future__ import annotations

import re
from unicodedata import category, normalize

from bot.core.courtesies import single, without_courtesies
from bot.core.text import marked, words
from bot.core.understanding.pieces import Piece, alone

LONGEST = 1600
"""Characters: what the longest text of ten segments holds."""


def read_text(typed: str) -> str | None:
    """Take anything that says something, trimmed."""
    text = typed.strip()
    return text if len(text) <= LONGEST and words(text) else None


def read_word(piece: Piece) -> str | None:
    """Take one word as typed. An apostrophe or a hyphen may join it together: `Jean-Luc`."""
    units = [unit for unit in piece.typed.split() if words(unit)]
    if len(units) > 1:
        said = [(word, place) for place, unit in enumerate(units) for word in words(unit)]
        begin, end = without_courtesies([single(word) for word, _ in said])
        units = [units[place] for place in sorted({place for _, place in said[begin:end]})]
    if len(units) != 1:
        return None
    word = _without_punctuation(units[0])
    return word if len(words(word)) == 1 or _JOINED.fullmatch(marked(word)) else None


def read_email(piece: Piece) -> str | None:
    """Take one plain address; its domain, which has no case, in small letters."""
    typed = "".join(one for one in normalize("NFKC", piece.typed) if category(one) != "Cf")
    found = alone(_MAILTO.sub("", typed), _ADDRESS_LIKE, _AROUND_ADDRESS)
    address = "" if found is None else _without_punctuation(found)
    if not _ADDRESS.fullmatch(address):
        return None
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.lower()}" if len(local) <= 64 and len(address) <= 254 else None


def _without_punctuation(word: str) -> str:
    begin, end = 0, len(word)
    while begin < end and category(word[begin])[0] in "PZC":
        begin += 1
    while begin < end and category(word[end - 1])[0] in "PZC":
        end -= 1
    return word[begin:end]


_JOINED = re.compile(r"[^\W_]+(?:['-][^\W_]+)+")
_MAILTO = re.compile(r"\bmailto:", re.IGNORECASE)
_ADDRESS_LIKE = re.compile(r"[^\s<>()\[\],;:\"«»“”]*@[^\s<>()\[\],;:\"«»“”]*")
_ATOM, _LABEL = r"[\w!#$%&'*+/=?^`{|}~-]+", r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(
    rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+(?:[a-z]{{2,63}}|xn--[a-z0-9-]{{1,59}})",
    re.ASCII | re.IGNORECASE,
)
_AROUND_ADDRESS = frozenset(
    words(
        "mon ma notre my our courriel mail e email adresse address est c is it s the le l voici a "
        "at here"
    )
)
