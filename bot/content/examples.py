"""The examples in rule files: texts that a rule must answer, and such that it must not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.core.builtin_words import read_builtin
from bot.core.candidates import captures
from bot.core.conditions import ALWAYS
from bot.core.rulebook import Rulebook
from bot.core.rules import Match, Rule, Source
from bot.core.text import words
from bot.core.understanding import Around
from bot.yamlfile import Fault, shown

_SOME_DAYS = [
    Around(date(2026, 6, day), country) for day in range(1, 8) for country in ("CA", "FR")
]
"""A week, in the countries of our gateways: some answers are understood on some days alone."""
_OTHER_WORDS = "change the words of one of them, or the example"
_OUR_WORDS = "change the rule's words, or the example"


@dataclass(frozen=True, slots=True)
class Example:
    """A text that a rule must answer, or must not."""

    rule: Rule
    text: str
    ours: bool
    source: Source

    def fault(self, rulebook: Rulebook) -> Fault | None:
        """Say why the text does not go where it should.

        A rule may answer a text where its `when` may hold and what it expects may be understood.
        """
        told = self._elsewhere(rulebook)
        if self.ours and told is not None:
            return self._fault(*told)
        if not self.ours and told is None:
            what = (
                f"{shown(self.text)} is answered by the rule {self.rule.id!r}, and should not be"
            )
            return self._fault(what, _OUR_WORDS)
        return None

    def _elsewhere(self, rulebook: Rulebook) -> tuple[str, str] | None:
        """Say who takes the text instead of our rule, or why nobody does; None if ours may."""
        word = read_builtin(words(self.text))
        if word and word.certain and not (word.word == "info" and rulebook.claims_info):
            return self._taken(f"the built-in word {word.word.upper()}")
        misunderstood = False
        for match in rulebook.find(self.text):
            if match.rule.source == self.rule.source:
                if any(_understands(match)):
                    return None
                misunderstood = True
                if match.rule.invalid is not None:
                    break
            elif not _may_pass(match):
                if self.rule.sandbox_only and not match.rule.sandbox_only:
                    return None  # an example of ours gives way to a rule of one's own
                return self._taken(f"the rule {match.rule.id!r} ({match.rule.source})")
        return self._misunderstood() if misunderstood else self._taken_by_nobody()

    def _taken(self, by: str) -> tuple[str, str]:
        what = f"{shown(self.text)} is answered by {by}, not by the rule {self.rule.id!r}"
        return what, _OTHER_WORDS

    def _taken_by_nobody(self) -> tuple[str, str]:
        return f"{shown(self.text)} does not call the rule {self.rule.id!r}", _OUR_WORDS

    def _misunderstood(self) -> tuple[str, str]:
        wanted = ", ".join(f"{one.name}: {one.expected}" for one in self.rule.fields)
        what = f"{shown(self.text)} calls the rule {self.rule.id!r}, and is not understood"
        return what, f"change what it expects ({wanted}), or the example"

    def _fault(self, what: str, remedy: str) -> Fault:
        return Fault(self.source.file, self.source.line, self.source.column, what, remedy)


def _understands(match: Match) -> Iterator[bool]:
    """Say for one day after the other whether the rule understands what it expects."""
    if not match.rule.fields:
        yield True
        return
    yield from (captures(match, around) is not None for around in _SOME_DAYS)


def _may_pass(match: Match) -> bool:
    """Tell whether a rule that was called may leave the text to others."""
    if match.rule.when is not ALWAYS:
        return True
    return match.rule.invalid is None and not all(_understands(match))
