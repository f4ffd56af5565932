"""All the rules as one value, and what is wrong with them as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bot.core.actions import Verify
from bot.core.conditions import When, excludes
from bot.core.index import Index
from bot.core.pattern_source import BadPattern, fold_pattern
from bot.core.rules import Match, Phrase, Rule, SubscriptionList, Trigger


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
    _verifies: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "index", Index(self.rules))
        verifies = any(isinstance(one, Verify) for rule in self.rules for one in rule.actions)
        object.__setattr__(self, "_verifies", verifies)
        object.__setattr__(self, "_by_id", {rule.id: rule for rule in reversed(self.rules)})

    def rule(self, rule_id: str) -> Rule | None:
        """Give a rule by its id; of two, the one of one's own."""
        return self._by_id.get(rule_id)

    @property
    def verifies(self) -> bool:
        """Whether some rule sends codes."""
        return self._verifies

    @property
    def claims_info(self) -> bool:
        """Whether INFO belongs to a rule instead of asking for help."""
        return self.index.claims_info

    def find(self, text: str) -> Iterator[Match]:
        """Yield the rules that a text calls, in the order in which they are asked."""
        return self.index.find(text)


def overshadowed(rules: Iterable[Rule]) -> Iterator[tuple[Rule, Phrase | None, Rule]]:
    """Yield each rule that is equal to an earlier one, by which phrase, and the earlier rule.

    They have the same trigger, the same words and the same `may_pass`, and it is not certain that
    their `when` never both hold: only their order says who answers. An example of the sandbox
    that gives way to a rule of one's own is none.
    """
    asked: dict[tuple[Trigger, object, int], list[tuple[Rule, Phrase | None]]] = {}
    for rule in rules:
        for phrase in rule.phrases or (None,):
            equal = asked.setdefault((rule.trigger, _words(phrase), rule.may_pass), [])
            for earlier, its_phrase in equal:
                if earlier is not rule and _shadows(earlier, its_phrase, rule, phrase):
                    yield rule, phrase, earlier
                    break
            else:
                equal.append((rule, phrase))


def _words(phrase: Phrase | None) -> object:
    """Give what makes phrases equal: their words, or the pattern as texts are asked for it."""
    if phrase is None or phrase.words:
        return phrase and phrase.words
    try:
        return fold_pattern(phrase.written)
    except BadPattern:
        return phrase.written


def _shadows(earlier: Rule, its_phrase: Phrase | None, rule: Rule, phrase: Phrase | None) -> bool:
    gives_way = rule.sandbox_only and not earlier.sandbox_only
    if gives_way:
        return False
    one, other = earlier.when, rule.when
    if its_phrase and phrase and its_phrase.languages != phrase.languages:
        one, other = _in_any_language(one), _in_any_language(other)
    return not excludes(one, other)


def _in_any_language(when: When) -> When:
    """Leave out the language: two words that tell different ones can answer to the same text."""
    return replace(when, languages=frozenset())
