"""What a rule does beside its reply: one value for each verb of `do`.

They are data. `decide` chooses them, the services carry them out, in the transaction in which the
text is answered; what needs a network becomes a row that a service works off.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from bot.core.sayings import Message
from bot.core.understanding import Expected


@dataclass(frozen=True, slots=True)
class Lookup:
    """Ask an address for what the reply is made of, before anything else is done."""

    url: str
    """With bare `{{ name }}` in its path and query."""
    fields: tuple[tuple[str, Expected], ...]
    """Name to type of what the answer's JSON object must have; `weather.sky` names inner ones, and
    is seen as `sky`."""
    fallback: Message | None
    """Said where the address does not answer; then nothing else is done."""
    within: timedelta


@dataclass(frozen=True, slots=True)
class Verify:
    """Send a code; all else that the rule does and says follows when it is texted back."""

    purpose: str


@dataclass(frozen=True, slots=True)
class Remember:
    """Keep values of the subscriber under names that templates and `when` see (`set`)."""

    values: Mapping[str, str]
    """Name to text, which may be Jinja."""


@dataclass(frozen=True, slots=True)
class Speak:
    """Answer this subscriber in a language from now on (`language`)."""

    language: str
    """Two letters, or Jinja that gives them."""


@dataclass(frozen=True, slots=True)
class Tag:
    """Mark the subscriber."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """Put the subscriber on a list."""

    list: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Take the subscriber off a list."""

    list: str


@dataclass(frozen=True, slots=True)
class Forward:
    """Pass the text on to a person's phone or mailbox: one of the two."""

    message: Message
    number: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Emit:
    """Tell the operator's own programs (`webhook`)."""

    event: str


@dataclass(frozen=True, slots=True)
class Later:
    """Say something more after a while, unless the person texts before."""

    after: timedelta
    message: Message


@dataclass(frozen=True, slots=True)
class Start:
    """Go on with another rule, as if it had been called."""

    rule: str


@dataclass(frozen=True, slots=True)
class HandOver:
    """Leave the conversation to a person: rules fall silent for this number."""

    silent_for: timedelta | None
    """None: the installation's `replies.takeover.silent_for`."""


@dataclass(frozen=True, slots=True)
class Block:
    """Answer this number no more, until an operator unblocks it."""


Action: TypeAlias = (
    Verify
    | Lookup
    | Remember
    | Speak
    | Tag
    | Join
    | Leave
    | Forward
    | Emit
    | Later
    | Start
    | HandOver
    | Block
)
VERBS: Mapping[str, type[Action]] = {
    "verify": Verify,
    "lookup": Lookup,
    "set": Remember,
    "language": Speak,
    "tag": Tag,
    "join": Join,
    "leave": Leave,
    "forward": Forward,
    "webhook": Emit,
    "later": Later,
    "start": Start,
    "handover": HandOver,
    "block": Block,
}
"""The verbs of `do`, in the order in which they are done."""
