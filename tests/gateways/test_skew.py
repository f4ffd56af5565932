"""What is known of a gateway's clock always holds the truth."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given, strategies as st

from bot.gateways.skew import UNKNOWN, SkewEstimator
from tests.clock import NOON


def answered(skews: SkewEstimator, truth: float, at: float, before: float, after: float) -> float:
    """Let an answer be written `at` seconds past noon, asked before and had after."""
    written = NOON + timedelta(seconds=at)
    date = format_datetime(
        (written + timedelta(seconds=truth)).replace(microsecond=0), usegmt=True
    )
    asked, had = written - timedelta(seconds=before), written + timedelta(seconds=after)
    return skews.learn(date, asked, had)


travel = st.floats(0.0, 30.0)


@given(
    truth=st.floats(-300, 300),
    answers=st.lists(st.tuples(st.floats(0, 20), travel, travel), min_size=1, max_size=60),
)
def test_the_truth_is_in_the_interval(truth, answers):
    """INV-6, INV-39: whatever the way takes, there or back."""
    skews, at = SkewEstimator(), 0.0
    for pause, before, after in answers:
        at += pause + before
        assert answered(skews, truth, at, before, after) == 0
        at += after
        skew = skews.at(NOON + timedelta(seconds=at))
        assert skew.low - 1e-6 <= truth <= skew.high + 1e-6


def test_before_the_first_answer_much_is_possible():
    assert SkewEstimator().at(NOON) == UNKNOWN


def test_many_answers_tell_more_than_one():
    """The seconds are cut off; answers at other fractions of them narrow the interval."""
    skews = SkewEstimator()
    for number in range(20):
        answered(skews, 7.3, number * 1.37, 0.01, 0.01)
    skew = skews.at(NOON + timedelta(seconds=27))
    assert skew.width < 0.2
    assert skew.low <= 7.3 <= skew.high


def test_what_is_old_is_worth_less():
    skews = SkewEstimator()
    answered(skews, 0.0, 0, 0.1, 0.1)
    now, later = NOON, NOON + timedelta(days=1)
    assert skews.at(later).width == pytest.approx(skews.at(now).width + 2 * 8.64, abs=0.1)


def test_a_clock_that_is_set_is_believed_at_once():
    skews = SkewEstimator()
    for number in range(20):
        answered(skews, 0.0, number, 0.1, 0.1)
    assert answered(skews, -120.0, 30, 0.1, 0.1) == pytest.approx(-120, abs=1)
    skew = skews.at(NOON + timedelta(seconds=30))
    assert skew.low <= -120 <= skew.high


@given(odd=st.floats(-86_400, 86_400), before=st.integers(1, 20), after=st.integers(0, 40))
def test_one_answer_with_a_wrong_date_hides_nothing(odd, before, after):
    """INV-4: a message that is handed over just then is looked for where it really is."""
    skews = SkewEstimator()
    for number in range(before):
        answered(skews, 7.3, number * 2, 0.1, 0.1)
    answered(skews, odd, before * 2, 0.1, 0.1)
    for number in range(after):
        answered(skews, 7.3, (before + 1 + number) * 2, 0.1, 0.1)
    skew = skews.at(NOON + timedelta(seconds=(before + after) * 2))
    assert skew.low <= 7.3 <= skew.high
    assert after < 20 or skew.width < 2


def test_answers_of_one_second_do_not_wash_out_the_others():
    skews = SkewEstimator()
    for number in range(20):
        answered(skews, 7.3, number * 1.37, 0.01, 0.01)
    for number in range(500):
        answered(skews, 7.3, 28.0 + number / 1000, 0.01, 0.01)
    assert skews.at(NOON + timedelta(seconds=28.5)).width < 0.2


def test_rows_may_be_stamped_by_another_clock():
    """The interval then holds both, for a look at the listing must not begin too late."""
    skews = SkewEstimator()
    answered(skews, 0.0, 0, 0.1, 0.1)
    skews.saw(NOON - timedelta(seconds=120), NOON, NOON + timedelta(seconds=1))
    skew = skews.at(NOON)
    assert skew.low <= -120
    assert skew.high >= 0


def test_a_row_of_another_year_says_nothing_of_the_clock():
    skews = SkewEstimator()
    answered(skews, 0.0, 0, 0.1, 0.1)
    before = skews.at(NOON)
    skews.saw(NOON + timedelta(days=365), NOON, NOON)
    assert skews.at(NOON) == before


@pytest.mark.parametrize("date", ["", "soon", "Mon, 99 Mar 2026 12:00:00 GMT", "0"])
def test_what_is_no_date_teaches_nothing(date):
    skews = SkewEstimator()
    skews.learn(date, NOON, NOON)
    assert skews.at(NOON) == UNKNOWN


def test_a_clock_that_was_set_is_known_before_the_next_answer():
    """INV-39: what is handed over in between is dated by the difference as it is."""
    skews, stamp = SkewEstimator(), "Mon, 02 Mar 2026 12:00:00 GMT"
    skews.learn(stamp, NOON, NOON, 500.0)
    before = skews.at(NOON + timedelta(seconds=10), 510.0)

    after = skews.at(NOON + timedelta(seconds=3611), 511.0)

    assert after.middle == pytest.approx(before.middle - 3600, abs=0.1)
    assert after.width == pytest.approx(before.width, abs=0.1)


def test_what_was_learned_is_true_after_our_clock_was_set():
    """INV-39: the next answer is no other clock's because ours is another."""
    skews, stamp = SkewEstimator(), "Mon, 02 Mar 2026 12:00:00 GMT"
    skews.learn(stamp, NOON, NOON, 500.0)
    later = NOON + timedelta(seconds=3611)

    step = skews.learn("Mon, 02 Mar 2026 12:00:11 GMT", later, later, 511.0)

    assert step == pytest.approx(-3600, abs=1)
    skew = skews.at(later, 511.0)
    assert skew.width <= 1.1
    assert skew.low <= -3600 <= skew.high


def test_a_clock_that_is_set_back_during_a_request_teaches_nothing():
    skews = SkewEstimator()
    stamp = "Mon, 02 Mar 2026 12:00:00 GMT"
    skews.learn(stamp, NOON, NOON - timedelta(hours=1), 0.0)
    assert skews.at(NOON) == UNKNOWN
