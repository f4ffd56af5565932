"""How far a gateway's clock is from ours, and what that makes of an instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

PARTED = 2.0
"""Seconds by which two clocks may part while nobody sets them."""


@dataclass(frozen=True, slots=True)
class Skew:
    """The gateway's clock minus ours, in seconds, as an interval that holds the truth."""

    low: float = 0.0
    high: float = 0.0

    @property
    def width(self) -> float:
        """How uncertain we are, in seconds."""
        return self.high - self.low

    @property
    def middle(self) -> float:
        """The likeliest, in seconds."""
        return (self.low + self.high) / 2

    def is_apart(self, other: Skew | None) -> bool:
        """Tell whether a clock was set between the two, or a vendor's that nobody knew was."""
        if other is None:
            return False
        return self.low > other.high + PARTED or self.high < other.low - PARTED

    def ours(self, instant: datetime, then: Skew | None) -> datetime:
        """Give an instant of ours, of when it was `then`, by our clock as it goes now."""
        if then is None or not self.is_apart(then):
            return instant
        return instant + timedelta(seconds=then.middle - self.middle)
