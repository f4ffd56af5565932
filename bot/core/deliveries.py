"""An event on its way to one of the operator's programs."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from bot.core.instants import milliseconds

Listeners = Mapping[str, frozenset[str]]
"""Which events each address wants, by the digest of the address."""
EVERYTHING = "*"
RECEIVED, ANSWERED, FAILED = "message.received", "message.answered", "message.failed"
HELD = "gateway.held"


class DeliveryStatus(StrEnum):
    """Where it stands."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    """Given up, three days after it happened; it can be sent once more by hand."""


def digest_of(url: str) -> str:
    """Give what stands for an address in the store: it may hold a secret."""
    return hashlib.sha256(url.encode()).hexdigest()[:16]


def wants(events: frozenset[str], event: str) -> bool:
    """Tell whether an address that asked for these is to be told of an event."""
    return event in events or EVERYTHING in events


def name_of(secret: bytes, event: int, created_at: datetime) -> str:
    """Give the id under which programs know an event: the same each time it is sent (INV-36).

    A restored store counts on from an older number: the instant tells its events from those that
    a program knows already.
    """
    which = f"textobot event {event} {milliseconds(created_at)}"
    return f"evt_{hmac.new(secret, which.encode(), hashlib.sha256).hexdigest()[:32]}"
