"""How long a number waits after wrong codes, and when a place is taken for pumped."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.code_limits import NEVER, Counted, Failures, Returns, again_at, is_pumped, prefix_of
from tests.clock import NOON


def wrong(many: int, apart: timedelta = timedelta(seconds=1)) -> Failures:
    known = Failures()
    for place in range(many):
        known = known.one_more(NOON + place * apart - (many - 1) * apart)
    return known


@pytest.mark.parametrize(
    ("many", "hours"), [(19, 0), (20, 1), (24, 1), (25, 2), (30, 4), (39, 8), (40, 16)]
)
def test_each_five_more_double_the_wait(many: int, hours: int) -> None:
    until = wrong(many).locked_until(NOON)

    assert until == (NOON + timedelta(hours=hours) if hours else None)


def test_a_hundred_in_a_row_are_for_an_operator() -> None:
    slowly = wrong(100, timedelta(days=1))

    assert slowly.locked_until(NOON) == NEVER
    assert len(slowly.recent) < 3


def test_what_was_yesterday_is_over() -> None:
    assert wrong(25).locked_until(NOON + timedelta(days=1)) is None


@pytest.mark.parametrize(
    ("settled", "approved", "where", "pumped"),
    [
        (9, 0, Counted.PREFIX, False),
        (10, 3, Counted.PREFIX, True),
        (10, 4, Counted.PREFIX, False),
        (49, 0, Counted.COUNTRY, False),
        (50, 17, Counted.COUNTRY, True),
        (50, 18, Counted.COUNTRY, False),
    ],
)
def test_a_place_is_pumped(settled: int, approved: int, where: Counted, pumped: bool) -> None:
    assert is_pumped(Returns(settled, approved), where, 0.35) is pumped


def test_sends_grow_apart() -> None:
    waits = [(again_at(sends, NOON) - NOON).total_seconds() for sends in range(1, 7)]

    assert waits == [30, 60, 120, 300, 300, 300]


def test_a_prefix_leaves_four_digits_out() -> None:
    assert prefix_of("+15145550001") == "+1514555"
