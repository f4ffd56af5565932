"""What an installation's configuration says about answering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from enum import StrEnum

from bot.core.messages import Delivery
from bot.core.quiet_hours import QuietHours


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so long."""

    count: int
    period: timedelta


class Confirming(StrEnum):
    """How often an opt-out is confirmed."""

    ONCE = "once"
    EACH = "each"
    """As Canadian short codes have to."""
    NEVER = "never"
    """The carrier does it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be answered, and how what people write is read."""

    language: str
    max_age: timedelta
    delivery: Delivery
    per_number: tuple[Limit, ...]
    only_numbers: frozenset[str] = frozenset()
    """Empty: everybody is answered."""
    our_numbers: frozenset[str] = frozenset()
    timezone: tzinfo = UTC
    """Of hours, days and dates."""
    countries: Mapping[str, str] = field(default_factory=dict)
    """Gateway to the country of national telephone numbers, two letters."""
    silent_for: timedelta = timedelta(minutes=30)
    """How long rules are silent for a number that a person took over."""
    confirm_stop: Mapping[str, Confirming] = field(default_factory=dict)
    """Gateway to how often an opt-out is confirmed there."""

    mentions: Mapping[str, str] = field(default_factory=dict)
    """Gateway to how to stop there, where its sender cannot be answered: `STOP au 36111`."""

    def mentioned(self, gateway: str, text: str) -> str:
        """Say at the end of what we start how to stop, where it cannot be answered."""
        mention = self.mentions.get(gateway, "")
        return text if not mention or mention in text else f"{text} {mention}"

    def confirming(self, gateway: str) -> Confirming:
        """Say how often an opt-out is confirmed at a gateway: once, where nothing else is said."""
        return self.confirm_stop.get(gateway, Confirming.ONCE)

    code_length: int = 0
    """Digits of a code; 0: none are sent."""

    quiet: QuietHours | None = None
    """When nothing is started; None: at any hour it is."""
