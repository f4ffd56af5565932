"""`when`: where and when a rule holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

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

    @property
    def yearly(self) -> bool:
        """Whether they are days of every year."""
        return self.first.year == YEARLY

    def holds(self, day: date) -> bool:
        """Tell whether a day is one of them; those of every year may go over New Year."""
        if not self.yearly:
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


def excludes(one: When, other: When) -> bool:
    """Tell whether it is certain that never both hold, whoever texts, wherever and whenever.

    Each key is compared by itself, but for days and dates, which are compared together. That a
    country has its prefix is not known here.
    """
    return (
        _apart(one.gateways, other.gateways)
        or _apart(one.languages, other.languages)
        or _apart(one.countries, other.countries)
        or _lists_exclude(one, other)
        or _prefixes_exclude(one.prefixes, other.prefixes)
        or _values_exclude(one, other)
        or _hours_exclude(one.hours, other.hours)
        or _days_exclude(one, other)
    )


def _apart(some: frozenset[Any], others: frozenset[Any]) -> bool:
    return bool(some and others and not some & others)


def _lists_exclude(one: When, other: When) -> bool:
    off = one.off_lists | other.off_lists
    return any(when.on_lists and when.on_lists <= off for when in (one, other))


def _prefixes_exclude(some: Sequence[str], others: Sequence[str]) -> bool:
    if not some or not others:
        return False
    return not any(a.startswith(b) or b.startswith(a) for a in some for b in others)


def _values_exclude(one: When, other: When) -> bool:
    unset = one.unset | other.unset
    if any(name in unset for when in (one, other) for name in when.values):
        return True
    both = one.values.keys() & other.values.keys()
    return any(_apart(one.values[name], other.values[name]) for name in both)


def _hours_exclude(some: Sequence[Minutes], others: Sequence[Minutes]) -> bool:
    """Two spans of the clock meet where one begins within the other."""
    if not some or not others:
        return False
    return not any(within(a[0], b) or within(b[0], a) for a in some for b in others)


def _days_exclude(one: When, other: When) -> bool:
    if _apart(one.days, other.days):
        return True
    days = (one.days & other.days) or one.days or other.days or EVERY_DAY
    return not any(_meet(a, b, days) for a in one.dates or (EVER,) for b in other.dates or (EVER,))


EVERY_DAY = frozenset(range(7))
EVER = Dates(date.min, date.max)


def _meet(one: Dates, other: Dates, days: frozenset[int]) -> bool:
    """Tell whether some day is in both, and one of these weekdays."""
    if one.yearly and other.yearly:  # over the years, on every weekday
        return one.holds(other.first) or other.holds(one.first)
    fixed = [dates for dates in (one, other) if not dates.yearly]
    first, last = max(dates.first for dates in fixed), min(dates.last for dates in fixed)
    between = (first + timedelta(number) for number in range((last - first).days + 1))
    return any(day.weekday() in days and one.holds(day) and other.holds(day) for day in between)
