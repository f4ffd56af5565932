"""The examples in rule files: texts that a rule must answer, and such that it must not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.builtin_words import read_builtin
from bot.core.rulebook import Rulebook
from bot.core.rules import Rule, Source
from bot.core.text import words
from bot.yamlfile import Fault, shown


@dataclass(frozen=True, slots=True)
class Example:
    """A text that a rule must answer, or must not."""

    rule: Rule
    text: str
    ours: bool
    source: Source

    def faults(self, rulebook: Rulebook) -> Iterator[Fault]:
        """Say who takes the text if it should be ours, and that we take it if it should not."""
        taker = _taker(self.text, rulebook)
        if self.ours and taker is not self.rule and not self._gives_way(taker):
            by = _named(taker)
            what = f"{shown(self.text)} is answered by {by}, not by the rule {self.rule.id!r}"
            yield self._fault(what, "change the words of one of them, or the example")
        if not self.ours and taker is self.rule:
            what = (
                f"{shown(self.text)} is answered by the rule {self.rule.id!r}, and should not be"
            )
            yield self._fault(what, "change the rule's words, or the example")

    def _gives_way(self, taker: Rule | str) -> bool:
        """Tell whether a rule of the sandbox gives way to a rule of one's own."""
        return self.rule.sandbox_only and isinstance(taker, Rule) and not taker.sandbox_only

    def _fault(self, what: str, remedy: str) -> Fault:
        return Fault(self.source.file, self.source.line, self.source.column, what, remedy)


def _taker(text: str, rulebook: Rulebook) -> Rule | str:
    """Give the rule that answers a text, or the built-in word that the text is."""
    built_in = read_builtin(words(text))
    if built_in and not (built_in.word == "info" and rulebook.claims_info):
        return built_in.word
    match = next(rulebook.find(text), None)
    return match.rule if match else ""


def _named(taker: Rule | str) -> str:
    if isinstance(taker, Rule):
        return f"the rule {taker.id!r} ({taker.source})"
    return f"the built-in word {taker.upper()}" if taker else "nobody"
