"""What is not listed was not taken: only if all of this holds (INV-6)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.calibration import Calibration
from bot.core.reconcile import APART, LATE, QUIET, REQUEST, ROUNDING, VerdictKind, settle_seconds
from bot.core.skew import Skew
from tests.core.unclear import (
    EXACT,
    FOREIGN,
    HANDED,
    SETTLE,
    SKEW,
    after,
    judge,
    sighting,
    unclear,
)


def test_a_negative_is_conclusive():
    (verdict,) = judge(unclear())
    assert verdict.kind is VerdictKind.AGAIN
    assert verdict.negatives == 2
    assert verdict.evidence["reason"] == "It was not taken."


HIDDEN = {"known": HANDED}
"""Certainly taken in the time that was looked at, and not listed."""


@pytest.mark.parametrize(
    ("row", "how"),
    [
        pytest.param(unclear(), {"seconds": SETTLE + APART - 1}, id="the searches too close"),
        pytest.param(unclear(negatives=0, searched_at=None), {}, id="only one search"),
        pytest.param(unclear(searched_at=after(SETTLE - 1)), {}, id="the first one too early"),
        pytest.param(unclear(), {"complete": {1: False}}, id="this search incomplete"),
        pytest.param(unclear(), {"complete": {}}, id="this search was for others"),
        pytest.param(unclear(), {"calibration": Calibration()}, id="no echo was ever seen"),
        pytest.param(unclear(), {"calibration": EXACT.seen(1, 3)}, id="the gateway folds texts"),
        pytest.param(unclear(), {"calibration": EXACT.missed()}, id="it hid one before"),
        pytest.param(unclear(), {"bound": HIDDEN}, id="it lacks what was certainly taken"),
        pytest.param(unclear(), {"sightings": []}, id="nothing newer is listed"),
        pytest.param(
            unclear(),
            {"sightings": [replace(FOREIGN, at=after(0.9))]},
            id="what is listed is newer by their clock alone",
        ),
        pytest.param(
            unclear(),
            {"sightings": [replace(FOREIGN, at=after(SETTLE + APART + SKEW.high + ROUNDING + 1))]},
            id="what is listed is planned for later",
        ),
        pytest.param(
            unclear(),
            {"sightings": [sighting("known")], "bound": {"known": HANDED}},
            id="only what is ours and older is listed",
        ),
    ],
)
def test_a_negative_is_not_conclusive(row, how):
    (verdict,) = judge(row, **how)
    assert verdict.kind is VerdictKind.WAIT


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(SKEW.high, id="as old as our giving up, by the slowest clock"),
        pytest.param(SETTLE + APART + SKEW.high + ROUNDING, id="of this moment, by the fastest"),
    ],
)
def test_one_newer_message_of_anybody_s_shows_that_the_listing_is_alive(seconds):
    (verdict,) = judge(unclear(), sightings=[replace(FOREIGN, at=after(seconds))])
    assert verdict.kind is VerdictKind.AGAIN


@pytest.mark.parametrize(
    ("how", "missing"),
    [
        pytest.param({"bound": HIDDEN}, 1, id="now"),
        pytest.param({"calibration": EXACT.missed()}, 1, id="before"),
        pytest.param({"bound": HIDDEN, "calibration": EXACT.missed()}, 2, id="both"),
        pytest.param({"bound": HIDDEN, "complete": {}}, 0, id="where we could not look"),
        pytest.param(
            {"bound": HIDDEN, "credit_says": {1: None}}, 0, id="a campaign, never listed"
        ),
    ],
)
def test_the_evidence_counts_what_the_listing_lacks(how, missing):
    (verdict,) = judge(unclear(), **how)
    assert verdict.evidence["missing"] == missing


@pytest.mark.parametrize(
    ("seconds", "kind"),
    [
        pytest.param(QUIET - 1, VerdictKind.WAIT, id="not yet"),
        pytest.param(QUIET, VerdictKind.AGAIN, id="after ten minutes"),
    ],
)
def test_where_nobody_writes_a_listing_is_believed_that_shows_what_is_ours(seconds, kind):
    ours: dict[str, Any] = {"sightings": [sighting("known")], "bound": {"known": HANDED}}
    (verdict,) = judge(unclear(), seconds=seconds, **ours)
    assert verdict.kind is kind


def test_where_nobody_writes_an_empty_listing_is_not_believed():
    (verdict,) = judge(unclear(), seconds=QUIET, sightings=[])
    assert verdict.kind is VerdictKind.WAIT


@pytest.mark.parametrize(
    "handed_at",
    [
        pytest.param(HANDED - timedelta(seconds=1), id="older than what was looked at"),
        pytest.param(after(SETTLE + APART - REQUEST), id="so new that it need not be listed"),
    ],
)
def test_what_need_not_be_listed_may_be_missing(handed_at):
    (verdict,) = judge(unclear(), bound={"known": handed_at})
    assert verdict.kind is VerdictKind.AGAIN


@pytest.mark.parametrize(
    ("lag", "skew", "seconds"),
    [
        pytest.param(5.0, Skew(), LATE + 15 + 4, id="quick, clocks known"),
        pytest.param(30.0, Skew(-1.0, 1.0), LATE + 90 + 2 + 4, id="half a minute late"),
        pytest.param(5.0, Skew(-300.0, 300.0), LATE + 15 + 600 + 4, id="clocks unknown"),
    ],
)
def test_the_settle_time_is_a_sum(lag, skew, seconds):
    assert settle_seconds(lag, skew) == seconds


@pytest.mark.parametrize(
    ("row", "seconds", "negatives", "searched"),
    [
        pytest.param(
            unclear(negatives=0, searched_at=None), SETTLE - 1, 0, None, id="too early to count"
        ),
        pytest.param(
            unclear(negatives=0, searched_at=None), SETTLE, 1, SETTLE, id="the first that counts"
        ),
        pytest.param(unclear(), SETTLE + 9, 1, SETTLE, id="too soon after the first"),
        pytest.param(unclear(), SETTLE + 10, 2, SETTLE + 10, id="the second"),
        pytest.param(
            unclear(negatives=2, searched_at=after(SETTLE - 1)),
            SETTLE + 10,
            1,
            SETTLE + 10,
            id="the settle time has grown: earlier ones count no longer",
        ),
    ],
)
def test_negatives_are_counted(row, seconds, negatives, searched):
    (verdict,) = judge(row, seconds=seconds, calibration=Calibration())
    assert verdict.negatives == negatives
    assert verdict.searched_at == (None if searched is None else after(searched))
