"""Keywords typed with a slip of the thumb: a letter missing, too much, wrong, or two swapped.

A word of four to seven letters may have one slip, a longer one two, the first letter included.
Nothing is guessed: where two keywords are equally near, none was meant, and what is as near to a
built-in word as to a keyword is never read as the keyword.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
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
FAR = 99
"""Slips, where nothing is meant."""


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
        sizes = range(min(self._most_words, len(said)), typed_right, -1)
        levels = self._reached(said, 1) if sizes else []
        may_be_more = any(len(word) >= LONG for word in said[: self._most_words])
        for size in sizes:
            slips, meant = self._nearest(levels, size)
            if slips > 1 and may_be_more:  # a single slip cannot be beaten; more are dear to find
                levels, may_be_more = self._reached(said, MOST), False
                _, meant = self._nearest(levels, size)
            for match in meant:
                yield replace(match, rest=rest(text, size), misspelled=True)

    def _reached(self, said: Words, most: int) -> Sequence[Mapping[Words, int]]:
        """Say, word by word, what keywords may be meant or begun, and the slips so far.

        `most`: of slips in a long word.
        """
        levels: list[Mapping[Words, int]] = []
        reached: Mapping[Words, int] = {(): 0}
        for place in range(min(self._most_words, len(said))):
            meant = self._meant(said, place, most)
            reached = {
                longer: slips + count
                for begun, slips in reached.items()
                for word, count in meant.items()
                if (longer := (*begun, word)) in self._begun or longer in self._keywords
            }
            if not reached:
                break
            levels.append(reached)
        return levels

    def _meant(self, said: Words, place: int, most: int) -> Mapping[str, int]:
        """Give the words that a typed word may be, with the slips that this would take."""
        typed = said[place]
        most = min(_slips_in(typed), most if len(typed) >= LONG else MOST)
        near = self._near.of(typed, most)
        if near:
            to_built_in = _slips_to_built_in(said, place, most, claims_info=self._claims_info)
            near = {word: slips for word, slips in near.items() if slips < to_built_in}
        return {**near, typed: 0}

    def _nearest(
        self, levels: Sequence[Mapping[Words, int]], size: int
    ) -> tuple[int, list[Match]]:
        """Give the slips to the nearest keyword of so many words, and its matches.

        There are none if the keywords of other rules are as near.
        """
        reached = levels[size - 1] if size <= len(levels) else {}
        meant = [said for said in reached if self._forgiving(said)]
        least = min((reached[said] for said in meant), default=FAR)
        nearest = [self._forgiving(said) for said in meant if reached[said] == least]
        rules = {tuple(match.rule.id for match in matches) for matches in nearest}
        if len(rules) != 1:
            return least, []
        return least, [_agreed(same) for same in zip(*nearest, strict=True)]

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


def _slips_to_built_in(said: Words, place: int, most: int, *, claims_info: bool) -> int:
    """Count the slips from a typed word to the nearest built-in word; beyond `most`, one more.

    With a neighbour it may be a built-in word of two parts. Letters that are typed doubled count
    as one, as they do in built-in words.
    """
    typed = said[place]
    pairs = {"".join(said[place - 1 : place + 1]), "".join(said[place : place + 2])} - {typed}
    near = [_built_in(claims_info).of(one, most) for one in {typed, single(typed)}]
    near += [_TWO_PARTS.of(one, most) for one in pairs | set(map(single, pairs))]
    return min((slips for found in near for slips in found.values()), default=most + 1)


@cache
def _built_in(claims_info: bool) -> Neighbourhood:  # noqa: FBT001 - what is kept is called by it
    return _spelled({word for word in VOCABULARY if not (claims_info and word == "info")})


def _spelled(words: Iterable[str]) -> Neighbourhood:
    """Take all spellings of words; those of two parts as if they were run together."""
    plain = {"".join(word.split()) for word in words}
    return Neighbourhood({spelling: MOST for word in plain for spelling in _spellings(word)})


def _spellings(word: str) -> Iterator[str]:
    """Yield a built-in word, and how it looks with one of its letters doubled."""
    for plain in (word, single(word)):
        yield plain
        yield from (plain[:place] + plain[place - 1 :] for place in range(1, len(plain) + 1))


_TWO_PARTS = _spelled({word for word in VOCABULARY if " " in word})
