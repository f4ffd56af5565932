"""Campaigns cannot be listed: what they may be called is asked for, name by name, and the
account's credit is a witness.
"""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.calibration import Calibration
from bot.core.reconcile import LATE, VerdictKind, candidate_seconds
from bot.core.skew import Skew
from tests.core.unclear import HANDED, UNCLEAR, judge, unclear

PARIS = ZoneInfo("Europe/Paris")
ZERO = Skew()


@pytest.mark.parametrize(
    ("row", "how", "kind"),
    [
        pytest.param(
            unclear(), {"credit_says": {1: False}}, VerdictKind.AGAIN, id="not found, not charged"
        ),
        pytest.param(
            unclear(), {"credit_says": {1: True}}, VerdictKind.SENT, id="not found, but charged"
        ),
        pytest.param(
            unclear(), {"credit_says": {1: None}}, VerdictKind.WAIT, id="the credit cannot tell"
        ),
        pytest.param(
            unclear(),
            {"credit_says": {1: False}, "trusted": False},
            VerdictKind.WAIT,
            id="no such campaign is not said plainly",
        ),
        pytest.param(
            unclear(negatives=0, searched_at=None),
            {"credit_says": {1: True}},
            VerdictKind.WAIT,
            id="charged, but the campaign may still be found",
        ),
        pytest.param(
            unclear(negatives=0, searched_at=None),
            {"credit_says": {1: False}},
            VerdictKind.WAIT,
            id="not charged, but looked for only once",
        ),
        pytest.param(
            unclear(expires_at=HANDED),
            {"credit_says": {1: True}, "complete": {}},
            VerdictKind.SENT,
            id="charged, cannot be looked for, too late to go on",
        ),
    ],
)
def test_campaigns_are_judged_by_probes_and_credit(row, how, kind):
    uncalibrated: dict[str, Any] = {"calibration": Calibration(), "sightings": []}
    (verdict,) = judge(row, **uncalibrated, **how)
    assert verdict.kind is kind
    assert verdict.gateway_id == ""
    assert verdict.evidence["charged"] is how["credit_says"][1]


def test_a_charged_campaign_says_that_it_was_not_found():
    (verdict,) = judge(unclear(), sightings=[], credit_says={1: True})
    assert verdict.evidence["reason"] == (
        "The account was charged for it; its campaign was not found."
    )


# Which campaigns an unclear push can have become.


def test_candidates_are_named_in_paris_the_likeliest_first():
    names = candidate_seconds(HANDED, HANDED + timedelta(seconds=1), ZERO, PARIS, frozenset())
    assert names[:4] == (
        "Push20260302130000",
        "Push20260302130001",
        "Push20260302125959",
        "Push20260302130002",
    )
    assert names[-1] == "Push20260302130201"
    assert len(names) == 2 + 1 + 1 + LATE


def test_candidates_begin_where_their_clock_most_likely_stood():
    skew = Skew(9.0, 11.0)
    names = candidate_seconds(HANDED, UNCLEAR, skew, PARIS, frozenset())
    assert names[0] == "Push20260302130010"
    assert {min(names), max(names)} == {"Push20260302130007", "Push20260302130241"}


def test_candidates_leave_out_what_is_ours_already():
    taken = {"Push20260302130000", "Push20260302130001"}
    names = candidate_seconds(HANDED, UNCLEAR, ZERO, PARIS, taken)
    assert names[0] == "Push20260302125959"
    assert not taken & set(names)


@pytest.mark.parametrize(
    ("change", "names", "first"),
    [
        pytest.param(
            datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 243, "Push20260329030000", id="spring"
        ),
        pytest.param(
            datetime(2026, 10, 25, 1, 0, tzinfo=UTC), 243, "Push20261025020000", id="autumn"
        ),
    ],
)
def test_candidates_around_the_change_of_the_clocks(change, names, first):
    handed_at = change
    found = candidate_seconds(handed_at, change + timedelta(minutes=2), ZERO, PARIS, frozenset())
    assert (len(found), found[0]) == (names, first)


def test_a_name_of_the_hour_that_autumn_repeats_is_asked_once():
    change = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    wide = Skew(-3600.0, 0.0)
    found = candidate_seconds(change, change, wide, PARIS, frozenset())
    assert len(set(found)) == len(found)
    # 3,600 names for two hours, 2 s before the first, 120 s in the second hour again.
    assert len(found) == 3602
