"""`when`: where and when a rule holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Minutes = tuple[int, int]
"""From one minute of the day up to before another; over midnight if the second is smaller."""
YEARLY = 4
"""The year in which dates of every year are written: it has a 29 February."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What `when` looks at."""

    gateway: str
    number: str
    country: str
    """Of the number, two letters; empty where it has none."""
    language: str
    """Of the reply that the rule would give."""
    now: datetime
    """By the installation's zone."""
    lists: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    values: Mapping[str, str] = field(default_factory=dict)
    """What was `set` for the subscriber."""


@dataclass(frozen=True, slots=True)
class Dates:
    """Days from one to another, both included; of every year if written in `YEARLY`."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Tell whether a day is one of them; those of every year may go over New Year."""
        if self.first.year != YEARLY:
            return self.first <= day <= self.last
        in_year = day.replace(year=YEARLY)
        if self.first <= self.last:
            return self.first <= in_year <= self.last
        return in_year >= self.first or in_year <= self.last


@dataclass(frozen=True, slots=True)
class When:
    """All that is given must hold; what is empty always does."""

    gateways: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    on_lists: frozenset[str] = frozenset()
    """On one of these."""
    off_lists: frozenset[str] = frozenset()
    """On none of these."""
    tags: frozenset[str] = frozenset()
    """Has one of these."""
    hours: tuple[Minutes, ...] = ()
    days: frozenset[int] = frozenset()
    """Monday is 0."""
    dates: tuple[Dates, ...] = ()
    countries: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    values: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Name to the values that it may have; none: it need only be set."""
    unset: frozenset[str] = frozenset()
    """Names that must not be set."""

    def failing(self, around: Circumstances) -> str:
        """Name the first key of `when` that does not hold, as the author wrote it, or nothing."""
        return next((name for name, holds in self._asked(around) if not holds), "")

    def _asked(self, around: Circumstances) -> Iterable[tuple[str, bool]]:
        minute = around.now.hour * 60 + around.now.minute
        yield "gateway", not self.gateways or around.gateway in self.gateways
        yield "language", not self.languages or around.language in self.languages
        yield (
            "list",
            (not self.on_lists or bool(self.on_lists & around.lists))
            and not self.off_lists & around.lists,
        )
        yield "tag", not self.tags or bool(self.tags & around.tags)
        yield "hours", not self.hours or any(within(minute, span) for span in self.hours)
        yield "days", not self.days or around.now.weekday() in self.days
        today = around.now.date()
        yield "dates", not self.dates or any(span.holds(today) for span in self.dates)
        yield "country", not self.countries or around.country in self.countries
        yield "prefix", not self.prefixes or around.number.startswith(self.prefixes)
        yield (
            "set",
            all(
                name in around.values and (not wanted or around.values[name] in wanted)
                for name, wanted in self.values.items()
            )
            and not self.unset & around.values.keys(),
        )


ALWAYS = When()
"""The `when` of a rule that has none: the very object."""


def within(minute: int, span: Minutes) -> bool:
    """Tell whether a minute of the day lies in a span, which may go over midnight."""
    first, end = span
    return first <= minute < end if first < end else minute >= first or minute < end
