"""Where reading VuduMobile's feed stands, and from when it is asked next.

`get_feed` takes a first second and nothing else: no end, page or acknowledgement. Rows come in any
order, and some late with a time in the past. So each reading reaches back over what was read
already, minutes at each poll, hours once an hour, days once a day.

All instants are epoch seconds of the gateway's clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.gateways.payload import whole_number

OVERLAP = 300
"""Seconds that each poll reaches back, at least."""
WIDEST = 6 * 3600
"""Seconds: late rows widen the overlap up to what the hourly sweep covers anyway."""
MARGIN = 3
"""A row that is late by so much announces one that is later: three times as much is read."""
HOUR, HOURLY_REACH = 3600, 6 * 3600
DAY, DAILY_REACH = 24 * 3600, 72 * 3600
LAG = 900
"""Seconds that the whole listing may lag behind: while nothing newer is listed, polls go on
reaching back from the newest text read. What is later than this nobody waits for any more."""
AHEAD = 2
"""Seconds that a row may be ahead of the gateway's `Date`: a row of the year 2099 must not take
the cursor along."""
FIRST_RETRY, LAST_RETRY = 60, 3600
"""Seconds until what could not be read is tried again, doubling."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch that could not be read, because the answer was too long or took too long."""

    start: int
    end: int
    tries: int
    due: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be read next."""

    start: int
    sweep: int = 0
    """How far back the sweep that is due reaches; 0: none is."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """What the next reading starts from."""

    high: int
    """The newest text read, never ahead of the gateway's present."""
    read: int
    """The gateway's present at the last good reading."""
    hourly: int
    daily: int
    """When the last sweeps were."""
    overlap: int = OVERLAP
    gap: Gap | None = None

    @classmethod
    def first(cls, present: int) -> Cursor:
        """Begin: the first reading is a sweep of its own."""
        return cls(present, present, present, present)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Cursor | None:
        """Undo `to_json`; None before the first good reading, or where it makes no sense."""
        names = ("high", "read", "hourly", "daily")
        known = [whole_number(stored.get(name)) for name in names]
        high, read, hourly, daily = known
        if high is None or read is None or hourly is None or daily is None:
            return None
        overlap = whole_number(stored.get("overlap")) or OVERLAP
        gap = None
        match stored.get("gap"):
            case [int(start), int(end), int(tries), int(due)]:
                gap = Gap(start, end, tries, due)
        return cls(high, read, hourly, daily, min(max(overlap, OVERLAP), WIDEST), gap)

    def to_json(self) -> dict[str, Any]:
        """Give it as the store keeps it."""
        stored: dict[str, Any] = {
            "high": self.high,
            "read": self.read,
            "hourly": self.hourly,
            "daily": self.daily,
            "overlap": self.overlap,
        }
        if self.gap is not None:
            stored["gap"] = [self.gap.start, self.gap.end, self.gap.tries, self.gap.due]
        return stored

    def plan(self, present: int) -> Plan:
        """Say from which second to ask now."""
        front = min(max(self.high, self.read - LAG), present)
        sweep = self._sweep(present)
        start = front - max(self.overlap, sweep)
        if self.gap is not None and present >= self.gap.due:
            start = min(start, self.gap.start)
        return Plan(start, sweep)

    def after(self, plan: Plan, start: int, present: int, newest: int | None) -> Cursor:
        """Move on after a good reading from `start` on; what was planned before it is a gap.

        `newest` is the newest row's second, where there was one.
        """
        hourly, daily = plan.sweep >= HOURLY_REACH, plan.sweep >= DAILY_REACH
        high = self.high if newest is None else max(self.high, newest)
        return replace(
            self,
            high=min(high, present + AHEAD),
            read=present,
            hourly=present if hourly else self.hourly,
            daily=present if daily else self.daily,
            overlap=max(OVERLAP, self.overlap // 2) if daily else self.overlap,
            gap=self._gap_after(plan.start, start, present),
        )

    def late(self, seconds: int) -> Cursor:
        """Reach further back from now on: a row was listed so many seconds late."""
        return replace(self, overlap=max(self.overlap, min(MARGIN * seconds, WIDEST)))

    def _sweep(self, present: int) -> int:
        if present - self.daily >= DAY:
            return DAILY_REACH
        return HOURLY_REACH if present - self.hourly >= HOUR else 0

    def _gap_after(self, wanted: int, start: int, present: int) -> Gap | None:
        old = self.gap if self.gap is not None and self.gap.start < start else None
        if start <= wanted:
            return old
        if old is None:
            return Gap(wanted, start, 1, present + FIRST_RETRY)
        if wanted > old.start:  # it was not its turn
            return replace(old, start=min(wanted, old.start), end=start)
        wait = min(FIRST_RETRY << min(old.tries, 10), LAST_RETRY)
        return Gap(min(wanted, old.start), start, old.tries + 1, present + wait)
