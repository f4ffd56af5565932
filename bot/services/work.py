"""What one transaction decides: gathered text by text, then written at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.core.code_limits import Failures
from bot.core.codes import Codes
from bot.core.consent import Consent
from bot.core.conversation import Conversation, Position, Subscriber
from bot.core.decide import open_rule
from bot.core.decision import Decision, Why
from bot.core.errands import Errand, ErrandKind
from bot.core.messages import Inbound, InboundStatus, Outbound
from bot.core.robots import mark
from bot.core.turn import Turn
from bot.core.understanding import to_json
from bot.core.verification import Awaited, Verification
from bot.log import logger
from bot.services.agreeing import agreed, opted, withdrawn
from bot.services.carrying import carry
from bot.services.library import Library
from bot.services.proving import Proving, awaited
from bot.services.speaking import Speech, Spoken, TooLong, event_of
from bot.storage import answers, consents, errands, events, outbox, stops, subscribers
from bot.storage.answers import Kept
from bot.storage.database import Connection
from bot.storage.events import Event
from bot.storage.inbox import Handled
from bot.storage.standings import TO_THE_PERSON, let_go

LOG = logger(__name__)
MARKED = 5
"""Things that we said last, by whose marks their echo is known."""


@dataclass(slots=True)
class Work:
    """Decisions of one transaction, in their order, until `write`."""

    speech: Speech
    now: datetime
    conversations: dict[str, Conversation]
    people: dict[str, Subscriber]
    messages: list[Outbound] = field(default_factory=list)
    _loaded: tuple[Mapping[str, Conversation], Mapping[str, Subscriber]] = field(init=False)
    _leaving: set[str] = field(default_factory=set)
    _heard: dict[str, datetime] = field(default_factory=dict)
    """When the last text was sent that was heard, by conversation."""
    _joined: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _left: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _consents: list[Consent] = field(default_factory=list)
    _kept: list[Kept] = field(default_factory=list)
    codes: Codes | None = None
    """What makes codes; None: none of these people awaits one."""
    verifications: dict[str, list[Verification]] = field(default_factory=dict)
    """What each was asked lately, by number."""
    failures: dict[str, Failures] = field(default_factory=dict)
    _proving: Proving = field(default_factory=Proving)
    _errands: list[Errand] = field(default_factory=list)
    _events: list[Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._loaded = (self.conversations.copy(), self.people.copy())

    def turn(self, text: Inbound, said: Sequence[str] = ()) -> Turn:
        """Give a text its turn, on top of what was decided before in this transaction."""
        return Turn(
            text,
            self.conversations.get(text.conversation)
            or Conversation(text.conversation, text.gateway, text.number),
            self.people.get(text.number) or Subscriber(text.number),
            self.speech.library.rulebook,
            self.speech.policy,
            self.now,
            said,
            text.contact or self.speech.languages.get(text.gateway, {}).get(text.number, ""),
            *self._awaited(text),
        )

    def _awaited(self, text: Inbound) -> tuple[Sequence[Awaited], str]:
        """Give what a code may approve that a text is, and in which language the last was sent."""
        known = self.verifications.get(text.number)
        if not known or self.codes is None:
            return (), ""
        return awaited(self.codes, known, self.failures.get(text.number), self.now)

    def hear(self, text: Inbound) -> None:
        """Note that a person texted: can be reached, and is not told what was to be said later."""
        before = self._heard.get(text.conversation, text.sent_at)
        self._heard[text.conversation] = max(before, text.sent_at)
        self._errands = [
            one
            for one in self._errands
            if one.kind is not ErrandKind.LATER or one.conversation != text.conversation
        ]

    def asks(self, conversation: str) -> bool:
        """Tell whether an address is to be asked in a conversation: its later texts wait."""
        return any(
            one.kind is ErrandKind.LOOKUP and one.conversation == conversation
            for one in self._errands
        )

    def obey(self, decision: Decision, turn: Turn) -> None:
        """Do what a built-in word asks for, also where its confirmation cannot be said."""
        self.people[turn.text.number] = decision.subscriber
        if decision.why.reason in {"stop", "start"}:
            self._consents.append(opted(turn, given=decision.why.reason == "start"))
        self._note_left(turn.subscriber, decision.subscriber, turn)
        named = decision.why.detail.get("list", "")
        if decision.why.reason == "left" and named not in turn.subscriber.lists:
            # Who was on no list says no all the same: nobody is put on it by an older consent.
            self._consents.append(withdrawn(turn, str(named)))
        if decision.cancel:
            self.leave(turn.text.number)

    @property
    def opted(self) -> list[Subscriber]:
        """Those who opted out or in by what was decided here."""
        before = self._loaded[1]
        return [
            one
            for number, one in self.people.items()
            if number not in before or one.changed_at != before[number].changed_at
        ]

    def leave(self, number: str) -> None:
        """Take back what waits for a number that opted out, in this transaction and in the store.

        Also where the confirmation itself cannot be said.
        """
        self._leaving.add(number)
        self.messages = [one for one in self.messages if _may_stay(one, number)]
        self._errands = [
            one for one in self._errands if one.number != number or one.kind not in TO_THE_PERSON
        ]
        for key, one in self.conversations.items():
            if one.number == number and one.position is not None:
                self.conversations[key] = replace(one, position=None)

    def carry_out(self, decision: Decision, turn: Turn, part: str = "") -> int:
        """Render and gather what was decided; say how many replies.

        `part` tells what of the text this belongs to, where that is not the text itself. Raises
        `RenderError`, `TooLong`; then nothing of it is gathered.
        """
        spoken = Spoken(self.speech, decision, turn, f"inbound {turn.text.id}/{part}")
        spoken.speak()
        person = spoken.voice.person
        if decision.joins:  # who wants more of us does not want no more
            person = replace(person, unsure_at=None)
        self._note_lists(turn.subscriber, person, turn, spoken)
        self._note_ending(turn, decision)
        self.people[turn.text.number] = person
        conversation = decision.conversation
        if self.speech.observing:
            conversation = replace(conversation, position=None)
        if spoken.replies:
            conversation = marked(conversation, *spoken.replies)
        self.conversations[turn.text.conversation] = conversation
        self.messages += [*spoken.replies, *spoken.forwarded]
        if not self.speech.observing:
            self._errands += spoken.errands
        self._events += spoken.events
        if decision.answer is not None:
            self._kept.append(_kept(decision, turn))
        if not self.speech.observing:
            self._prove(decision, turn)
        return len(spoken.replies)

    def _prove(self, decision: Decision, turn: Turn) -> None:
        """Note what was compared, so that the next text is compared with what is left."""
        self._proving.note(decision, turn)
        number = turn.text.number
        for one in decision.attempts:
            known = self.verifications[number]
            known[known.index(one.before)] = one.after
        if decision.attempts:
            before = self.failures.get(number) or Failures()
            right = decision.why.reason == "approved"
            self.failures[number] = Failures() if right else before.one_more(self.now)

    def _note_lists(
        self, before: Subscriber, after: Subscriber, turn: Turn, spoken: Spoken
    ) -> None:
        text = turn.text
        for name in sorted(after.lists.intersection(spoken.decision.joins)):
            self._left.pop((text.number, name), None)  # the last word is what counts
            known = turn.rulebook.lists.get(name)
            ends_at = known.ends(self.now) if known else None
            self._joined[text.number, name] = {
                "number": text.number,
                "list": name,
                "gateway": text.gateway,
                "language": spoken.voice.language,
                "cause": f"inbound {text.id}",
                "joined_at": self.now,
                "ends_at": ends_at,
            }
            self._consents.append(agreed(turn, spoken, name, ends_at))
            if name not in before.lists:
                self._tell("list.joined", turn, {"list": name})
        self._note_left(before, after, turn)

    def _note_left(self, before: Subscriber, after: Subscriber, turn: Turn) -> None:
        number = turn.text.number
        for name in sorted(before.lists - after.lists):
            if (number, name) in self._left:
                continue  # noted before its confirmation was said
            self._left[number, name] = {"number": number, "list": name, "left_at": self.now}
            self._consents.append(withdrawn(turn, name))
            self._tell("list.left", turn, {"list": name})

    def _note_ending(self, turn: Turn, decision: Decision) -> None:
        before, after = turn.conversation.position, decision.conversation.position
        if before is not None and (after is None or after.rule != before.rule):
            status = ending(turn, before, decision.why)
            self._tell("conversation.finished", turn, {"rule": before.rule, "status": status})

    def _tell(self, event: str, turn: Turn, more: Mapping[str, Any]) -> None:
        self._events.append(event_of(event, turn, more))

    async def write(self, connection: Connection) -> None:
        """Write everything down; the caller commits."""
        known, people = self._loaded
        await errands.cancel(
            connection, [ErrandKind.LATER], self.now, conversations=self._heard.keys()
        )
        if await stops.heard(connection, self._heard):
            LOG.info("A number that could not be reached has texted", action="receipt.reached")
        await subscribers.save_conversations(
            connection,
            [one for key, one in self.conversations.items() if one is not known.get(key)],
        )
        await subscribers.save_subscribers(
            connection, [one for key, one in self.people.items() if one is not people.get(key)]
        )
        await subscribers.join(connection, list(self._joined.values()))
        await subscribers.leave(connection, list(self._left.values()))
        await consents.record(connection, self._consents)
        if self._leaving:
            await let_go(connection, self._leaving, self.now, but=self.conversations.keys())
        await answers.keep(connection, self._kept)
        if not self.speech.observing:
            await events.record(connection, self._events)
            await errands.enqueue(connection, self._errands, self.now)
            await carry(connection, self.speech.carried_to, people, self.people, self.now)
        await outbox.enqueue(connection, self.messages, observing=self.speech.observing)
        if self.speech.verifier is not None:
            await self._proving.write(connection, self.speech.verifier)

    @property
    def gateways(self) -> Collection[str]:
        """The gateways that have something to send."""
        return {message.gateway for message in self.messages} | self._proving.gateways


def parked(text: Inbound, error: Exception, library: Library) -> Handled:
    """Put a text aside that could not be decided or answered, and tell the operator why."""
    reason = "too_long" if isinstance(error, TooLong) else "error"
    # The class alone: an error's own words may quote the text.
    detail = {"error": type(error).__name__}
    if isinstance(error, (TooLong, *library.speech_errors)):
        detail["what"] = str(error)
    LOG.error(
        "A text could not be answered and is parked",
        action="text.parked",
        inbound=text.id,
        gateway=text.gateway,
        **detail,
    )
    return Handled(text.id, InboundStatus.PARKED, Why(reason, detail=detail))


def ending(turn: Turn, position: Position, why: Why) -> str:
    """Say how a conversation ended: finished, interrupted, or by the reason that ended it."""
    if why.reason not in {"rule", "asked", "lookup"}:
        return why.reason
    if open_rule(turn, position) is None:
        return "changed"
    return "finished" if why.rule == position.rule else "interrupted"


def marked(conversation: Conversation, *messages: Outbound) -> Conversation:
    """Note by what the echo of these would be known."""
    marks = tuple(mark(message.text) for message in messages)
    return replace(conversation, said=(*conversation.said, *marks)[-MARKED:])


def _kept(decision: Decision, turn: Turn) -> Kept:
    answer, text = decision.answer, turn.text
    assert answer is not None
    return Kept(
        text.conversation,
        text.gateway,
        text.number,
        answer.rule,
        text.id,
        turn.now,
        {name: to_json(value) for name, value in answer.captured.items()},
        answer.once,
    )


def _may_stay(message: Outbound, number: str) -> bool:
    """Tell whether a message decided in this batch survives the STOP that came after it."""
    return message.number != number or outbox.may_stay(message)
