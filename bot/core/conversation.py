"""Where one number stands with one gateway, and with the installation as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


def conversation_key(gateway: str, number: str) -> str:
    """Name the conversation of a number on a gateway: `vudumobile:+15145550001`."""
    return f"{gateway}:{number}"


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
