"""What patterns see of a text: folded like its words, with its punctuation, and the way back.

Case, accents, width, typographic quotes, repeated blanks and zero-width characters are gone from
it, one character at a time; what a pattern captured can therefore be given as it was typed.
"""

from __future__ import annotations

from itertools import pairwise
from unicodedata import category

from bot.core.text import marked, words


def plain(text: str) -> str:
    """Fold a text: `« L’ÉTÉ »` is `" l'ete "`. Blanks are single, and none is at an end."""
    return " ".join(text.translate(_PLAIN).split())


def plain_character(character: str) -> str:
    """Fold one character: to itself, another, several or nothing; to a blank, if it is one."""
    return _PLAIN[ord(character)]


def within_punctuation(folded: str) -> tuple[int, int]:
    """Say where a folded text begins and ends but for the punctuation around it."""
    begin, end = 0, len(folded)
    while begin < end and _is_punctuation(folded[begin]):
        begin += 1
    while begin < end and _is_punctuation(folded[end - 1]):
        end -= 1
    return begin, end


def _is_punctuation(character: str) -> bool:
    return not character.isalnum() and not words(character)


class Typed:
    """The way back from a folded text to what was typed."""

    def __init__(self, text: str, offset: int = 0) -> None:
        self._text = text
        self._places = _places(text)[offset:]

    def between(self, begin: int, end: int) -> str:
        """Give what was typed for a part of the folded text, each character with its accents.

        Places are counted from the offset. A part that is not there, from -1 to -1, is empty.
        """
        if begin >= end:
            return ""
        after = self._places[end - 1] + 1
        while after < len(self._text) and _belongs_to_the_last(self._text[after]):
            after += 1
        return self._text[self._places[begin] : after]


def _places(text: str) -> list[int]:
    """Say of each character of the folded text where it was typed."""
    every = [place for place, character in enumerate(text) for _ in _PLAIN[ord(character)]]
    folded = f" {text.translate(_PLAIN)}"
    if "  " not in folded:
        return every
    pairs = zip(every, pairwise(folded), strict=True)
    return [place for place, pair in pairs if pair != (" ", " ")]


def _belongs_to_the_last(character: str) -> bool:
    """Tell accents and skin tones, which fold to nothing, from invisible blanks, which also do."""
    return not _PLAIN[ord(character)] and category(character) not in {"Cf", "Cc"}


class _Plain(dict[int, str]):
    """Each character folded, worked out when it is first met; what `str.translate` asks."""

    def __missing__(self, code: int) -> str:
        character, kind = chr(code), category(chr(code))
        if kind == "Cs" or character.isspace():
            folded = " "
        else:
            folded = "-" if kind == "Pd" else _QUOTES.get(character, marked(character))
        if len(self) < 0x4000:  # who texts us all of Unicode does not fill our memory
            self[code] = folded
        return folded


_PLAIN = _Plain()
_QUOTES = {"´": "'", "‚": "'", "„": '"', "″": '"'}
"""Those that Unicode takes for something else."""
