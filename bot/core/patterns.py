"""The patterns of all rules at once: those that a text may contain are tried, one by one.

RE2 knows of each pattern which letters it cannot do without; one pass of one `re2.Set` finds the
patterns whose letters a text has (`re2.Filter`), and only these are tried. A Set of the patterns
themselves has to keep apart all the ways in which many of them may have begun: for 1,000 patterns,
some with `.*`, a text that is new to it takes more than ten times as long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import re2

from bot.core.pattern_source import fold_pattern, options, pattern_problem
from bot.core.plain import Typed, plain, within_punctuation
from bot.core.rules import Match, Phrase, Rule

LONGEST_TEXT = 1_600
"""Characters of a text that patterns see; ten segments have no more."""


class Patterns:
    """Finds the rules whose pattern is in a text. A pattern with a problem is in none."""

    def __init__(self, asked: Sequence[tuple[Rule, Phrase]]) -> None:
        sound = [one for one in asked if pattern_problem(one[1].written) is None]
        self._parts = list(_parts(sound))

    def find(self, text: str) -> Iterator[Match]:
        """Yield what is in the text, in the order that was given.

        Blanks around the text are not seen, and punctuation around it only if a pattern wants it.
        """
        typed = text[:LONGEST_TEXT]
        whole = plain(typed) if self._parts else ""
        if not whole:
            return
        begin, end = within_punctuation(whole)
        core = whole[begin:end]
        for part in self._parts:
            in_whole = part.having(whole)
            in_core = part.having(core) if core and core != whole else in_whole
            for number in sorted(in_whole | in_core):
                seen, offset = (whole, 0) if number in in_whole else (core, begin)
                yield part.match(number, seen, typed, offset)


class _Part:
    """Patterns whose letters one `re2.Set` can look for; raises `re2.error` for too many."""

    def __init__(self, asked: Sequence[tuple[Rule, Phrase]]) -> None:
        self._asked = asked
        self._filter = re2.Filter()
        for _, phrase in asked:
            self._filter.Add(fold_pattern(phrase.written), options())
        self._filter.Add(_CANARY, options())
        self._filter.Compile()
        if not self.having(_CANARY):  # RE2 does not say that the memory of its Set is too small
            raise re2.error("too many patterns")
        self._names = [self._filter.re(number).groupindex for number in range(len(asked))]

    def having(self, text: str) -> set[int]:
        """Give the numbers of the patterns that a folded text has."""
        return set(self._filter.Match(text) or ())

    def match(self, number: int, folded: str, typed: str, offset: int) -> Match:
        """Tell what a pattern captures in a folded text that has it, from an offset on."""
        rule, phrase = self._asked[number]
        names = self._names[number]
        if not names:
            return Match(rule, phrase)
        found, back = self._filter.re(number).search(folded), Typed(typed, offset)
        groups = {name: back.between(*found.span(group)) for name, group in names.items()}
        return Match(rule, phrase, groups=groups)


_CANARY = "\x01"
"""A pattern that is found for certain where it stands; folded texts do not have it."""


def _parts(asked: Sequence[tuple[Rule, Phrase]]) -> Iterator[_Part]:
    """Take all patterns together, or as few parts as can be."""
    if not asked:
        return
    try:
        yield _Part(asked)
    except re2.error:
        middle = len(asked) // 2
        yield from _parts(asked[:middle])
        yield from _parts(asked[middle:])
