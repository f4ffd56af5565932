"""Where and when a rule holds, and which conditions can never hold together."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from bot.core.conditions import YEARLY, Circumstances, Dates, When, excludes, within

MONTREAL = ZoneInfo("America/Montreal")
NOON = Circumstances(  # of a Monday
    gateway="vudumobile",
    number="+15145550001",
    country="CA",
    language="fr",
    now=datetime(2026, 3, 2, 12, 0, tzinfo=MONTREAL),
    lists=frozenset({"deals"}),
    tags=frozenset({"vip"}),
    values={"town": "Laval"},
)
NIGHT, OFFICE = (22 * 60, 6 * 60), (9 * 60, 17 * 60)
MON, TUE, SAT, SUN = 0, 1, 5, 6


def of(*names: str) -> frozenset[str]:
    return frozenset(names)


def at(hour: int, minute: int = 0) -> Circumstances:
    return replace(NOON, now=NOON.now.replace(hour=hour, minute=minute))


def on(year: int, month: int, day: int) -> Circumstances:
    return replace(NOON, now=datetime(year, month, day, 12, tzinfo=MONTREAL))


def yearly(month: int, day: int, to_month: int = 0, to_day: int = 0) -> Dates:
    return Dates(date(YEARLY, month, day), date(YEARLY, to_month or month, to_day or day))


HOLIDAYS = yearly(12, 20, 1, 5)
JULY = Dates(date(2026, 7, 1), date(2026, 7, 31))
LEAP_DAY = yearly(2, 29)


@pytest.mark.parametrize(
    ("when", "around", "failing"),
    [
        pytest.param(When(), NOON, "", id="nothing asked"),
        pytest.param(When(gateways=of("clever")), NOON, "gateway", id="another gateway"),
        pytest.param(When(languages=of("fr", "en")), NOON, "", id="one of the languages"),
        pytest.param(When(languages=of("en")), NOON, "language", id="another language"),
        pytest.param(When(on_lists=of("deals", "news")), NOON, "", id="on one of the lists"),
        pytest.param(When(on_lists=of("news")), NOON, "list", id="not on the list"),
        pytest.param(When(off_lists=of("deals")), NOON, "list", id="on a list that excludes"),
        pytest.param(When(off_lists=of("news")), NOON, "", id="not on a list that excludes"),
        pytest.param(When(tags=of("vip")), NOON, "", id="tagged"),
        pytest.param(When(tags=of("press")), NOON, "tag", id="not tagged"),
        pytest.param(When(hours=(OFFICE,)), at(9), "", id="the first minute"),
        pytest.param(When(hours=(OFFICE,)), at(16, 59), "", id="the last minute"),
        pytest.param(When(hours=(OFFICE,)), at(17), "hours", id="the end is no more in it"),
        pytest.param(When(hours=(NIGHT,)), at(23), "", id="before midnight"),
        pytest.param(When(hours=(NIGHT,)), at(5, 59), "", id="after midnight"),
        pytest.param(When(hours=(NIGHT,)), at(6), "hours", id="in the morning"),
        pytest.param(When(hours=(NIGHT, OFFICE)), NOON, "", id="in one of two spans"),
        pytest.param(When(days=frozenset({MON})), NOON, "", id="the weekday"),
        pytest.param(When(days=frozenset({SAT, SUN})), NOON, "days", id="another weekday"),
        pytest.param(When(dates=(JULY,)), on(2026, 7, 31), "", id="the last day"),
        pytest.param(When(dates=(JULY,)), on(2027, 7, 31), "dates", id="a year later"),
        pytest.param(When(dates=(HOLIDAYS,)), on(2031, 1, 5), "", id="every year, after New Year"),
        pytest.param(When(dates=(HOLIDAYS,)), on(2031, 12, 20), "", id="and before"),
        pytest.param(When(dates=(HOLIDAYS,)), on(2031, 1, 6), "dates", id="and no longer"),
        pytest.param(When(dates=(LEAP_DAY,)), on(2028, 2, 29), "", id="29 February"),
        pytest.param(When(countries=of("CA", "US")), NOON, "", id="one of the countries"),
        pytest.param(When(countries=of("FR")), NOON, "country", id="another country"),
        pytest.param(When(prefixes=("+1514", "+1438")), NOON, "", id="one of the prefixes"),
        pytest.param(When(prefixes=("+33",)), NOON, "prefix", id="another prefix"),
        pytest.param(When(values={"town": frozenset()}), NOON, "", id="set to anything"),
        pytest.param(When(values={"town": of("Laval")}), NOON, "", id="set to this"),
        pytest.param(When(values={"town": of("Hull")}), NOON, "set", id="set to something else"),
        pytest.param(When(values={"age": frozenset()}), NOON, "set", id="not set"),
        pytest.param(When(unset=of("town")), NOON, "set", id="must not be set"),
        pytest.param(When(unset=of("age")), NOON, "", id="is not set"),
        pytest.param(
            When(gateways=of("clever"), days=frozenset({SUN})), NOON, "gateway", id="the first key"
        ),
    ],
)
def test_what_fails_is_named_by_its_key(when, around, failing):
    assert when.failing(around) == failing


@pytest.mark.parametrize(
    ("one", "other", "excluded"),
    [
        pytest.param(When(), When(), False, id="nothing asked"),
        pytest.param(When(gateways=of("a")), When(), False, id="asked on one side"),
        pytest.param(When(gateways=of("a")), When(gateways=of("b")), True, id="gateways"),
        pytest.param(When(languages=of("fr")), When(languages=of("en")), True, id="languages"),
        pytest.param(When(countries=of("CA")), When(countries=of("FR")), True, id="countries"),
        pytest.param(
            When(on_lists=of("a")), When(off_lists=of("a")), True, id="on and off a list"
        ),
        pytest.param(
            When(on_lists=of("a", "b")), When(off_lists=of("a")), False, id="on the other of two"
        ),
        pytest.param(When(on_lists=of("a")), When(on_lists=of("b")), False, id="on both lists"),
        pytest.param(When(tags=of("a")), When(tags=of("b")), False, id="both tags"),
        pytest.param(When(hours=(NIGHT,)), When(hours=(OFFICE,)), True, id="night and office"),
        pytest.param(
            When(hours=(NIGHT,)), When(hours=((6 * 60, 22 * 60),)), True, id="day and night"
        ),
        pytest.param(
            When(hours=(NIGHT,)), When(hours=((5 * 60, 22 * 60),)), False, id="an hour of both"
        ),
        pytest.param(When(hours=((0, 0),)), When(hours=(OFFICE,)), False, id="all day long"),
        pytest.param(When(days=frozenset({SAT})), When(days=frozenset({SUN})), True, id="days"),
        pytest.param(When(dates=(JULY,)), When(dates=(HOLIDAYS,)), True, id="dates"),
        pytest.param(When(dates=(JULY,)), When(dates=(yearly(7, 4),)), False, id="a day in July"),
        pytest.param(
            When(dates=(Dates(date(2026, 7, 4), date(2026, 7, 5)),)),
            When(days=frozenset({MON, TUE})),
            True,
            id="a weekend and two weekdays",
        ),
        pytest.param(
            When(dates=(yearly(7, 4),)), When(days=frozenset({MON})), False, id="in some year"
        ),
        pytest.param(
            When(dates=(LEAP_DAY,)), When(days=frozenset({MON})), False, id="in some leap year"
        ),
        pytest.param(
            When(dates=(HOLIDAYS,)),
            When(dates=(yearly(1, 5, 12, 20),)),
            False,
            id="both ends meet",
        ),
        pytest.param(
            When(dates=(HOLIDAYS,)), When(dates=(yearly(1, 6, 12, 19),)), True, id="all year else"
        ),
        pytest.param(When(prefixes=("+1514",)), When(prefixes=("+1438",)), True, id="prefixes"),
        pytest.param(
            When(prefixes=("+1",)), When(prefixes=("+1514",)), False, id="one in another"
        ),
        pytest.param(
            When(values={"a": of("1")}),
            When(values={"a": of("2")}),
            True,
            id="two values of a name",
        ),
        pytest.param(
            When(values={"a": of("1")}), When(values={"b": of("2")}), False, id="of two names"
        ),
        pytest.param(
            When(values={"a": frozenset()}), When(values={"a": of("2")}), False, id="any value"
        ),
        pytest.param(When(values={"a": of("1")}), When(unset=of("a")), True, id="set and not set"),
        pytest.param(
            When(on_lists=of("a"), off_lists=of("a")), When(), True, id="one that never holds"
        ),
    ],
)
def test_what_can_never_hold_together(one, other, excluded):
    assert excludes(one, other) is excluded
    assert excludes(other, one) is excluded


LISTS, NAMES = ("a", "b"), ("x", "y")
few = st.frozensets
minute = st.sampled_from([0, 1, 359, 360, 720, 1320, 1439])
around_leap_day = st.dates(date(2028, 2, 20), date(2028, 3, 10))
spans = st.one_of(
    st.tuples(around_leap_day, st.integers(0, 9)).map(
        lambda drawn: Dates(drawn[0], drawn[0] + timedelta(drawn[1]))
    ),
    st.tuples(around_leap_day, around_leap_day).map(
        lambda drawn: Dates(drawn[0].replace(year=YEARLY), drawn[1].replace(year=YEARLY))
    ),
)
KEYS: dict[str, st.SearchStrategy[Any]] = {
    "gateways": few(st.sampled_from(LISTS)),
    "languages": few(st.sampled_from(LISTS)),
    "countries": few(st.sampled_from(LISTS)),
    "on_lists": few(st.sampled_from(LISTS)),
    "off_lists": few(st.sampled_from(LISTS)),
    "hours": st.lists(st.tuples(minute, minute), max_size=2).map(tuple),
    "days": few(st.integers(0, 6), max_size=3),
    "dates": st.lists(spans, max_size=2).map(tuple),
    "prefixes": st.lists(st.sampled_from(["+1", "+12", "+13", "+2"]), max_size=2).map(tuple),
    "values": st.dictionaries(st.sampled_from(NAMES), few(st.sampled_from("12"))),
    "unset": few(st.sampled_from(NAMES)),
}
TOGETHER = [
    *(("gateways",), ("languages",), ("countries",), ("on_lists", "off_lists"), ("hours",)),
    *(("days", "dates"), ("prefixes",), ("values", "unset")),
]
"""Keys that only together say whether two conditions can both hold."""


def all_circumstances(keys: tuple[str, ...]) -> Iterator[Circumstances]:
    """Give every case that such keys can tell apart."""
    blank = replace(NOON, lists=frozenset(), tags=frozenset(), values={})
    match keys[0]:
        case "gateways":
            yield from (replace(blank, gateway=name) for name in LISTS)
        case "languages":
            yield from (replace(blank, language=name) for name in LISTS)
        case "countries":
            yield from (replace(blank, country=name) for name in LISTS)
        case "on_lists":
            chosen = [of(*filter(None, pair)) for pair in product(("", "a"), ("", "b"))]
            yield from (replace(blank, lists=lists) for lists in chosen)
        case "hours":
            yield from (at(number // 60, number % 60) for number in range(24 * 60))
        case "prefixes":
            yield from (replace(blank, number=f"+{digits}0") for digits in (1, 12, 13, 2, 3))
        case "values":
            for drawn in product(("", "1", "2", "3"), repeat=2):
                pairs = zip(NAMES, drawn, strict=True)
                yield replace(blank, values={name: value for name, value in pairs if value})
        case _:
            for year in range(2020, 2050):
                first = datetime(year, 2, 15, 12, tzinfo=MONTREAL)
                yield from (replace(blank, now=first + timedelta(days)) for days in range(35))


@pytest.mark.parametrize("keys", TOGETHER, ids=" and ".join)
@given(st.data())
def test_nothing_is_called_excluded_that_can_hold_nor_the_other_way_round(keys, data):
    one, other = (When(**{key: data.draw(KEYS[key]) for key in keys}) for _ in range(2))

    both = any(
        not one.failing(around) and not other.failing(around) for around in all_circumstances(keys)
    )

    assert excludes(one, other) is not both


whens = st.fixed_dictionaries({}, optional=KEYS).map(lambda drawn: When(**drawn))
circumstances = st.builds(
    replace,
    st.just(NOON),
    gateway=st.sampled_from(LISTS),
    language=st.sampled_from(LISTS),
    country=st.sampled_from(LISTS),
    lists=few(st.sampled_from(LISTS)),
    number=st.sampled_from(["+120", "+130", "+200"]),
    values=st.dictionaries(st.sampled_from(NAMES), st.sampled_from("12")),
    now=around_leap_day.flatmap(
        lambda day: st.times().map(lambda time: datetime.combine(day, time, MONTREAL))
    ),
)


@given(whens, whens, circumstances)
def test_conditions_that_both_hold_exclude_nothing(one, other, around):
    if not one.failing(around) and not other.failing(around):
        assert not excludes(one, other)


@given(minute, minute, minute)
def test_a_span_has_the_minutes_from_its_first_up_to_its_end(first, end, asked):
    counted = {(first + number) % 1440 for number in range((end - first) % 1440 or 1440)}

    assert within(asked, (first, end)) is (asked in counted)
