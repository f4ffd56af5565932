"""Keywords typed with a slip of the thumb: a letter missing, too much, wrong, or two swapped.

A word of four to seven letters may have one slip, a longer one two, the first letter included.
Nothing is guessed: where two keywords are equally near, none was meant, and what is as near to a
built-in word as to a keyword is never read as the keyword.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache

from bot.core.builtin_words import VOCABULARY
from bot.core.courtesies import single
from bot.core.neighbourhood import Neighbourhood
from bot.core.rules import Match
from bot.core.text import rest

Words = tuple[str, ...]
MOST = 2
"""Slips in a word."""
SHORT, LONG = 4, 8
"""From so many letters on a word may have one slip, and two."""


def slips_of(word: str) -> int:
    """Say how many slips are forgiven in a word of a keyword; none where there are digits."""
    if len(word) < SHORT or any(map(str.isnumeric, word)):
        return 0
    return 1 if len(word) < LONG else MOST


class Typos:
    """The keywords that forgive slips."""

    def __init__(self, keywords: Mapping[Words, Sequence[Match]], *, claims_info: bool) -> None:
        """Look through all keywords; `claims_info`: INFO is one, and no built-in word."""
        self._keywords = keywords
        self._claims_info = claims_info
        forgiving = [said for said in keywords if self._forgiving(said)]
        self._begun = {said[:size] for said in forgiving for size in range(1, len(said))}
        self._most_words = max(map(len, forgiving), default=0)
        self._near = Neighbourhood({word: slips_of(word) for said in forgiving for word in said})

    def find(self, text: str, said: Words, typed_right: int) -> Iterator[Match]:
        """Yield what may be meant by the first words of a text, longer keywords before shorter.

        So many of these words are a keyword that was typed right: only a longer one can be meant.
        """
        levels = [*self._reached(said)] if len(said) > typed_right else []
        for size in range(len(levels), typed_right, -1):
            for match in self._nearest(levels[size - 1]):
                yield replace(match, rest=rest(text, size), misspelled=True)

    def _reached(self, said: Words) -> Iterator[Mapping[Words, int]]:
        """Yield, word by word, what keywords may be meant or begun, and the slips so far."""
        reached: Mapping[Words, int] = {(): 0}
        for place in range(min(self._most_words, len(said))):
            meant = self._meant(said, place)
            reached = {
                longer: slips + more
                for begun, slips in reached.items()
                for word, more in meant.items()
                if (longer := (*begun, word)) in self._begun or longer in self._keywords
            }
            if not reached:
                return
            yield reached

    def _meant(self, said: Words, place: int) -> Mapping[str, int]:
        """Give the words that a typed word may be, with the slips that this would take."""
        typed = said[place]
        near = self._near.of(typed, _slips_in(typed))
        if near:
            to_built_in = _slips_to_built_in(said, place, claims_info=self._claims_info)
            near = {word: slips for word, slips in near.items() if slips < to_built_in}
        return {**near, typed: 0}

    def _nearest(self, reached: Mapping[Words, int]) -> list[Match]:
        """Give the matches of the nearest keyword; none if those of other rules are as near."""
        meant = [said for said in reached if self._forgiving(said)]
        least = min((reached[said] for said in meant), default=0)
        nearest = [self._forgiving(said) for said in meant if reached[said] == least]
        rules = {tuple(match.rule.id for match in matches) for matches in nearest}
        return [_agreed(same) for same in zip(*nearest, strict=True)] if len(rules) == 1 else []

    def _forgiving(self, said: Words) -> list[Match]:
        return [match for match in self._keywords.get(said, ()) if match.rule.typos]


def _agreed(matches: tuple[Match, ...]) -> Match:
    """Give a rule's first match; where others tell another language, none is told."""
    first = matches[0]
    assert first.phrase is not None
    if len({match.phrase.languages for match in matches if match.phrase}) == 1:
        return first
    return replace(first, phrase=replace(first.phrase, languages=frozenset()))


def _slips_in(typed: str) -> int:
    """Say how many slips a typed word may have."""
    if len(typed) < SHORT - 1 or any(map(str.isnumeric, typed)):
        return 0
    return 1 if len(typed) < LONG - MOST else MOST


def _slips_to_built_in(said: Words, place: int, *, claims_info: bool) -> int:
    """Count the slips from a typed word, alone or with a neighbour, to the nearest built-in word.

    Letters that are typed doubled count as one, as they do in built-in words.
    """
    typed = {said[place], "".join(said[place - 1 : place + 1]), "".join(said[place : place + 2])}
    typed.update([single(word) for word in typed])
    near = _built_in(claims_info)
    slips = (count for word in typed for count in near.of(word, MOST).values())
    return min(slips, default=MOST + 1)


@cache
def _built_in(claims_info: bool) -> Neighbourhood:  # noqa: FBT001 - what is kept is called by it
    known = {word.replace(" ", "") for word in VOCABULARY if not (claims_info and word == "info")}
    return Neighbourhood({spelled: MOST for word in known for spelled in _spellings(word)})


def _spellings(word: str) -> Iterator[str]:
    """Yield a built-in word, and how it looks with one of its letters doubled."""
    for plain in (word, single(word)):
        yield plain
        yield from (plain[:place] + plain[place - 1 :] for place in range(1, len(plain) + 1))
