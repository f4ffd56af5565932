"""What `decide` answers: a value that says everything, and has done nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.core.conversation import Conversation, Subscriber
from bot.core.messages import Delivery, InboundStatus, MessageClass
from bot.core.sayings import Message


@dataclass(frozen=True, slots=True)
class Reply:
    """Say this to the person who texted. Not yet rendered."""

    message: Message
    languages: tuple[str, ...]
    """Said in each of them, one after the other: two where the word that asked is both."""
    data: Mapping[str, Any]
    """What the template sees beside the installation's own names."""
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
    "rule": "a rule answered",
    "nobody": "no rule answers this text",
    "history": "listed before the first read; never answered",
    "late": "older than replies.max_age when it was read",
    "opted_out": "the number is opted out",
    "loop": "the number reached replies.per_number",
    "only_numbers": "replies.only_numbers names others alone",
    "robot": "a sender that cannot be answered (short, alphabetic, or one of ours)",
    "too_long": "the gateway cannot take a reply of that length",
    "error": "deciding or rendering failed; parked",
    "died": "the process died on this text three times; parked",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the conversation and the subscriber stand now, what to say, and why."""

    conversation: Conversation
    subscriber: Subscriber
    status: InboundStatus
    why: Why
    replies: tuple[Reply, ...] = ()
    cancel: bool = False
    """An opt-out: whatever waits for this number, on every gateway, is suppressed."""
