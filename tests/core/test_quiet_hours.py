"""When nothing is started: each row of the tables, at its minutes, Sundays, holidays, clocks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from hypothesis import given, strategies as st

from bot.core.area_codes import CANADA, USA
from bot.core.country_zones import COUNTRIES
from bot.core.places import ZONES, areas, place_of
from bot.core.quiet_hours import RULES, Quiet, QuietHours, QuietWhy

QUIET = QuietHours(ZoneInfo("America/Toronto"))
MINUTE = timedelta(minutes=1)
PARIS, MONTREAL, NEW_YORK = "Europe/Paris", "America/Toronto", "America/New_York"
ROWS = {
    **dict.fromkeys(CANADA.strip().splitlines(), "CA"),
    **dict.fromkeys(USA.strip().splitlines(), "US"),
}


def at(zone: str, written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def quiet(number: str, instant: datetime, hours: QuietHours = QUIET) -> Quiet:
    found = hours.at(number, instant)
    assert found is not None
    return found


# Rules, each at its boundaries: the number, its zone, a day, and when it is open then

HOURS = [
    pytest.param("+33612345678", PARIS, "2026-03-02", "10:00", "20:00", id="France, a Monday"),
    pytest.param("+33612345678", PARIS, "2026-03-07", "10:00", "20:00", id="France, a Saturday"),
    pytest.param("+37761234567", "Europe/Monaco", "2026-03-02", "10:00", "20:00", id="Monaco"),
    pytest.param("+590690123456", "America/Guadeloupe", "2026-03-02", "10:00", "20:00", id="+590"),
    pytest.param("+596696123456", "America/Martinique", "2026-03-02", "10:00", "20:00", id="+596"),
    pytest.param("+594694123456", "America/Cayenne", "2026-03-02", "10:00", "20:00", id="+594"),
    pytest.param("+262692123456", "Indian/Reunion", "2026-03-02", "10:00", "20:00", id="Réunion"),
    pytest.param("+262639123456", "Indian/Mayotte", "2026-03-02", "10:00", "20:00", id="Mayotte"),
    pytest.param("+508551234", "America/Miquelon", "2026-03-02", "10:00", "20:00", id="+508"),
    pytest.param("+687751234", "Pacific/Noumea", "2026-03-02", "10:00", "20:00", id="+687"),
    pytest.param("+681821234", "Pacific/Wallis", "2026-03-02", "10:00", "20:00", id="+681"),
    pytest.param("+68987123456", "Pacific/Tahiti", "2026-03-02", "10:00", "19:00", id="+689"),
    pytest.param("+15145550001", MONTREAL, "2026-03-02", "09:00", "20:00", id="Montréal, Monday"),
    pytest.param("+15145550001", MONTREAL, "2026-03-07", "10:00", "18:00", id="a Saturday"),
    pytest.param("+15145550001", MONTREAL, "2026-03-08", "10:00", "18:00", id="a Sunday"),
    pytest.param("+15145550001", MONTREAL, "2026-06-24", "10:00", "18:00", id="its holiday"),
    pytest.param("+14165550001", MONTREAL, "2026-06-24", "09:00", "20:00", id="not Toronto's"),
    pytest.param("+14185550001", MONTREAL, "2026-03-02", "09:00", "19:00", id="418: the Islands"),
    pytest.param("+17095550001", "America/St_Johns", "2026-03-02", "09:30", "20:00", id="709"),
    pytest.param("+12125550001", NEW_YORK, "2026-03-02", "09:00", "20:00", id="New York, Monday"),
    pytest.param("+12125550001", NEW_YORK, "2026-03-07", "09:00", "20:00", id="a Saturday there"),
    pytest.param("+17875550001", "America/Puerto_Rico", "2026-03-02", "09:00", "20:00", id="787"),
    pytest.param("+12425550100", "America/Nassau", "2026-03-02", "09:00", "20:00", id="Bahamas"),
    pytest.param("+18005550100", "Pacific/Honolulu", "2026-03-02", "09:00", "13:30", id="free"),
    pytest.param("+15005550100", "Pacific/Honolulu", "2026-03-02", "09:00", "13:30", id="+1 500"),
    pytest.param("+4915112345678", "Europe/Berlin", "2026-03-02", "09:00", "20:00", id="Germany"),
    pytest.param("+351912345678", "Europe/Lisbon", "2026-03-02", "10:00", "20:00", id="Azores"),
    pytest.param(
        "+77012345678", "Asia/Almaty", "2026-03-02", "09:00", "20:00", id="+7, no Russia"
    ),
    pytest.param("36180", MONTREAL, "2026-03-02", "09:00", "20:00", id="a short code: ours"),
    pytest.param("RADIO", MONTREAL, "2026-03-02", "09:00", "20:00", id="a name"),
    pytest.param("+80012345678", MONTREAL, "2026-03-02", "09:00", "20:00", id="nowhere"),
]


@pytest.mark.parametrize(("number", "zone", "day", "opens", "closes"), HOURS)
def test_a_day_is_open_from_one_minute_to_another(
    number: str, zone: str, day: str, opens: str, closes: str
) -> None:
    first, last = at(zone, f"{day} {opens}"), at(zone, f"{day} {closes}")

    assert quiet(number, first - MINUTE).until == first
    assert [QUIET.at(number, one) for one in (first, last - MINUTE)] == [None, None]
    assert quiet(number, last).until > last


HOLIDAYS = [
    pytest.param("+33612345678", PARIS, "2026-03-01 12:00", "2026-03-02 10:00", id="Sunday"),
    pytest.param("+33612345678", PARIS, "2026-07-14 12:00", "2026-07-15 10:00", id="14 July"),
    pytest.param("+33612345678", PARIS, "2026-04-04 20:00", "2026-04-07 10:00", id="Easter"),
    pytest.param(
        "+33612345678", PARIS, "2026-03-28 20:00", "2026-03-30 10:00", id="clocks, March"
    ),
    pytest.param("+33612345678", PARIS, "2026-10-24 20:00", "2026-10-26 10:00", id="and October"),
    pytest.param(
        *("+262692123456", "Indian/Reunion", "2027-12-20 12:00", "2027-12-21 10:00"),
        id="the end of slavery in Réunion",
    ),
    pytest.param(
        *("+262639123456", "Indian/Mayotte", "2026-04-27 12:00", "2026-04-28 10:00"), id="Mayotte"
    ),
    pytest.param(
        *("+590690123456", "America/Guadeloupe", "2026-05-27 12:00", "2026-05-28 10:00"),
        id="Guadeloupe",
    ),
    pytest.param(
        *("+596696123456", "America/Martinique", "2026-05-22 12:00", "2026-05-23 10:00"),
        id="Martinique",
    ),
    pytest.param(
        *("+594694123456", "America/Cayenne", "2026-06-10 12:00", "2026-06-11 10:00"), id="Guiana"
    ),
    pytest.param(
        *("+12125550001", NEW_YORK, "2026-11-26 12:00", "2026-11-27 09:00"), id="Thanksgiving"
    ),
    pytest.param(
        *("+12125550001", NEW_YORK, "2026-03-07 20:00", "2026-03-09 09:00"), id="and its clocks"
    ),
    pytest.param(
        *("+15145550001", MONTREAL, "2026-10-31 18:00", "2026-11-01 10:00"), id="Montréal's clocks"
    ),
    pytest.param(
        *("+4915112345678", "Europe/Berlin", "2026-10-03 12:00", "2026-10-05 09:00"), id="Germany"
    ),
]


@pytest.mark.parametrize(("number", "zone", "asked", "until"), HOLIDAYS)
def test_a_closed_day_is_waited_out(number: str, zone: str, asked: str, until: str) -> None:
    assert quiet(number, at(zone, asked)).until == at(zone, until)


def test_what_no_number_tells_is_not_known() -> None:
    """Good Friday is a holiday in Strasbourg, and not in France."""
    assert QUIET.at("+33612345678", at(PARIS, "2026-04-03 12:00")) is None


@pytest.mark.parametrize(
    ("number", "zone", "asked", "why"),
    [
        ("+33612345678", PARIS, "2026-03-02 09:00", QuietWhy.HOURS),
        ("+33612345678", PARIS, "2026-03-01 12:00", QuietWhy.SUNDAY),
        ("+33612345678", PARIS, "2026-11-01 12:00", QuietWhy.HOLIDAY),
        ("+15145550001", MONTREAL, "2026-03-01 19:00", QuietWhy.HOURS),
    ],
)
def test_it_is_told_why(number: str, zone: str, asked: str, why: QuietWhy) -> None:
    found = quiet(number, at(zone, asked))

    assert (found.why, str(found.zone), found.country) == (why, zone, place_country(number))


def place_country(number: str) -> str:
    place = place_of(number)
    assert place is not None
    return place.country


# Each row of the area codes and of the countries


@pytest.mark.parametrize("day", ["2026-03-03", "2026-07-07"])
@pytest.mark.parametrize("line", ROWS)
def test_an_area_is_open_when_all_its_zones_are(line: str, day: str) -> None:
    head, _, codes = line.partition(":")
    zones = head.split()[1:]
    first = max(at(zone, f"{day} 09:00") for zone in zones)
    last = min(at(zone, f"{day} 20:00") for zone in zones)
    for code in codes.split():
        number = f"+1{code}5550100"
        assert place_country(number) == ROWS[line]
        assert quiet(number, first - MINUTE).until == first
        assert QUIET.at(number, first) is None
        assert QUIET.at(number, last - MINUTE) is None
        assert quiet(number, last).until > last


def test_no_area_code_of_canada_and_the_states_is_missing() -> None:
    """Measured against the library's own list of numbers, which knows no zones."""
    known = {
        code
        for code in map(str, range(200, 1000))
        for rest in ("2345678", "5550123")
        if phonenumbers.region_code_for_number(number := phonenumbers.parse(f"+1{code}{rest}"))
        in {"CA", "US"}
        and phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE
    }

    assert len(known) > 350
    assert known - set(areas()) == set()
    assert len(areas()) == sum(len(line.partition(":")[2].split()) for line in ROWS)


AS_THE_NEIGHBOUR = {"AX", "BL", "CC", "CX", "EH", "IM", "MF", "SJ", "VA"}
"""Their numbers look like those of the country whose code they share."""


@pytest.mark.parametrize("line", COUNTRIES.strip().splitlines())
def test_a_country_opens_soon(line: str) -> None:
    country, *zones = line.split()
    example = phonenumbers.example_number_for_type(country, phonenumbers.PhoneNumberType.MOBILE)
    example = example or phonenumbers.example_number(country)
    assert example is not None
    number = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
    place = place_of(number)
    assert place is not None
    if country not in AS_THE_NEIGHBOUR:
        assert (place.country, [str(zone) for zone in place.zones]) == (country, zones)

    monday = at("UTC", "2026-03-02 00:00")
    for week in range(4):
        begins = monday + timedelta(weeks=week)
        found = QUIET.at(number, begins)
        assert found is None or found.until < begins + timedelta(days=10)


def test_no_country_is_missing_or_has_two_rules() -> None:
    with_areas = {"CA", "US"}
    assert {*ZONES, *with_areas} == set(phonenumbers.SUPPORTED_REGIONS)
    named = [country for rule in RULES for country in rule.countries]
    assert len(named) == len(set(named))
    assert set(named) <= {*ZONES, *with_areas}


NUMBERS = ["+33612345678", "+14185550001", "+18675550001", "+79161234567", "+5511912345678"]
NUMBERS += ["+18005550100", "36180", "+68987123456", "+61412345678", "+12125550001"]


@given(
    number=st.sampled_from(NUMBERS),
    minutes=st.integers(0, 60 * 24 * 366 * 4),
    own=st.sampled_from([None, (0, 1), (2 * 60 + 30, 3 * 60), (23 * 60, 24 * 60)]),
)
def test_what_waited_may_leave(number: str, minutes: int, own: tuple[int, int] | None) -> None:
    """Whatever is set: nobody waits twice for the same reason, nor for ever."""
    instant = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    countries = ("FR", "CA", "RU", "BR", "US", "PF", "AU")
    hours = QuietHours(own=dict.fromkeys(countries, own) if own else {})
    found = hours.at(number, instant)
    if found is not None:
        assert instant < found.until < instant + timedelta(days=31)
        assert hours.at(number, found.until) is None


# The operator's own hours


def test_own_hours_stand_on_the_days_that_are_open() -> None:
    own = QuietHours(own={"FR": (8 * 60, 22 * 60), "BE": None})

    for hour, open_ in (("07:59", False), ("08:00", True), ("21:59", True), ("22:00", False)):
        asked = at(PARIS, f"2026-03-02 {hour}")
        assert (own.at("+33612345678", asked) is None) is open_
    assert quiet("+33612345678", at(PARIS, "2026-03-01 12:00"), own).why is QuietWhy.SUNDAY
    assert own.at("+32470123456", at(PARIS, "2026-03-01 03:00")) is None
