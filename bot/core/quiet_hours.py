"""When nothing is started: by the place of a number, hours, Sundays and public holidays.

A reply to a text leaves at any hour. The rules are a table, each with its source; they say what
is decent and mostly what is asked, and they are no legal advice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from functools import cache

from bot.core.places import Calendar, place_of

Span = tuple[int, int]
"""Minutes since midnight: open from the first until before the second."""
SUNDAY = 6
LONGEST_CLOSED = 31
"""Days in which a zone opens at least once, whatever its holidays."""
MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class QuietRule:
    """When something may be started in some countries."""

    name: str
    """Of these countries, for people."""
    countries: tuple[str, ...]
    """Empty: all that no other rule names."""
    weekdays: Span
    saturday: Span
    sunday: Span | None
    """Also on public holidays; None: not at all."""
    source: str

    def span(self, day: date, *, holiday: bool) -> Span | None:
        """Give the open hours of a day."""
        if holiday or day.weekday() == SUNDAY:
            return self.sunday
        return self.saturday if day.weekday() == SUNDAY - 1 else self.weekdays


def _hours(first: int, last: int) -> Span:
    return first * 60, last * 60


RULES: tuple[QuietRule, ...] = (
    QuietRule(
        name="France, its overseas departments and territories, Monaco",
        countries=(
            *("FR", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF", "MC"),
        ),
        weekdays=_hours(10, 20),
        saturday=_hours(10, 20),
        sunday=None,
        source="French operators and senders agree on Monday to Saturday, never on a Sunday or a "
        "public holiday; some open at 8, some at 10 (the strictest is taken). Decree 2022-1313, "
        "for calls (which law 2025-594 allows with consent alone since August 2026), also closes "
        "on Saturdays and from 13 to 14; it does not speak of SMS.",
    ),
    QuietRule(
        name="Canada",
        countries=("CA",),
        weekdays=_hours(9, 20),
        saturday=_hours(10, 18),
        sunday=_hours(10, 18),
        source="The anti-spam law (CASL) sets no hours. The CRTC's Unsolicited Telecommunications "
        "Rules, for calls, say 9:00-21:30, at weekends 10:00-18:00, by the time of who is called; "
        "evenings end at 20 here, and a public holiday of the province counts as a Sunday.",
    ),
    QuietRule(
        name="United States and their territories",
        countries=("US", "PR", "VI", "GU", "MP", "AS"),
        weekdays=_hours(9, 20),
        saturday=_hours(9, 20),
        sunday=None,
        source="47 CFR 64.1200(c)(1) says 8-21, by the time of who is called. States are "
        "stricter: Florida, Maryland and Oklahoma end at 20, Connecticut begins at 9, Alabama and "
        "Louisiana close on Sundays and holidays; a number does not tell in which one its owner "
        "lives. Stricter still are Kentucky (from 10) and Rhode Island (until 18, Saturdays 10-17)"
        ": who writes there sets hours of their own.",
    ),
    QuietRule(
        name="everywhere else, and numbers of no country",
        countries=(),
        weekdays=_hours(9, 20),
        saturday=_hours(9, 20),
        sunday=None,
        source="Our own choice: no rule of these countries was looked up. Where Friday is the "
        "day of rest, set hours of your own.",
    ),
)
_OF = {country: rule for rule in RULES for country in rule.countries}


class QuietWhy(StrEnum):
    """What keeps a number closed."""

    HOURS = "hours"
    SUNDAY = "sunday"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Quiet:
    """Nothing may be started to a number now."""

    until: datetime
    """UTC; by then every zone that the number may be in is open."""
    country: str
    """Empty where it is not known."""
    zone: tzinfo
    """One that is closed now."""
    why: QuietWhy
    hours: Span | None
    """Open there on that day; None: it is closed all day."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The rules as one installation keeps them."""

    home: tzinfo = UTC
    """Of numbers that have no place: short codes, +800."""
    own: Mapping[str, Span | None] = field(default_factory=dict)
    """Country to the operator's own hours, on the days that its rule opens; None: always open."""

    def at(self, number: str, instant: datetime) -> Quiet | None:
        """Say until when nothing may be started to a number, and why; None: it may be now."""
        place = place_of(number)
        country = place.country if place else ""
        rule = self.rule(country)
        if rule is None:
            return None
        zones = place.zones if place else (self.home,)
        calendars = place.calendars if place else ()
        # Hours so short that zones far apart are never open together: the likeliest one decides.
        common = _all_open(rule, zones, calendars, instant)
        if common is None:
            zones = zones[:1]
            common = _next_open(rule, zones[0], calendars, instant)
        for zone in zones:
            local = instant.astimezone(zone)
            why = _closed(rule, local, calendars)
            if why is not None:
                hours = _hours_of(rule, local.date(), calendars)
                return Quiet(common, country, zone, why, hours)
        return None

    def rule(self, country: str) -> QuietRule | None:
        """Give the rule of a country, with the operator's own hours; None: it is always open."""
        usual = _OF.get(country, RULES[-1])
        if country not in self.own:
            return usual
        own = self.own[country]
        if own is None:
            return None
        return replace(usual, weekdays=own, saturday=own, sunday=usual.sunday and own)


def _all_open(
    rule: QuietRule, zones: Sequence[tzinfo], calendars: tuple[Calendar, ...], instant: datetime
) -> datetime | None:
    """Find when all zones are open at once; None: never."""
    for _ in range(MOST_STEPS):
        later = max(_next_open(rule, zone, calendars, instant) for zone in zones)
        if later == instant:
            return instant
        instant = later
    return None


def _next_open(
    rule: QuietRule, zone: tzinfo, calendars: tuple[Calendar, ...], instant: datetime
) -> datetime:
    """Find when a zone opens; the instant itself where it is open."""
    local = instant.astimezone(zone)
    if _closed(rule, local, calendars) is None:
        return instant
    for days in range(LONGEST_CLOSED):
        day = local.date() + timedelta(days=days)
        span = _hours_of(rule, day, calendars)
        if span is not None:
            # Of an hour that comes twice the first; one that is left out that night is later.
            opens = datetime.combine(day, time(*divmod(span[0], 60)), zone).astimezone(UTC)
            if opens > instant:
                return opens
    raise AssertionError(f"{rule.name} is closed for a month")


def _closed(rule: QuietRule, local: datetime, calendars: tuple[Calendar, ...]) -> QuietWhy | None:
    span = _hours_of(rule, local.date(), calendars)
    if span is None:
        return QuietWhy.HOLIDAY if is_holiday(local.date(), calendars) else QuietWhy.SUNDAY
    return None if span[0] <= local.hour * 60 + local.minute < span[1] else QuietWhy.HOURS


def _hours_of(rule: QuietRule, day: date, calendars: tuple[Calendar, ...]) -> Span | None:
    return rule.span(day, holiday=is_holiday(day, calendars))


def is_holiday(day: date, calendars: tuple[Calendar, ...]) -> bool:
    """Say whether a day is a public holiday anywhere there.

    Those of a part of a country that no number tells (Good Friday and the 26th of December in
    Alsace and Moselle) are not known.
    """
    return any(day in _holidays(one, day.year) for one in calendars)


@cache
def _holidays(calendar: Calendar, year: int) -> frozenset[date]:
    from holidays import country_holidays  # noqa: PLC0415 - a tenth of a second, at need alone

    try:
        found = country_holidays(calendar.country, calendar.province or None, years=year)
    except NotImplementedError:  # a country that the library does not know
        return frozenset()
    return frozenset(found)
