"""What one transaction decides: gathered text by text, then written at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.core.conversation import Conversation, Subscriber
from bot.core.decision import Decision
from bot.core.errands import Errand, ErrandKind
from bot.core.messages import Inbound, Outbound
from bot.core.robots import mark
from bot.core.turn import Turn
from bot.core.understanding import to_json
from bot.services.speaking import Speech, Spoken, event_of
from bot.storage import answers, errands, events, outbox, subscribers
from bot.storage.answers import Kept
from bot.storage.database import Connection
from bot.storage.events import Event

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
    _answered: set[str] = field(default_factory=set)
    _joined: list[dict[str, Any]] = field(default_factory=list)
    _left: list[dict[str, Any]] = field(default_factory=list)
    _kept: list[Kept] = field(default_factory=list)
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
        )

    def hear(self, text: Inbound) -> None:
        """Note that a person texted: what was to be said later is not said any more."""
        self._answered.add(text.conversation)
        self._errands = [
            one
            for one in self._errands
            if one.kind is not ErrandKind.LATER or one.conversation != text.conversation
        ]

    def leave(self, number: str) -> None:
        """Take back what waits for a number that opted out, in this transaction and in the store.

        Also where the confirmation itself cannot be said.
        """
        self._leaving.add(number)
        self.messages = [one for one in self.messages if _may_stay(one, number)]
        self._errands = [one for one in self._errands if one.number != number]
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
        self._note_lists(turn.subscriber, person, turn, spoken.voice.language)
        self._note_ending(turn, decision)
        self.people[turn.text.number] = person
        conversation = decision.conversation
        if self.speech.observing:
            conversation = replace(conversation, position=None)
        marks = tuple(mark(message.text) for message in spoken.replies)
        if marks:
            conversation = replace(conversation, said=(*conversation.said, *marks)[-MARKED:])
        self.conversations[turn.text.conversation] = conversation
        self.messages += [*spoken.replies, *spoken.forwarded]
        self._errands += spoken.errands
        self._events += spoken.events
        if decision.answer is not None:
            self._kept.append(_kept(decision, turn))
        return len(spoken.replies)

    def _note_lists(
        self, before: Subscriber, after: Subscriber, turn: Turn, language: str
    ) -> None:
        text = turn.text
        for name in sorted(after.lists - before.lists):
            self._joined.append(
                {
                    "number": text.number,
                    "list": name,
                    "gateway": text.gateway,
                    "language": language,
                    "cause": f"inbound {text.id}",
                    "joined_at": self.now,
                }
            )
            self._tell("list.joined", turn, {"list": name})
        for name in sorted(before.lists - after.lists):
            self._left.append({"number": text.number, "list": name, "left_at": self.now})
            self._tell("list.left", turn, {"list": name})

    def _note_ending(self, turn: Turn, decision: Decision) -> None:
        before, after = turn.conversation.position, decision.conversation.position
        if before is not None and (after is None or after.rule != before.rule):
            reason = decision.why.reason
            status = "finished" if reason in {"rule", "lookup"} else reason
            self._tell("conversation.finished", turn, {"rule": before.rule, "status": status})

    def _tell(self, event: str, turn: Turn, more: Mapping[str, Any]) -> None:
        self._events.append(event_of(event, turn, more))

    async def write(self, connection: Connection) -> None:
        """Write everything down; the caller commits."""
        known, people = self._loaded
        await errands.cancel(
            connection, [ErrandKind.LATER], self.now, conversations=self._answered
        )
        await subscribers.save_conversations(
            connection,
            [one for key, one in self.conversations.items() if one is not known.get(key)],
        )
        await subscribers.save_subscribers(
            connection, [one for key, one in self.people.items() if one is not people.get(key)]
        )
        await subscribers.join(connection, self._joined)
        await subscribers.leave(connection, self._left)
        if self._leaving:
            await self._let_go(connection)
        await answers.keep(connection, self._kept)
        await events.record(connection, self._events)
        if not self.speech.observing:
            await errands.enqueue(connection, self._errands, self.now)
        await outbox.enqueue(connection, self.messages, observing=self.speech.observing)

    async def _let_go(self, connection: Connection) -> None:
        await outbox.suppress(connection, self._leaving, self.now)
        await subscribers.end_conversations(
            connection, self._leaving, but=self.conversations.keys()
        )
        kinds = [ErrandKind.LATER, ErrandKind.LOOKUP]
        await errands.cancel(connection, kinds, self.now, numbers=self._leaving)

    @property
    def gateways(self) -> Collection[str]:
        """The gateways that have something to send."""
        return {message.gateway for message in self.messages}


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
    return message.number != number or message.message_class.value in outbox.TO_THE_BLOCKED
