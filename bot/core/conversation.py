"""Where one number stands with one gateway, and with the installation as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


def conversation_key(gateway: str, number: str) -> str:
    """Name the conversation of a number on a gateway: `vudumobile:+15145550001`."""
    return f"{gateway}:{number}"


@dataclass(frozen=True, slots=True)
class Position:
    """The step of a rule at which an answer is awaited."""

    rule: str
    shape: str
    """Of the steps under which the conversation began: see `Flow.shape`."""
    step: str
    language: str
    """In which the questions are asked."""
    inbound: int
    """The text that led here."""
    times_out_at: datetime
    answers: Mapping[str, str | int] = field(default_factory=dict)
    """What was answered so far, as it is stored: see `bot.core.understanding.to_json`."""
    misunderstood: int = 0
    """Answers to this step that were none."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Where one number stands with one gateway."""

    key: str
    gateway: str
    number: str
    replied: tuple[int, ...] = ()
    """Epoch milliseconds of the replies that count against `replies.per_number`, oldest first."""
    loop_noticed: bool = False
    """The operator has been told that this conversation hit the limit."""
    said: tuple[int, ...] = ()
    """Marks of the last things that we said, see `bot.core.robots.mark`."""
    heard: tuple[int, ...] = ()
    """Epoch milliseconds of the last texts, oldest first."""
    robot_noticed: bool = False
    """The operator has been told that a robot seems to text here."""
    position: Position | None = None
    """None: no question is open."""
    silent_until: datetime | None = None
    """A person has taken it over: no rule answers before."""


@dataclass(frozen=True, slots=True)
class Subscriber:
    """The person behind a number, on every gateway."""

    number: str
    opted_out: bool = False
    changed_at: datetime | None = None
    """When the word that decided this was sent, by the gateway's clock: an older word that is
    read later does not undo a newer one."""
    cause: str = ""
    """The text that decided it, as `inbound ID`."""
    language: str = ""
    """Chosen by the subscriber; empty: none was."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What rules have `set`."""
    tags: frozenset[str] = frozenset()
    blocked: bool = False
    """By a rule or an operator: nothing is answered."""
    lists: frozenset[str] = frozenset()
    """The ids of the lists that the subscriber is on."""
    unsure_at: datetime | None = None
    """When a text came that probably means STOP: until it is cleared, nothing is started."""
