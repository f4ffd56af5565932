"""Rules as plain values: what the operator's files say, checked, ready to be analysed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.messages import Delivery


class Trigger(StrEnum):
    """What calls a rule. The order is that in which they are asked."""

    EXACTLY = "exactly"
    KEYWORD = "keyword"
    CONTAINS = "contains"
    ANYTHING = "anything"


@dataclass(frozen=True, slots=True)
class Source:
    """Where something stands in the operator's files: `rules/radio.yaml:12:5`."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Message:
    """What we say. Either texts by language, or the name of a template; texts may be Jinja."""

    texts: Mapping[str, str] = field(default_factory=dict)
    """Language to text; the key `""` is a text that serves every language."""
    template: str = ""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that call a rule, as they were written, and the language that they tell."""

    written: str
    words: tuple[str, ...]
    """The normal form: see `bot.core.text.words`."""
    languages: frozenset[str] = frozenset()
    """Empty: the words say nothing of the language. Two: the word is in both."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the operator's."""

    id: str
    trigger: Trigger
    phrases: tuple[Phrase, ...]
    """Empty for `anything`."""
    reply: Message | None
    source: Source
    delivery: Delivery | None = None
    """None: the installation's `replies.delivery`."""
    sandbox_only: bool = False
    """From a file with `only: sandbox`: real gateways do not know this rule."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that a text calls, by which words, and what followed them."""

    rule: Rule
    phrase: Phrase | None
    """None for `anything`."""
    rest: str = ""
    """What followed the keyword, as typed, trimmed of blanks and leading punctuation."""

    @property
    def language(self) -> str:
        """The language that the word told; empty if none, or two."""
        told = self.phrase.languages if self.phrase else frozenset()
        return next(iter(told)) if len(told) == 1 else ""
