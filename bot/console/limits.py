"""How often programs may ask: by token, and by the address that they ask from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil

from bot.console.problems import Problem

MOST_KNOWN = 10_000
"""Tokens or addresses that are counted at once; those that ask no more are let go first."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second, and so many at once."""

    per_second: float
    at_once: int


TOKEN = Rate(20.0, 100)
ADDRESS = Rate(50.0, 200)
REFUSED = Rate(0.2, 20)
"""Of requests without a good token, from one address. Beyond it a good one is still let in."""


class Limit:
    """Counts for each name."""

    def __init__(self, rate: Rate, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._left: dict[str, tuple[float, float]] = {}
        """What a name had left, and when."""

    def take(self, name: str) -> None:
        """Count one more; a name that has none left raises the problem that says until when."""
        now, rate = self._monotonic(), self._rate
        left, since = self._left.pop(name, (float(rate.at_once), now))
        left = min(rate.at_once, left + (now - since) * rate.per_second)
        going = left >= 1
        self._left[name] = (left - going, now)
        if len(self._left) > MOST_KNOWN:
            self._left.pop(next(iter(self._left)))  # that asked longest ago
        if not going:
            wait = max(1, ceil((1 - left) / rate.per_second))
            raise Problem(
                429, "too many requests; ask again later", headers={"Retry-After": str(wait)}
            )
