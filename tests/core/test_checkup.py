"""What the doctor makes of what it sees: how bad it is, and what to do."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from bot.core import checkup
from bot.core.alarms import HELD, Figures, Limits
from bot.core.checkup import Finding, Level, Look, Shape
from bot.core.skew import Skew
from tests.clock import NOON

DAY = timedelta(days=1)
LIMITS = Limits(units=50.0)
OURS = "+15149541234"
TEXTS = Shape(3, ids=3, directions=3, our_numbers={OURS: 3})
MESSAGES = Shape(2, ids=2, directions=2, statuses=2, detailed=2)


def said(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.check, one.level.value) for one in found]


@pytest.mark.parametrize("word", HELD)
def test_every_refusal_is_quoted_with_its_remedy(word: str) -> None:
    found = checkup.refused("vudumobile", "VuduMobile answered 403", word, "VuduMobile")
    assert (found.level, found.told) == (Level.FAULT, "VuduMobile answered 403")
    assert found.remedy


def test_what_to_ask_the_vendor_for() -> None:
    found = checkup.refused("v", "not accessible from your IP (1.2.3.4)", "firewall", "VuduMobile")
    assert found.check == "firewall"
    assert "ask VuduMobile to admit the address" in found.remedy
    assert "check the key" in found.remedy


@pytest.mark.parametrize(
    ("skew", "level"),
    [
        (Skew(-1, 1), "ok"),
        (Skew(4, 5), "ok"),
        (Skew(-61, -59), "notice"),
        (Skew(300, 304), "fault"),
        (Skew(-20, 40), "ok"),
    ],
)
def test_a_clock_that_is_off(skew: Skew, level: str) -> None:
    found = checkup.of_clock("v", skew)
    assert found.level == level
    assert bool(found.remedy) is (level != "ok")


@pytest.mark.parametrize(
    ("texts", "messages", "found"),
    [
        (TEXTS, MESSAGES, [("feed", "ok"), ("receipts", "ok"), ("our_number", "ok")]),
        (Shape(), Shape(), [("feed", "ok")]),
        (Shape(1, 0, 1), Shape(), [("feed", "notice")]),
        (Shape(1, 1, 0), Shape(), [("feed", "notice")]),
        (Shape(), Shape(1, 1, 1), [("feed", "notice")]),
        (Shape(1), Shape(1), [("feed", "notice")] * 3),
        (Shape(), Shape(1, 1, 1, statuses=1), [("feed", "ok"), ("receipts", "notice")]),
        (
            Shape(1, 1, 1, our_numbers={"+15140000000": 1}),
            Shape(),
            [("feed", "ok"), ("our_number", "notice")],
        ),
    ],
)
def test_the_shape_of_a_feed(texts: Shape, messages: Shape, found: list[tuple[str, str]]) -> None:
    assert said(list(checkup.of_shape("v", Look(texts, messages), OURS))) == found


def test_where_there_is_no_listing_it_has_no_shape() -> None:
    assert list(checkup.of_shape("clever", Look(), "")) == []


@pytest.mark.parametrize(
    ("figures", "found"),
    [
        (Figures("c"), []),
        (Figures("c", credit=1000.0), [("credit", "ok")]),
        (Figures("c", credit=1000.0, pace=1000.0), [("credit", "notice")]),
        (Figures("c", credit=49.0), [("credit", "notice")]),
        (Figures("c", credit=0.0), [("credit", "fault")]),
        (Figures("c", expires_at=NOON + 20 * DAY), [("expiry", "ok")]),
        (Figures("c", expires_at=NOON + 13 * DAY), [("expiry", "notice")]),
        (Figures("c", expires_at=NOON - DAY), [("expiry", "fault")]),
    ],
)
def test_credit_and_expiry(figures: Figures, found: list[tuple[str, str]]) -> None:
    assert said(list(checkup.of_credit(figures, LIMITS, NOON))) == found


@pytest.mark.parametrize(
    ("credit", "pace", "told"),
    [
        (70.0, 7.0, "70 units of credit, 10.0 days at the pace of the last week"),
        (10.0**6, 0.1, "1e+06 units of credit, years at the pace of the last week"),
    ],
)
def test_credit_in_days_of_use(credit: float, pace: float, told: str) -> None:
    (found,) = checkup.of_credit(Figures("c", credit=credit, pace=pace), LIMITS, NOON)
    assert found.told == told


@pytest.mark.parametrize(
    ("read_at", "running", "level"),
    [
        (NOON - timedelta(seconds=3), True, "ok"),
        (NOON - timedelta(minutes=10), True, "fault"),
        (NOON - timedelta(seconds=3), False, "notice"),
        (None, True, "notice"),
        (None, False, "notice"),
    ],
)
def test_when_it_was_read_last(read_at: datetime | None, running: bool, level: str) -> None:
    assert checkup.of_reading("v", read_at, NOON, LIMITS, running=running).level == level


@pytest.mark.parametrize(("stretch", "level"), [(0.5, "ok"), (1.2, "ok"), (8.0, "notice")])
def test_how_many_listings_are_read(stretch: float, level: str) -> None:
    assert checkup.of_load("clever", 7, stretch).level == level


@pytest.mark.parametrize(("nobody", "level"), [("404", "ok"), (None, "notice")])
def test_how_it_is_said_that_there_is_no_campaign(nobody: str | None, level: str) -> None:
    assert checkup.of_nobody("clever", Look(nobody=nobody)).level == level


def test_what_cannot_be_reached() -> None:
    found = checkup.unreached("v", "no route")
    assert (found.check, found.level, found.told) == ("https", Level.FAULT, "no route")
