"""All the rules as one value, and the index that finds those which a text calls.

`exactly` and `keyword` are found by hash, `contains` by one automaton, so that a text costs the
same among ten rules and among a hundred thousand. Matches are yielded one by one, in the order in
which rules are asked: who takes the first and stops pays for no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import ahocorasick

from bot.core.rules import Match, Phrase, Rule, SubscriptionList, Trigger
from bot.core.text import rest, words

INFO = ("info",)
"""The one built-in word that a rule may claim."""


class Index:
    """The rules by their words. What is equal stays in the order of the rules."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        by_trigger: dict[Trigger, list[Rule]] = {trigger: [] for trigger in Trigger}
        for rule in rules:
            by_trigger[rule.trigger].append(rule)
        self._exactly = _by_words(by_trigger[Trigger.EXACTLY])
        self._keyword = _by_words(by_trigger[Trigger.KEYWORD])
        self._lengths = sorted({len(said) for said in self._keyword}, reverse=True)
        self._contains = _Contains(_by_words(by_trigger[Trigger.CONTAINS]))
        self._anything = [Match(rule, None) for rule in by_trigger[Trigger.ANYTHING]]

    @property
    def claims_info(self) -> bool:
        """Whether a rule has INFO for its own word, so that it does not ask for help."""
        return INFO in self._exactly or INFO in self._keyword

    def find(self, text: str) -> Iterator[Match]:
        """Yield what the text calls, the first to be asked first."""
        said = words(text)
        yield from self._exactly.get(said, ())
        for length in self._lengths:
            found = self._keyword.get(said[:length], ()) if length <= len(said) else ()
            if found and length < len(said):
                follows = rest(text, length)
                found = tuple(Match(match.rule, match.phrase, follows) for match in found)
            yield from found
        yield from self._contains.find(said)
        yield from self._anything


def _by_words(rules: Iterable[Rule]) -> dict[tuple[str, ...], tuple[Match, ...]]:
    found: dict[tuple[str, ...], tuple[Match, ...]] = {}
    for rule in rules:
        for phrase in rule.phrases:
            found[phrase.words] = (*found.get(phrase.words, ()), Match(rule, phrase))
    return found


class _Contains:
    """Phrases anywhere in a text, as whole words: those of more words first."""

    def __init__(self, phrases: Mapping[tuple[str, ...], tuple[Match, ...]]) -> None:
        longest_first = sorted(phrases, key=len, reverse=True)
        self._matches = [phrases[said] for said in longest_first]
        self._automaton: Any = ahocorasick.Automaton(ahocorasick.STORE_INTS)
        for place, said in enumerate(longest_first):
            self._automaton.add_word(_bounded(said), place)
        if phrases:
            self._automaton.make_automaton()

    def find(self, said: tuple[str, ...]) -> Iterator[Match]:
        if self._matches:
            for place in sorted({place for _, place in self._automaton.iter(_bounded(said))}):
                yield from self._matches[place]


def _bounded(said: tuple[str, ...]) -> str:
    """Write words so that a phrase is found in a text only at the borders of words."""
    return f" {' '.join(said)} "


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules that are in force."""

    rules: tuple[Rule, ...] = ()
    """In the order of the files, those of one's own before the examples of the sandbox."""
    digest: str = ""
    """Of the files that they were read from: tells which rules a process has."""
    lists: Mapping[str, SubscriptionList] = field(default_factory=dict)
    """By their ids."""
    index: Index = field(init=False, repr=False, compare=False)
    _by_id: Mapping[str, Rule] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", Index(self.rules))
        object.__setattr__(self, "_by_id", {rule.id: rule for rule in reversed(self.rules)})

    def rule(self, rule_id: str) -> Rule | None:
        """Give a rule by its id; of two, the one of one's own."""
        return self._by_id.get(rule_id)

    @property
    def claims_info(self) -> bool:
        """Whether INFO belongs to a rule instead of asking for help."""
        return self.index.claims_info

    def find(self, text: str) -> Iterator[Match]:
        """Yield the rules that a text calls, in the order in which they are asked."""
        return self.index.find(text)


def overshadowed(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Phrase | None, Rule]]:
    """Yield each rule that can never answer to a phrase, the phrase, and the rule that does.

    They have the same trigger and the same words. An example of the sandbox that gives way to a
    rule of one's own is none.
    """
    first: dict[tuple[Trigger, tuple[str, ...]], Rule] = {}
    for rule in rules:
        for phrase in rule.phrases or (None,):
            earlier = first.setdefault((rule.trigger, phrase.words if phrase else ()), rule)
            if earlier is not rule and earlier.sandbox_only >= rule.sandbox_only:
                yield rule, phrase, earlier
