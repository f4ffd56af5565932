"""What an installation's configuration says about answering."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo

from bot.core.messages import Delivery
from bot.core.quiet_hours import QuietHours


@dataclass(frozen=True, slots=True)
class Limit:
    """So many in so long."""

    count: int
    period: timedelta


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
    quiet: QuietHours | None = None
    """When nothing is started; None: at any hour it is."""
