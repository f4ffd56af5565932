"""What a decision asks for that cannot be done in its transaction: rows that services work off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class ErrandKind(StrEnum):
    """What is to be done."""

    LOOKUP = "lookup"
    """Ask an address; its answer goes on with the conversation, whose later texts wait."""
    LATER = "later"
    """Say something at a time, unless the person texts before."""
    MAIL = "mail"
    """Forward a text to a mailbox, at most once."""
    AGAIN = "again"
    """Send a message once more of which the network said that it did not arrive."""
    CARRY = "carry"
    """Note at a gateway that a number opted out, or in."""


class ErrandStatus(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    UNDER_WAY = "under_way"
    """Begun; the intent was committed before a byte left."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNCLEAR = "unclear"
    """A mail of which it is not known whether it was taken. It is not sent again."""


TO_DO = (ErrandStatus.WAITING, ErrandStatus.UNDER_WAY)


@dataclass(frozen=True, slots=True)
class Errand:
    """One of them."""

    kind: ErrandKind
    conversation: str
    gateway: str
    number: str
    inbound: int
    """The text that asked for it."""
    rule: str
    due_at: datetime
    body: Mapping[str, Any] = field(default_factory=dict)
    """JSON, by kind: what the service that does it needs."""
    id: int = 0
    """0 before it is stored."""
    attempts: int = 0
