"""Dates, times and numbers are written as people write them, and cost nothing in an SMS."""

from datetime import UTC, date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from bot.content.filters import written_date, written_number, written_time
from bot.core.segments import segments

MONTREAL = ZoneInfo("America/Montreal")
EVENING = datetime(2026, 12, 25, 2, 5, tzinfo=UTC)  # still the 24th in Montréal, 21:05


@pytest.mark.parametrize(
    ("value", "language", "written"),
    [
        pytest.param(EVENING, "fr", "24 décembre 2026", id="the installation's day"),
        pytest.param(EVENING, "en", "December 24, 2026", id="in English"),
        pytest.param(EVENING, "es", "2026-12-24", id="in another language"),
        pytest.param(date(2026, 8, 1), "fr", "1er aout 2026", id="the first of August"),
        pytest.param("demain", "fr", "demain", id="no date"),
    ],
)
def test_a_date_is_written(value, language, written):
    assert written_date(value, language, MONTREAL) == written


@pytest.mark.parametrize(
    ("value", "language", "written"),
    [
        pytest.param(EVENING, "fr", "21 h 05", id="the installation's time"),
        pytest.param(EVENING, "en", "9:05 p.m.", id="in English"),
        pytest.param(EVENING, "es", "21:05", id="in another language"),
        pytest.param(time(14), "fr", "14 h", id="a full hour"),
        pytest.param(time(0, 30), "en", "12:30 a.m.", id="after midnight"),
        pytest.param(time(12), "en", "12:00 p.m.", id="noon"),
        pytest.param(date(2026, 1, 1), "fr", "2026-01-01", id="no time"),
    ],
)
def test_a_time_is_written(value, language, written):
    assert written_time(value, language, MONTREAL) == written


@pytest.mark.parametrize(
    ("value", "language", "written"),
    [
        pytest.param(1234567, "fr", "1 234 567", id="a plain blank, which GSM has"),
        pytest.param(1234567, "en", "1,234,567", id="in English"),
        pytest.param(1234567, "es", "1234567", id="in another language"),
        pytest.param(Decimal("1234.50"), "fr", "1 234,50", id="a decimal keeps its digits"),
        pytest.param(0.5, "en", "0.5", id="a float"),
        pytest.param("12345", "fr", "12 345", id="digits that somebody texted"),
        pytest.param("douze", "fr", "douze", id="no number"),
        pytest.param(Decimal("1E+999999"), "fr", "1E+999999", id="no bomb"),
        pytest.param(float("nan"), "fr", "nan", id="not a number"),
        pytest.param(
            Decimal("-9.9999999999999583900E-19"),
            "fr",
            "-9.9999999999999583900E-19",
            id="longer written out than anybody reads",
        ),
    ],
)
def test_a_number_is_written(value, language, written):
    assert written_number(value, language) == written


anything = st.one_of(
    st.text(st.characters(exclude_categories=())),
    *(st.dates(), st.times(), st.datetimes(timezones=st.just(UTC)), st.decimals(), st.floats()),
    *(st.integers(), st.none(), st.booleans()),
)


@given(anything, st.sampled_from(["fr", "en", "es", ""]))
def test_nothing_fails_or_grows(value, language):
    written = [
        written_date(value, language, MONTREAL),
        written_time(value, language, MONTREAL),
        written_number(value, language),
    ]

    assert max(map(len, written)) <= max(len(str(value)), 40)


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(["fr", "en"]))
def test_no_date_is_dear(value, language):
    written = written_date(value, language, UTC) + written_time(value, language, UTC)

    assert segments(written).encoding == "GSM-7"
