"""What a network's last word about a message asks for: the vendors' advice, in our own terms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What is to be done about a message that did not arrive."""

    STOP = "stop"
    """Start nothing to this number any more, until it texts."""
    AGAIN = "again"
    """Once more, later, within the message's life."""
    PAUSE = "pause"
    """Start nothing to this number until its next billing period, or until it texts."""
    SHORTEN = "shorten"
    """The network takes shorter texts only: tell the operator, never send it as it is."""
    HOLD = "hold"
    """Ours or the vendor's fault: tell the operator, and hold back what we start."""
    REPORT = "report"
    """Show it and count it; the operator decides."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What a vendor's document says to do for one of its codes."""

    action: Action
    times: int = 1
    """At the how-manieth occurrence for a number it is due; it is only reported before."""
