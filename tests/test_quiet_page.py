"""The page of quiet hours says what the tables hold, and the configuration what is obeyed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.app import policy
from bot.core.area_codes import CANADA, USA
from bot.core.places import ZONES
from bot.core.quiet_hours import RULES, QuietHours, Span
from tests.configs import loaded, told

Rows = Callable[[], Iterator[tuple[str, ...]]]
PAGE = Path(__file__).parent.parent / "docs" / "quiet-hours.md"


def table(*rows: tuple[str, ...]) -> str:
    head, *others = rows
    lines = [head, ("---",) * len(head), *others]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def span(hours: Span | None) -> str:
    if hours is None:
        return "never"
    first, last = (f"{minutes // 60}:{minutes % 60:02}" for minutes in hours)
    return f"{first}-{last}"


def rules() -> Iterator[tuple[str, ...]]:
    yield "where", "Monday to Friday", "Saturday", "Sunday, public holiday", "why"
    for one in RULES:
        where = f"{one.name} ({', '.join(one.countries)})" if one.countries else one.name
        spans = (span(one.weekdays), span(one.saturday), span(one.sunday))
        yield where, *spans, one.source


def areas() -> Iterator[tuple[str, ...]]:
    yield "area codes", "where", "zones"
    for country, lines in (("Canada", CANADA), ("United States", USA)):
        for line in lines.strip().splitlines():
            head, _, codes = line.partition(":")
            province, *zones = head.split()
            if len(zones) > 1:
                yield " ".join(codes.split()), f"{province}, {country}", ", ".join(zones)


def countries() -> Iterator[tuple[str, ...]]:
    yield "country", "zones"
    for country, zones in ZONES.items():
        if len(zones) > 1:
            yield country, ", ".join(zones)


@pytest.mark.parametrize("rows", [rules, areas, countries])
def test_a_table_stands_on_the_page_as_it_is_obeyed(rows: Rows) -> None:
    """Where it does not, put there what this shows."""
    assert table(*rows()) in PAGE.read_text("utf-8")


def test_quiet_hours_are_obeyed_unless_they_are_switched_off(tmp_path: Path) -> None:
    usual = policy(loaded(tmp_path, "timezone: Europe/Paris"))
    own = policy(loaded(tmp_path, 'quiet_hours: {hours: {FR: "09:00-19:30", BE: always}}'))
    off = policy(loaded(tmp_path, "quiet_hours: {obey: false}"))

    assert usual.quiet == QuietHours(ZoneInfo("Europe/Paris"))
    assert own.quiet is not None
    assert own.quiet.own == {"FR": (540, 1170), "BE": None}
    assert off.quiet is None


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ('{FR: "8-20"}', "these are no hours; write them like 10:00-20:00, or always"),
        ('{FR: "20:00-08:00"}', "these hours do not last an hour of one day; write them like"),
        ('{FR: "10:00-10:59"}', "these hours do not last an hour of one day"),
        ('{FR: "10:00-24:30"}', "these hours do not last an hour of one day"),
        ("{FR: never}", "these are no hours"),
        ("{FX: always}", "there is no such country"),
    ],
)
def test_hours_that_cannot_be_are_told(tmp_path: Path, content: str, fault: str) -> None:
    assert fault in "\n".join(told(tmp_path, f"quiet_hours: {{hours: {content}}}"))
