"""Rules over HTTP: which there are, what is wrong with a new one, who would answer a text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AwareDatetime, Field

from bot.clock import Clock
from bot.console.messages import ReadNumber
from bot.console.problems import Problem
from bot.console.routes import VISIBLE, Asked, Given, Route, Shown, Strict
from bot.content.explain import Explanation, Said, explain
from bot.content.templates import TEXT_LIMIT
from bot.core.conversation import Conversation, Subscriber, conversation_key
from bot.core.messages import Inbound
from bot.core.policy import Policy
from bot.core.rules import Rule
from bot.core.tokens import Scope
from bot.core.turn import Turn
from bot.services.library import Library
from bot.validation import Wrong
from bot.yamlfile import Fault

LONGEST_FILE = 60_000
"""Characters of a rule file that is checked."""
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
Name = Annotated[str, Field(max_length=64, pattern=VISIBLE)]
Check = Callable[[str, str], Sequence[Fault]]
"""Takes the name of a rule file and its text; says all that would be wrong. Takes its time."""


class RuleShown(Shown):
    """A rule that is in force."""

    id: str
    trigger: str
    words: list[str]
    """That call it, as they are written."""
    file: str
    line: int
    keeps_answers: bool
    """What it captures is kept: see `/rules/{rule}/answers`."""
    interrupt: bool


class RulesShown(Shown):
    """Those in force, in the order of the files."""

    rules: list[RuleShown]
    digest: str
    """Another one after every change of rules or templates."""
    faults: list[str]
    """What is wrong with the files on disk, while older ones are in force."""


class RuleFile(Strict):
    """A rule file that is not saved yet."""

    text: Annotated[str, Field(max_length=LONGEST_FILE)]
    file: Annotated[str, Field(pattern=r"^[a-z0-9_-]{1,64}\.yaml$")] = "new.yaml"
    """Its name in the folder of rules: it is checked in the place of one of that name."""


class FaultShown(Shown):
    """Something that is wrong in a file."""

    file: str
    line: int
    column: int
    what: str
    remedy: str


class Checked(Shown):
    """What is wrong with a rule file among the others, and with those."""

    ok: bool
    faults: list[FaultShown]


class Trying(Strict):
    """A text that nobody sent, and who is to have sent it."""

    text: Annotated[str, Field(max_length=TEXT_LIMIT)]
    number: Annotated[str, Field(max_length=40)] = "+15145550001"
    gateway: Name = ""
    """Empty: the first."""
    language: Annotated[str, Field(pattern="^([a-z]{2})?$")] = ""
    """That the person chose."""
    at: AwareDatetime | None = None
    values: dict[Name, Annotated[str, Field(max_length=TEXT_LIMIT)]] = Field(
        default_factory=dict, max_length=100
    )
    """That were set for them."""
    lists: tuple[Name, ...] = Field((), max_length=100)
    tags: tuple[Name, ...] = Field((), max_length=100)


class RuleAsked(Shown):
    """A rule that is asked whether it answers."""

    rule: str
    file: str
    line: int
    by: str
    """What asks it: its words, or its open question."""
    answers: bool
    why: str


class ReplyShown(Shown):
    """A reply as it would be sent."""

    text: str
    languages: list[str]
    segments: int
    encoding: str
    dear: list[str]
    cheaper: str


class Explained(Shown):
    """Who would answer a text, and why."""

    words: list[str]
    """As it is compared."""
    rule: str | None
    """The one that answers."""
    reason: str
    silent: str | None
    """Why it is not answered although it could be."""
    asked: list[RuleAsked]
    captured: dict[str, str]
    does: list[str]
    replies: list[ReplyShown]
    error: str
    """Why it cannot be said: the text would be parked."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Answers what is asked about rules."""

    library: Library
    policy: Policy
    clock: Clock
    number: ReadNumber
    our_numbers: Mapping[str, str]
    """By gateway."""
    check: Check
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    def routes(self) -> tuple[Route, ...]:
        """Give the routes of `/rules`."""
        scope = Scope.RULES
        return (
            Route("GET", "/rules", scope, self.all, "The rules in force.", gives=RulesShown),
            Route(
                *("POST", "/rules/check", scope, self.checked),
                "Say what is wrong with a rule file; nothing is changed.",
                body=RuleFile,
                gives=Checked,
            ),
            Route(
                *("POST", "/rules/explain", scope, self.explained),
                "Say who would answer a text, and why; nothing is changed.",
                body=Trying,
                gives=Explained,
            ),
        )

    async def all(self, asked: Asked) -> Given:
        """Name the rules."""
        del asked
        book = self.library.rulebook
        faults = [str(fault) for fault in self.library.faults]
        told = [_rule(one) for one in book.rules]
        return Given(RulesShown(rules=told, digest=book.digest, faults=faults))

    async def checked(self, asked: Asked) -> Given:
        """Check a file: beside the work, and one at a time."""
        wanted: RuleFile = asked.body
        async with self.turn:
            found = await asyncio.to_thread(self.check, wanted.file, wanted.text)
        faults = [
            FaultShown(
                file=one.file, line=one.line, column=one.column, what=one.what, remedy=one.remedy
            )
            for one in found
        ]
        return Given(Checked(ok=not faults, faults=faults))

    async def explained(self, asked: Asked) -> Given:
        """Decide a text as if it had come."""
        return Given(_explained(explain(self._turn(asked.body), self.library.templates)))

    def _turn(self, trying: Trying) -> Turn:
        gateway = trying.gateway or next(iter(self.our_numbers))
        if gateway not in self.our_numbers:
            raise Problem(422, f"gateway: there is none that is called {gateway!r}")
        try:
            number = self.number(trying.number)
        except Wrong as wrong:
            raise Problem(422, f"number: {wrong.what}; {wrong.remedy}") from wrong
        now = trying.at or self.clock.now()
        if not _FIRST <= now < _LAST:
            raise Problem(422, "at: give an instant from 2000 to 2099")
        if unknown := set(trying.lists) - set(self.library.rulebook.lists):
            raise Problem(422, f"lists: no rule file has a list {min(unknown)!r}")
        talk = conversation_key(gateway, number)
        text = Inbound(
            id=0,
            gateway=gateway,
            conversation=talk,
            number=number,
            our_number=self.our_numbers[gateway],
            text=trying.text,
            sent_at=now,
            received_at=now,
            history=False,
            attempts=0,
        )
        person = Subscriber(
            number,
            language=trying.language,
            values=trying.values,
            tags=frozenset(trying.tags),
            lists=frozenset(trying.lists),
        )
        talking = Conversation(talk, gateway, number)
        return Turn(text, talking, person, self.library.rulebook, self.policy, now)


def _rule(one: Rule) -> RuleShown:
    return RuleShown(
        id=one.id,
        trigger=one.trigger.value,
        words=[phrase.written for phrase in one.phrases],
        file=one.source.file,
        line=one.source.line,
        keeps_answers=one.keeps_answers,
        interrupt=one.interrupt,
    )


def _explained(found: Explanation) -> Explained:
    return Explained(
        words=list(found.words),
        rule=found.answering.rule.id if found.answering else None,
        reason=str(found.reason),
        silent=str(found.silent) if found.silent else None,
        asked=[
            RuleAsked(
                rule=one.rule.id,
                file=one.rule.source.file,
                line=one.rule.source.line,
                by=str(one.by),
                answers=one.answers,
                why=str(one.why),
            )
            for one in found.asked
        ],
        captured=dict(found.captured),
        does=[str(one) for one in found.does],
        replies=[_reply(one) for one in found.replies],
        error=found.error,
    )


def _reply(said: Said) -> ReplyShown:
    return ReplyShown(
        text=said.text,
        languages=list(said.languages),
        segments=said.cost.count,
        encoding=said.cost.encoding,
        dear=list(said.cost.dear),
        cheaper=said.cheaper,
    )
