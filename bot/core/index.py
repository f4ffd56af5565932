"""Finds the rules that a text calls, in the order in which they are asked.

`exactly` and `keyword` are found by hash, `pattern` by the letters that they need, `contains` by
one automaton, keywords with `typos` by what is left of their letters: a text costs the same among
ten rules and among a hundred thousand. Matches are yielded one by one: who takes the first and
stops pays for no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

import ahocorasick

from bot.core.patterns import Patterns
from bot.core.rules import Match, Rule, Trigger
from bot.core.text import rest, words
from bot.core.typos import Typos
from bot.core.understanding import Kind

INFO = ("info",)
"""The one built-in word that a rule may claim."""


class Index:
    """The rules by what calls them.

    Of equal words those rules come first that may pass a text on; what is still equal stays in the
    order of the rules.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        by_trigger: dict[Trigger, list[Rule]] = {trigger: [] for trigger in Trigger}
        for rule in sorted(rules, key=attrgetter("may_pass")):
            by_trigger[rule.trigger].append(rule)
        self._exactly = _by_words(by_trigger[Trigger.EXACTLY])
        self._keyword = _by_words(by_trigger[Trigger.KEYWORD])
        self._lengths = sorted({len(said) for said in self._keyword}, reverse=True)
        patterns = by_trigger[Trigger.PATTERN]
        self._patterns = Patterns([(rule, phrase) for rule in patterns for phrase in rule.phrases])
        self._contains = _Contains(by_trigger[Trigger.CONTAINS])
        self._typos = Typos(self._keyword, claims_info=self.claims_info)
        self._anything = by_trigger[Trigger.ANYTHING]

    @property
    def claims_info(self) -> bool:
        """Whether a rule has INFO for its own word, so that it does not ask for help."""
        return INFO in self._exactly or INFO in self._keyword

    def find(self, text: str) -> Iterator[Match]:
        """Yield what the text calls, the first to be asked first."""
        said = words(text)
        typed_right = 0
        if found := self._exactly.get(said):
            typed_right = len(said)
            yield from found
        for length in self._lengths:
            if length <= len(said) and (found := self._keyword.get(said[:length])):
                typed_right = max(typed_right, length)
                yield from _followed(found, text, length) if length < len(said) else found
        if not typed_right and (glued := self._glued(text, said)):
            yield from glued
        yield from self._patterns.find(text)
        yield from self._contains.find(said)
        yield from self._typos.find(text, said, typed_right)
        for rule in self._anything:
            yield Match(rule, None, text)

    def _glued(self, text: str, said: tuple[str, ...]) -> list[Match]:
        """Read `VOTE3` as `VOTE 3`, for rules that expect a figure there.

        A keyword of one or two letters is none here: `A4` is paper.
        """
        found = _GLUED.fullmatch(said[0]) if said and said[0][-1].isdecimal() else None
        called = self._keyword.get((found[1],), ()) if found else ()
        begin = next((at for at, one in enumerate(text) if one.isdecimal()), None)
        if begin is None:
            return []
        return [
            Match(match.rule, match.phrase, text[begin:].rstrip())
            for match in called
            if match.rule.fields and match.rule.fields[0].expected.kind in _FIGURES
        ]


_GLUED = re.compile(r"([^\W\d_]{3,})\d+")
_FIGURES = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.CODE})


def _by_words(rules: Iterable[Rule]) -> dict[tuple[str, ...], tuple[Match, ...]]:
    found: dict[tuple[str, ...], tuple[Match, ...]] = {}
    for rule in rules:
        for phrase in rule.phrases:
            found[phrase.words] = (*found.get(phrase.words, ()), Match(rule, phrase))
    return found


def _followed(found: Iterable[Match], text: str, length: int) -> Iterator[Match]:
    """Say what follows a keyword of so many words."""
    follows = rest(text, length)
    return (Match(match.rule, match.phrase, follows) for match in found)


class _Contains:
    """Phrases anywhere in a text, as whole words: those of more words first."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        asked = [Match(rule, phrase) for rule in rules for phrase in rule.phrases]
        self._matches = sorted(asked, key=_words_of, reverse=True)
        places: dict[tuple[str, ...], list[int]] = {}
        for place, match in enumerate(self._matches):
            assert match.phrase is not None
            places.setdefault(match.phrase.words, []).append(place)
        self._automaton: Any = ahocorasick.Automaton()
        for said, listed in places.items():
            self._automaton.add_word(_bounded(said), listed)
        self._automaton.make_automaton()

    def find(self, said: tuple[str, ...]) -> Iterator[Match]:
        if self._matches:
            listed = [places for _, places in self._automaton.iter(_bounded(said))]
            for place in sorted({place for places in listed for place in places}):
                yield self._matches[place]


def _words_of(match: Match) -> int:
    return len(match.phrase.words) if match.phrase else 0


def _bounded(said: tuple[str, ...]) -> str:
    """Write words so that a phrase is found in a text only at the borders of words."""
    return f" {' '.join(said)} "
