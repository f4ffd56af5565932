"""A verification: whether a person holds a phone, from its beginning to the one right answer.

All of it is pure: the store decides who is first, by one row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.core.codes import Codes
from bot.core.messages import Way

APPROVED, FAILED = "verification.approved", "verification.failed"
"""The events that programs are told."""
OPERATOR = "operator"
"""The caller of what an operator begins by hand."""
WARM_HOURS = 24
"""For so long after it began, what a number texts is looked at for the code."""


class Channel(StrEnum):
    """How a code comes to the person, or from the person to us."""

    AUTO = "auto"
    """The vendor's own verification, by SMS or voice as it chooses; where there is none, our
    text."""
    SMS = "sms"
    """Our own text."""
    VOICE = "voice"
    """Read out in a call."""
    INBOUND = "inbound"
    """The person texts it to us."""


class State(StrEnum):
    """Where a verification stands."""

    PENDING = "pending"
    APPROVED = "approved"
    EXPIRED = "expired"
    LOCKED = "locked"
    CANCELLED = "cancelled"


TRANSITIONS: Mapping[State, frozenset[State]] = {
    State.PENDING: frozenset(State) - {State.PENDING},
    **dict.fromkeys(frozenset(State) - {State.PENDING}, frozenset()),
}


@dataclass(frozen=True, slots=True)
class Verification:
    """One of them. Its code is nowhere: see `code`."""

    id: str
    caller: str
    """Whose it is: `token NAME`, `rule ID` or `operator`. Nobody else learns that it is there."""
    purpose: str
    number: str
    gateway: str
    our_number: str
    """Where the person texts the code to; empty where nobody does."""
    channel: Channel
    language: str
    nonce: str
    length: int
    """Signs of the code."""
    attempts_allowed: int
    sends_allowed: int
    created_at: datetime
    expires_at: datetime
    status: State = State.PENDING
    status_at: datetime | None = None
    """When it became so; None: it began so."""
    attempts: int = 0
    """Comparisons that were made."""
    sends: int = 0
    sent_at: datetime | None = None
    """The last time."""
    rule: str = ""
    """The rule that goes on when the code is texted back."""
    captured: Mapping[str, str | int] = field(default_factory=dict)
    """What that rule had captured, as it is stored."""
    country: str = ""

    @property
    def by_text(self) -> bool:
        """Whether a text approves it: of others a code that is texted to us proves too little.

        Somebody who is sent a code that a stranger asked for may answer it without a thought.
        """
        return self.channel is Channel.INBOUND or bool(self.rule)

    @property
    def attempts_left(self) -> int:
        """How many comparisons may still be made."""
        return self.attempts_allowed - self.attempts if self.status is State.PENDING else 0

    @property
    def sends_left(self) -> int:
        """How often the code may still be sent."""
        outbound = self.channel is not Channel.INBOUND and self.status is State.PENDING
        return self.sends_allowed - self.sends if outbound else 0

    def code(self, codes: Codes) -> str:
        """Render the code."""
        if self.channel is Channel.INBOUND:
            return codes.signs(self.id, self.nonce)
        return codes.digits(self.id, self.nonce, self.length)

    def way(self, preferred: Way) -> Way:
        """Say how a gateway that prefers this sends the code."""
        return {Channel.SMS: Way.TEXT, Channel.VOICE: Way.VOICE}.get(self.channel, preferred)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A verification that the text of its number may approve."""

    verification: Verification
    seal: str
    """Of the right code, see `bot.core.codes`."""
    locked: bool = False
    """The number sent too many wrong codes: nothing is compared."""


def at(one: Verification, now: datetime) -> Verification:
    """Give how it stands now: what is not over in time has expired."""
    over = one.status is State.PENDING and now >= one.expires_at
    return replace(one, status=State.EXPIRED, status_at=one.expires_at) if over else one


def checked(one: Verification, now: datetime, *, right: bool) -> Verification:
    """Give how it stands after a comparison. One that is not pending stays as it is (INV-15)."""
    one = at(one, now)
    if one.status is not State.PENDING:
        return one
    one = replace(one, attempts=one.attempts + 1)
    if right:
        return replace(one, status=State.APPROVED, status_at=now)
    used = one.attempts >= one.attempts_allowed
    return replace(one, status=State.LOCKED, status_at=now) if used else one


def cancelled(one: Verification, now: datetime) -> Verification:
    """Give how it stands after it was called off."""
    one = at(one, now)
    if one.status is not State.PENDING:
        return one
    return replace(one, status=State.CANCELLED, status_at=now)


def sent(one: Verification, now: datetime) -> Verification:
    """Give how it stands after its code was given out once more."""
    return replace(one, sends=one.sends + 1, sent_at=now)
