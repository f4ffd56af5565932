"""The credit as a witness: what a push cost is counted once, whenever it is heard of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.gateways.clever_credit import DOUBTS, LAST, Credit
from tests.clock import NOON

LATER = NOON + timedelta(minutes=10)


@pytest.mark.parametrize(
    ("found_at", "says"),
    [
        pytest.param(NOON + timedelta(seconds=10), False, id="found after its answer was read"),
        pytest.param(NOON + timedelta(minutes=4), None, id="sent again, and charged again"),
    ],
)
def test_a_push_that_is_heard_of_twice_cost_what_it_cost(found_at, says) -> None:
    """Its answer was read and noted, the process died before its row was settled, and the
    search found it: another push of that time was not taken all the same."""
    credit = Credit({}, NOON - timedelta(hours=1))
    credit.read(1000.0, NOON)
    credit.accepted(3, 7.0, 1, NOON + timedelta(seconds=12))
    after_the_death = Credit(credit.to_json(), NOON + timedelta(minutes=1))

    after_the_death.accepted(3, 7.0, 1, found_at)
    after_the_death.read(993.0, LATER)

    between = (NOON + timedelta(seconds=20), LATER)
    assert after_the_death.says(9, between, 1, {9}) is says


def test_it_is_known_for_as_long_as_it_is_looked_for() -> None:
    """Meanwhile many others are sent, and what they prove is asked after another death, too."""
    credit = Credit({}, NOON - timedelta(hours=1))
    credit.read(1000.0, NOON)
    credit.accepted(3, 7.0, 1, NOON + timedelta(seconds=12))
    for life in range(3):
        credit = Credit(credit.to_json(), NOON + timedelta(minutes=1))
        for other in range(3):
            at = NOON + timedelta(seconds=15 + life * 3 + other)
            credit.accepted(100 + life * 10 + other, 7.0, 1, at)
        credit.looking_for({3, 9})
        for other in range(40):
            at = NOON + timedelta(minutes=1 + life, seconds=other)
            credit.accepted(200 + life * 100 + other, 7.0, 1, at)

    credit.accepted(3, 7.0, 1, NOON + timedelta(seconds=10))
    credit.read(1000.0 - 7.0 * (1 + 9 + 120), LATER)

    assert credit.says(9, (NOON + timedelta(seconds=30), LATER), 1, {9}) is False
    credit.looking_for({9})
    credit.accepted(1000, 7.0, 1, LATER)
    assert len(credit.to_json()["last"]) == LAST


def test_where_nothing_is_looked_for_not_all_is_remembered() -> None:
    credit = Credit({}, NOON)
    for batch in range(1000):
        credit.accepted(batch, 7.0, 1, NOON + timedelta(seconds=batch))

    assert len(credit.to_json()["last"]) == LAST + DOUBTS
