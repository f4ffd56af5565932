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
Slips = tuple[int, ...]
"""In each of several words."""
MOST = 2
"""Slips in a word."""
SHORT, LONG = 4, 8
"""From so many letters on a word may have one slip, and two."""
FAR = 99
"""Slips, where nothing is meant."""


def slips_of(word: str) -> int:
    """Say how many slips are forgiven in a word of a keyword; none where there are digits."""
    if len(word) < SHORT or _has_digits(word):
        return 0
    return 1 if len(word) < LONG else MOST


class Typos:
    """The keywords that forgive slips."""

    def __init__(self, keywords: Mapping[Words, Sequence[Match]], *, claims_info: bool) -> None:
        """Look through all keywords; `claims_info`: INFO is one, and no built-in word."""
        self._claims_info = claims_info
        self._keywords: dict[Words, tuple[Match, ...]] = {}
        for said, matches in keywords.items():
            if forgiving := tuple(match for match in matches if match.rule.typos):
                self._keywords[said] = forgiving
        self._begun = {said[:size] for said in self._keywords for size in range(1, len(said))}
        self._most_words = max(map(len, self._keywords), default=0)
        listed = {word for said in self._keywords for word in said}
        self._near = Neighbourhood({word: slips_of(word) for word in sorted(listed)})

    def find(self, text: str, said: Words, typed_right: int) -> Iterator[Match]:
        """Yield what is meant by the first words of a text, longer keywords before shorter.

        So many of these words are a keyword that was typed right: only a longer one can be meant.
        """
        sizes = range(min(self._most_words, len(said)), typed_right, -1)
        levels = self._reached(said, 1) if sizes else []
        may_be_more = any(len(word) >= LONG for word in said[: self._most_words])
        for size in sizes:
            slips, nearest = self._nearest(levels, size)
            if slips > 1 and may_be_more:
                levels, may_be_more = self._reached(said, MOST), False
                _, nearest = self._nearest(levels, size)
            if not any(self._asks_for_built_in(said, counted) for counted in nearest.values()):
                for match in self._agreed(nearest):
                    yield Match(match.rule, match.phrase, rest(text, size), misspelled=True)

    def _reached(self, said: Words, most: int) -> Sequence[Mapping[Words, Slips]]:
        """Say, word by word, which keywords may be meant or begun, with the slips in each word.

        `most`: of slips in a long word. To look for one alone is cheap, and cannot be beaten.
        """
        levels: list[Mapping[Words, Slips]] = []
        reached: Mapping[Words, Slips] = {(): ()}
        for typed in said[: self._most_words]:
            slips = min(_slips_in(typed), most if len(typed) >= LONG else MOST)
            near = {**self._near.of(typed, slips), typed: 0}
            reached = {
                longer: (*so_far, count)
                for begun, so_far in reached.items()
                for word, count in near.items()
                if (longer := (*begun, word)) in self._begun or longer in self._keywords
            }
            if not reached:
                break
            levels.append(reached)
        return levels

    def _nearest(
        self, levels: Sequence[Mapping[Words, Slips]], size: int
    ) -> tuple[int, Mapping[Words, Slips]]:
        """Give the slips to the nearest keyword of so many words, and all that are as near."""
        reached = levels[size - 1] if size <= len(levels) else {}
        near = {said: slips for said, slips in reached.items() if said in self._keywords}
        least = min(map(sum, near.values()), default=FAR)
        return least, {said: slips for said, slips in near.items() if sum(slips) == least}

    def _agreed(self, nearest: Iterable[Words]) -> Iterable[Match]:
        """Give what all of these call, or nothing if they call different rules."""
        matches = [self._keywords[said] for said in nearest]
        if len(matches) < 2:
            return (match for called in matches for match in called)
        rules = {tuple(match.rule.id for match in called) for called in matches}
        return map(_in_one_language, zip(*matches, strict=True)) if len(rules) == 1 else ()

    def _asks_for_built_in(self, said: Words, slips: Slips) -> bool:
        """Tell whether a word with slips is as near to a built-in word as to the keyword's."""
        return any(
            count and _is_near_built_in(said, place, count, claims_info=self._claims_info)
            for place, count in enumerate(slips)
        )


def _in_one_language(matches: tuple[Match, ...]) -> Match:
    """Give a rule's first match; where others tell another language, none is told."""
    first = matches[0]
    assert first.phrase is not None
    if len({match.phrase.languages for match in matches if match.phrase}) == 1:
        return first
    return replace(first, phrase=replace(first.phrase, languages=frozenset()))


def _slips_in(typed: str) -> int:
    """Say how many slips a typed word may have."""
    if len(typed) < SHORT - 1 or _has_digits(typed):
        return 0
    return 1 if len(typed) < LONG - MOST else MOST


def _has_digits(word: str) -> bool:
    return not word.isalpha() and any(map(str.isnumeric, word))


def _is_near_built_in(said: Words, place: int, slips: int, *, claims_info: bool) -> bool:
    """Tell whether a typed word is a built-in word but for so many slips, or less.

    With a neighbour it may be one of two parts. Letters that are typed doubled count as one, as
    they do in built-in words.
    """
    typed, built_in = said[place], _built_in(claims_info)
    if any(built_in.of(one, slips) for one in {typed, single(typed)}):
        return True
    before, behind = said[place - 1 : place], said[place + 1 : place + 2]
    pairs = ["".join(pair) for pair in ((*before, typed), (typed, *behind)) if len(pair) > 1]
    return any(_TWO_PARTS.of(one, slips) for pair in pairs for one in {pair, single(pair)})


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
