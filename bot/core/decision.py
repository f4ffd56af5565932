"""What `decide` answers: a value that says everything, and has done nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.actions import Action, Lookup
from bot.core.conversation import Conversation, Subscriber
from bot.core.messages import Delivery, InboundStatus, MessageClass
from bot.core.sayings import Message
from bot.core.understanding import Value
from bot.core.verification import Verification


@dataclass(frozen=True, slots=True)
class Reply:
    """Say this to the person who texted. Not yet rendered."""

    message: Message
    languages: tuple[str, ...]
    """Said in each of them, one after the other: two where the word that asked is both."""
    message_class: MessageClass
    rule: str
    """The rule's id, or the built-in word's class (`stop`, `start`, `help`)."""
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Why:
    """The reason, short enough to be stored with each text and full enough to be explained."""

    reason: str
    """One of `REASONS`."""
    rule: str = ""
    words: str = ""
    """The phrase that called it, as the rule's author wrote it."""
    detail: Mapping[str, Any] = field(default_factory=dict)


REASONS: Mapping[str, str] = {
    "stop": "an opt-out word",
    "start": "an opt-in word",
    "help": "a help word",
    "unsure": "probably asks for no more messages; asked back, and nothing is started meanwhile",
    "left": "an opt-out word and the name of a list",
    "ended": "a word that ends the conversation",
    "rule": "a rule answered",
    "invalid": "a rule was called, and what follows is not what it expects",
    "asked": "a rule's question was put",
    "gave_up": "too many answers to a rule's question were not understood",
    "timed_out": "no answer came in time",
    "changed": "the rule's questions changed meanwhile; the conversation ended",
    "lookup": "a rule asks an address before it answers",
    "code": "a rule sends a code, and goes on when it is texted back",
    "approved": "the code that was awaited",
    "wrong_code": "a code, and not one that is awaited",
    "nobody": "no rule answers this text",
    "carrier": "the carrier confirms it (confirm_stop)",
    "history": "listed before the first read; never answered",
    "late": "older than replies.max_age when it was read",
    "opted_out": "the number is opted out",
    "blocked": "the number is blocked, by a rule or an operator",
    "taken_over": "a person has taken this conversation over",
    "reaction": "a phone's reaction to something that we said",
    "joined": "read as one with the texts that came right after it",
    "loop": "the number reached replies.per_number",
    "only_numbers": "replies.only_numbers names others alone",
    "robot": "a sender that is no person (short, alphabetic, one of ours, an echo, a clockwork)",
    "too_long": "the gateway cannot take a reply of that length",
    "error": "deciding or rendering failed; parked",
    "forgotten": "the person was forgotten; nothing is left of the text",
    "died": "the process died on this text three times; parked",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a rule captured, to be kept."""

    rule: str
    captured: Mapping[str, Value]
    once: bool
    """It takes the place of the number's earlier answer to this rule."""


@dataclass(frozen=True, slots=True)
class Asking:
    """An address is to be asked before a rule answers; `conclude` goes on from here."""

    lookup: Lookup
    rule: str
    captured: Mapping[str, Value]
    language: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """A code is to be sent to who texted; `proving` goes on from here when it comes back."""

    purpose: str
    rule: str
    captured: Mapping[str, Value]
    language: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A code was compared: how a verification stood, and stands."""

    before: Verification
    after: Verification


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the conversation and the subscriber stand now, what to do and say, and why."""

    conversation: Conversation
    subscriber: Subscriber
    status: InboundStatus
    why: Why
    replies: tuple[Reply, ...] = ()
    names: Mapping[str, Any] = field(default_factory=dict)
    """What the messages of this decision see beside the installation's own names."""
    actions: tuple[Action, ...] = ()
    """What must be rendered or written down elsewhere, in order, before the replies. What changes
    the conversation or the subscriber alone is in these already."""
    answer: Answer | None = None
    asking: Asking | None = None
    challenge: Challenge | None = None
    attempts: tuple[Attempt, ...] = ()
    """Verifications for which the text was an attempt."""
    language: str = ""
    """In which the rule answers, also where it says nothing at once; empty: see the replies."""
    captured: Mapping[str, Value] = field(default_factory=dict)
    """What was understood, for who is told of the rule; of questions, the answers so far."""
    joins: tuple[str, ...] = ()
    """The lists that it puts the person on, also where they were on them."""
    cancel: bool = False
    """An opt-out: whatever waits for this number, on every gateway, is suppressed."""
