"""Reading several answers out of one text, each in its place: `3 demain 14h`.

Every way to divide the words among the fields is tried, field by field. No more than two ways to
one place are remembered: two are already one too many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from bot.core.text import words
from bot.core.understanding.as_typed import LONGEST
from bot.core.understanding.kinds import Around, Expected, Kind, Value
from bot.core.understanding.pieces import said
from bot.core.understanding.reading import understand

LONGEST_ANSWER = 12
"""Words of an answer that is no text."""
MOST_WORDS = 32
"""Words among which answers are looked for; beyond them goes only a text in the last place."""

_Way = tuple[Value, ...]


def understand_all(
    rest: str, fields: Sequence[tuple[str, Expected]], around: Around
) -> dict[str, Value] | None:
    """Read the answers to all fields, in their order, with no word left over.

    None where they cannot be read, or could be divided so that they mean something else. A text
    in the last place takes all that the answer before it does not: what may belong to that answer
    belongs to it, but for figures, which may as well begin the text.
    """
    names, expected = [name for name, _ in fields], [one for _, one in fields]
    if not fields or len(rest.strip()) > LONGEST:
        return None
    if len(fields) == 1:
        value = understand(rest, expected[0], around)
        return None if value is None else {names[0]: value}
    spoken = _lay_out(rest)
    way = _closed_by_text if expected[-1].kind is Kind.TEXT else _all_used
    values = way(spoken, expected, around)
    return None if values is None else dict(zip(names, values, strict=True))


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A text by its words as typed, each with the punctuation behind it."""

    typed: str
    spans: tuple[tuple[int, int], ...]
    """Where each begins and ends."""
    words: tuple[tuple[str, ...], ...]
    """What each is in normal form: `l'arrêt` is two."""

    def piece(self, begin: int, end: int) -> str:
        """Give some of the words as typed."""
        return self.typed[self.spans[begin][0] : self.spans[end - 1][1]]

    def goes_on(self, place: int) -> bool:
        """Tell whether a figure goes on there: nobody means 1 and 0 by `1 000`."""
        return (
            place < len(self.words)
            and _THOUSANDS.fullmatch(self.words[place][0]) is not None
            and self.words[place - 1][-1:] != ()
            and self.words[place - 1][-1].isdecimal()
        )


def _lay_out(typed: str) -> _Spoken:
    spans: list[tuple[int, int]] = []
    for found in _WORD.finditer(typed):
        if words(found[0]) or not spans:
            spans.append(found.span())
        else:
            spans[-1] = spans[-1][0], found.end()
    spoken = tuple(words(typed[begin:end]) for begin, end in spans)
    return _Spoken(typed, tuple(spans), spoken)


_WORD = re.compile(r"(?:[^\s,;]|(?<=\d)[,;](?=\d))+[,;]*|[,;]+")

_THOUSANDS = re.compile(r"0\d\d")


def _all_used(spoken: _Spoken, fields: Sequence[Expected], around: Around) -> _Way | None:
    if len(spoken.spans) > MOST_WORDS:
        return None
    ways = _ways(spoken, fields, around).get(len(spoken.spans), [])
    return ways[0] if len(ways) == 1 else None


def _closed_by_text(spoken: _Spoken, fields: Sequence[Expected], around: Around) -> _Way | None:
    reached = _ways(spoken, fields[:-1], around)
    places = sorted(place for place in reached if place < len(spoken.spans))
    if not places:
        return None
    two_texts = fields[-2].kind is Kind.TEXT  # the first takes as little as it can
    place = places[0] if two_texts else _before_courtesies(spoken, places)
    ways = reached[place]
    rivals = [] if two_texts else [p for p in places if spoken.words[p][0][0].isdecimal()]
    if len(ways) > 1 or any(reached[rival] != ways for rival in rivals):
        return None
    text = understand(spoken.typed[spoken.spans[place][0] :], fields[-1], around)
    return None if text is None else (*ways[0], text)


def _before_courtesies(spoken: _Spoken, places: Sequence[int]) -> int:
    """Give the last of the places; but what is a courtesy there begins the text."""
    contents = [said(tuple(chain.from_iterable(spoken.words[:place]))) for place in places]
    return places[contents.index(contents[-1])]


def _ways(spoken: _Spoken, fields: Sequence[Expected], around: Around) -> dict[int, list[_Way]]:
    """Give, for each word that the fields can reach, up to two ways to read what is before it."""
    reached: dict[int, list[_Way]] = {0: [()]}
    for expected in fields:
        onward: dict[int, list[_Way]] = {}
        for begin, ways in reached.items():
            for end, value in _answers(spoken, begin, expected, around):
                found = [(*way, value) for way in ways]
                known = onward.setdefault(end, [])
                known += [way for way in found if way not in known][: 2 - len(known)]
        reached = onward
    return reached


def _answers(
    spoken: _Spoken, begin: int, expected: Expected, around: Around
) -> Iterator[tuple[int, Value]]:
    """Give each answer that begins at a word, and the place behind it."""
    most = MOST_WORDS if expected.kind is Kind.TEXT else LONGEST_ANSWER
    for end in range(begin + 1, min(begin + most, len(spoken.spans), MOST_WORDS) + 1):
        if not spoken.goes_on(end):
            value = understand(spoken.piece(begin, end), expected, around)
            if value is not None:
                yield end, value
