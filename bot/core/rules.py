"""Rules as plain values: what the operator's files say, checked, ready to be analysed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from bot.core.actions import Action
from bot.core.conditions import ALWAYS, When
from bot.core.flows import Flow
from bot.core.messages import Delivery
from bot.core.sayings import Message
from bot.core.understanding import Expected


class Trigger(StrEnum):
    """What calls a rule. The order is that in which they are asked.

    Keywords with `typos` are asked once more, as if misspelled, before `anything`.
    """

    EXACTLY = "exactly"
    KEYWORD = "keyword"
    PATTERN = "pattern"
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
class Phrase:
    """Words or a pattern that call a rule, as they were written, and the language they tell."""

    written: str
    words: tuple[str, ...]
    """The normal form, see `bot.core.text.words`; empty for a pattern."""
    languages: frozenset[str] = frozenset()
    """Empty: the words say nothing of the language. Two: the word is in both."""


@dataclass(frozen=True, slots=True)
class Field:
    """One answer that is expected, and the name under which it is kept."""

    name: str
    expected: Expected


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the operator's."""

    id: str
    trigger: Trigger
    phrases: tuple[Phrase, ...]
    """Empty for `anything`."""
    reply: Message | None
    """After the last step, where it has steps."""
    source: Source
    delivery: Delivery | None = None
    """None: the installation's `replies.delivery`."""
    sandbox_only: bool = False
    """From a file with `only: sandbox`: real gateways do not know this rule."""
    typos: bool = False
    """Its keywords are also understood with a slip of the thumb."""
    when: When = ALWAYS
    """Where this does not hold, the next rule is asked."""
    fields: tuple[Field, ...] = ()
    """What follows the keyword, in this order; the types of a pattern's groups."""
    invalid: Message | None = None
    """Said when the fields are not understood; None: the next rule is asked."""
    once: bool = False
    """One answer of a number counts: the newest."""
    actions: tuple[Action, ...] = ()
    """Done before the reply, in this order."""
    flow: Flow | None = None
    """The questions that it asks; a rule that has some is a conversation."""
    interrupt: bool = False
    """It is asked also inside the conversation of another rule."""

    @property
    def keeps_answers(self) -> bool:
        """Whether what it captures is kept for `textobot answers`."""
        grouped = self.trigger is Trigger.PATTERN
        return bool(self.fields or self.flow or self.once or grouped)

    @property
    def may_pass(self) -> int:
        """Say how surely it answers when it is called: 0 `when` decides, 1 `expect`, 2 always.

        Between equal words, what may pass a text on is asked before what never does.
        """
        if self.when is not ALWAYS:
            return 0
        return 1 if self.fields and self.invalid is None else 2


_NO_GROUPS: Mapping[str, str] = {}
"""One for all: there are as many matches as there are words that call rules."""


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that a text calls, by which words, and what followed them."""

    rule: Rule
    phrase: Phrase | None
    """None for `anything`."""
    rest: str = ""
    """What followed the keyword, as typed, trimmed of blanks and leading punctuation; the whole
    text for `anything`."""
    groups: Mapping[str, str] = field(default_factory=lambda: _NO_GROUPS)
    """The named groups of a pattern, as typed."""
    misspelled: bool = False
    """Found by `typos`."""

    @property
    def language(self) -> str:
        """The language that the word told; empty if none, or two."""
        told = self.phrase.languages if self.phrase else frozenset()
        return next(iter(told)) if len(told) == 1 else ""


@dataclass(frozen=True, slots=True)
class SubscriptionList:
    """A list that people join and leave by a word."""

    id: str
    names: tuple[Phrase, ...]
    """For STOP RABAIS; its id is always one of them."""
    source: Source
    confirm: bool = False
    """Whoever joins is asked first."""
    welcome: Message | None = None
    """Said to who joined, unless the rule has a reply of its own."""
    lasts: timedelta | None = None
    """How long somebody is on it who joined; None: until they leave."""
    mirror: Mapping[str, str] = field(default_factory=dict)
    """Gateways, and the group there that it is kept equal to."""
    sandbox_only: bool = False

    def ends(self, joined_at: datetime) -> datetime | None:
        """Say when a membership ends by itself; None: never."""
        return None if self.lasts is None else joined_at + self.lasts

    def name_in(self, language: str) -> str:
        """Give the name by which people of a language know it."""
        named = [name for name in self.names if language in name.languages] or self.names
        return named[0].written if named else self.id
