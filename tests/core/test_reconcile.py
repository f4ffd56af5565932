"""Each rule by which an unclear sending is judged (INV-4, INV-6, INV-9, INV-13, INV-14)."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from bot.core.calibration import Calibration
from bot.core.messages import Delivery, Search, Sighting, Skew, Unclear
from bot.core.reconcile import (
    APART,
    LATE,
    PATIENCE,
    QUIET,
    REQUEST,
    ROUNDING,
    Verdict,
    VerdictKind,
    candidate_seconds,
    settle_seconds,
    verdicts,
)
from bot.core.sightings import hits

HANDED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
UNCLEAR = HANDED + timedelta(seconds=30)
EXACT = Calibration().seen(1.0, 0)
SKEW = Skew(-1.0, 1.0)
SETTLE = settle_seconds(EXACT.lag, SKEW)
NUMBER, TEXT = "+15145551234", "Merci, c'est noté."


def after(seconds: float) -> datetime:
    """This long after we gave up."""
    return UNCLEAR + timedelta(seconds=seconds)


def unclear(batch: int = 1, **other: Any) -> Unclear:
    """The row of most cases: it has been looked for once after the settle time."""
    values: dict[str, Any] = {
        "ids": (batch,),
        "numbers": (NUMBER,),
        "text": TEXT,
        "handed_at": HANDED,
        "unclear_at": UNCLEAR,
        "delivery": Delivery.AT_MOST_ONCE,
        "expires_at": HANDED + timedelta(hours=1),
        "resends": 1,
        "negatives": 1,
        "searched_at": after(SETTLE),
    }
    return Unclear(batch=batch, **(values | other))


def sighting(gateway_id: str = "m1", *, at: datetime = HANDED, **other: Any) -> Sighting:
    return replace(Sighting(gateway_id, (NUMBER,), TEXT, at), **other)


FOREIGN = sighting("foreign", at=after(60), numbers=("+15145550000",), text="Promotion")
"""A message of somebody else's on the same account: the listing is alive."""


def judge(
    *rows: Unclear,
    sightings=(FOREIGN,),
    seconds: float = SETTLE + APART,
    bound=None,
    calibration=EXACT,
    **other: Any,
) -> tuple[Verdict, ...]:
    """Judge by a complete search, this many seconds after we gave up."""
    search = Search(
        begun_at=after(seconds),
        sightings=sightings,
        complete={row.batch: True for row in rows},
        progress={},
        skew=SKEW,
    )
    return verdicts(
        rows,
        replace(search, **other),
        bound=bound or {},
        calibration=calibration,
        now=after(seconds),
    )


# What is listed was taken.


@pytest.mark.parametrize(
    ("seen", "level", "strong"),
    [
        pytest.param(sighting(), 0, True, id="equal"),
        pytest.param(sighting(text=TEXT + " "), 1, True, id="a blank more"),
        pytest.param(sighting(text="Merci, c&#39;est noté."), 2, False, id="escaped"),
        pytest.param(sighting(text="Merci, c'est not?."), 3, False, id="folded"),
        pytest.param(sighting(numbers=("5145551234",)), 0, True, id="number without its 1"),
        pytest.param(sighting(at=HANDED - timedelta(seconds=3)), 0, True, id="their clock behind"),
        pytest.param(sighting(at=HANDED + timedelta(days=1)), 0, True, id="listed a day late"),
    ],
)
def test_what_is_listed_was_sent(seen, level, strong):
    (verdict,) = judge(unclear(), sightings=[seen], seconds=1)
    assert (verdict.kind, verdict.gateway_id) == (VerdictKind.SENT, "m1")
    assert (verdict.evidence["level"], verdict.evidence["strong"]) == (level, strong)


@pytest.mark.parametrize(
    ("level", "strong"),
    [
        pytest.param(2, True, id="this gateway escapes: as strong as equal"),
        pytest.param(3, False, id="it folds, but this one is escaped"),
    ],
)
def test_a_changed_text_is_strong_evidence_where_the_gateway_changes_texts_so(level, strong):
    changed = sighting(text="Merci, c&#39;est noté.")
    calibration = EXACT.seen(1.0, level)
    (verdict,) = judge(unclear(), sightings=[changed], calibration=calibration)
    assert verdict.evidence["strong"] is strong


def test_the_beginning_of_a_text_is_weak_evidence_and_still_never_sent_twice():
    text = "Votre rendez-vous du 24 décembre à 14 h est confirmé; répondez NON pour annuler."
    cut = sighting(text=text[:64])
    (verdict,) = judge(unclear(text=text), sightings=[cut], calibration=EXACT.seen(1.0, 4))
    assert verdict.kind is VerdictKind.SENT
    assert (verdict.evidence["level"], verdict.evidence["strong"]) == (4, False)
    assert "may be it" in verdict.evidence["reason"]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(sighting(numbers=("+15145550000",)), id="to somebody else"),
        pytest.param(sighting(numbers=(NUMBER, "+15145550000")), id="to somebody else, too"),
        pytest.param(sighting(text="Autre chose"), id="another text"),
        pytest.param(sighting(at=HANDED - timedelta(seconds=3.1)), id="from before it left"),
    ],
)
def test_what_is_listed_may_be_another(other):
    (verdict,) = judge(unclear(), sightings=[other], seconds=1)
    assert verdict.kind is VerdictKind.WAIT


def test_what_belongs_to_a_row_is_never_bound_to_another():  # INV-9
    (verdict,) = judge(unclear(), sightings=[sighting()], bound={"m1": HANDED}, seconds=1)
    assert verdict.kind is VerdictKind.WAIT


def test_a_hit_is_believed_in_an_incomplete_search():
    (verdict,) = judge(unclear(), sightings=[sighting()], seconds=1, complete={})
    assert verdict.kind is VerdictKind.SENT


def test_a_campaign_to_several_is_found_by_its_set_of_numbers():
    numbers = ("+33600000001", "+33600000002")
    row = unclear(numbers=numbers)
    seen = sighting(numbers=("33600000002", "33600000001"), segments=2, units=14.0)
    (verdict,) = judge(row, sightings=[seen])
    assert (verdict.kind, verdict.segments, verdict.units) == (VerdictKind.SENT, 2, 14.0)


def test_of_three_equal_ones_two_are_listed_so_two_were_sent():
    rows = [unclear(n, handed_at=HANDED + timedelta(seconds=n)) for n in (3, 1, 2)]
    seen = [sighting(f"m{n}", at=HANDED + timedelta(seconds=9 + n)) for n in (1, 2)]
    found = judge(*rows, sightings=[*seen, FOREIGN])
    assert [(one.batch, one.kind.value, one.gateway_id) for one in found] == [
        (3, "again", ""),
        (1, "sent", "m1"),
        (2, "sent", "m2"),
    ]


def test_one_row_listed_three_times_says_so():
    (verdict,) = judge(unclear(), sightings=[*map(sighting, ("m1", "m2", "m3")), FOREIGN])
    assert verdict.evidence["surplus"] == 2


def test_one_message_listed_twice_under_one_id_is_one():
    found = judge(unclear(1), unclear(2), sightings=[sighting(), sighting(), FOREIGN])
    assert [one.kind.value for one in found] == ["sent", "again"]


INSTANTS = st.integers(0, 8)
VARIANTS = st.sampled_from([TEXT, TEXT + " ", "Merci, c&#39;est noté.", "Autre chose"])


@given(
    st.lists(st.tuples(INSTANTS, VARIANTS), max_size=4),
    st.lists(st.tuples(INSTANTS, VARIANTS), max_size=4),
)
def test_as_many_rows_as_possible_find_a_listed_message(rows, listed):
    batches = [
        unclear(n, handed_at=HANDED + timedelta(seconds=second), text=text)
        for n, (second, text) in enumerate(rows)
    ]
    seen = [
        sighting(f"m{n}", at=HANDED + timedelta(seconds=second), text=text)
        for n, (second, text) in enumerate(listed)
    ]
    found = hits(batches, seen, Skew(2.0, 2.0))
    assert len({hit.sighting.gateway_id for hit in found.values()}) == len(found)
    assert len(found) == _most(batches, seen)


def _most(batches: list[Unclear], seen: list[Sighting]) -> int:
    """The largest matching, by trying all."""
    skew = Skew(2.0, 2.0)
    passes = [[bool(hits([batch], [one], skew)) for one in seen] for batch in batches]
    places: list[int | None] = [*range(len(seen)), *[None] * len(batches)]
    return max(
        sum(place is not None and row[place] for row, place in zip(passes, chosen, strict=True))
        for chosen in set(permutations(places, len(batches)))
    )


# What is not listed was not taken: only if all of this holds (INV-6).


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


# Campaigns cannot be listed: they are asked for one by one, and the account's credit is a witness.


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


# What ends the waiting.

OVER = SETTLE + PATIENCE
AT_LEAST: dict[str, Any] = {"delivery": Delivery.AT_LEAST_ONCE}
SOON: dict[str, Any] = {"expires_at": after(SETTLE)}


@pytest.mark.parametrize(
    ("row", "seconds", "complete", "kind"),
    [
        pytest.param(unclear(), OVER - 1, True, "wait", id="patience"),
        pytest.param(unclear(), OVER, True, "abandoned", id="at most once: given up"),
        pytest.param(unclear(**AT_LEAST), OVER - 1, True, "wait", id="patience, too"),
        pytest.param(unclear(**AT_LEAST), OVER, True, "guessed_again", id="at least once"),
        pytest.param(
            unclear(**AT_LEAST, resends=0), OVER, True, "abandoned", id="no resend is left"
        ),
        pytest.param(
            unclear(**AT_LEAST, negatives=0, searched_at=None),
            OVER,
            False,
            "wait",
            id="never a guess without having looked",
        ),
        pytest.param(
            unclear(**SOON), SETTLE - 1, True, "wait", id="too late, but it may be found"
        ),
        pytest.param(unclear(**SOON), SETTLE, True, "abandoned", id="too late, and not found"),
        pytest.param(
            unclear(**AT_LEAST, **SOON), SETTLE, True, "abandoned", id="too late for a guess"
        ),
        pytest.param(
            unclear(**AT_LEAST, **SOON, negatives=0, searched_at=None),
            SETTLE,
            False,
            "abandoned",
            id="too late, and it cannot be looked for",
        ),
    ],
)
def test_waiting_ends_without_evidence(row, seconds, complete, kind):
    (verdict,) = judge(row, sightings=[], seconds=seconds, complete={1: complete})
    assert verdict.kind == kind


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        pytest.param(
            unclear(expires_at=after(SETTLE + APART)),
            "It was not taken, and it is too late to send it again.",
            id="expired (INV-13)",
        ),
        pytest.param(
            unclear(resends=0),
            "It was not taken, and it may not be sent again.",
            id="no resend is left (INV-7)",
        ),
    ],
)
@pytest.mark.parametrize("delivery", Delivery)
def test_what_was_not_taken_may_still_be_given_up(row, reason, delivery):
    (verdict,) = judge(replace(row, delivery=delivery))
    assert (verdict.kind, verdict.evidence["reason"]) == (VerdictKind.ABANDONED, reason)


# What every verdict says of itself (INV-14).


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(judge(unclear(), sightings=[sighting()]), id="sent"),
        pytest.param(judge(unclear()), id="again"),
        pytest.param(judge(unclear(), sightings=[], seconds=OVER), id="abandoned"),
        pytest.param(judge(unclear(**AT_LEAST), sightings=[], seconds=OVER), id="guessed again"),
        pytest.param(judge(unclear(), sightings=[], credit_says={1: True}), id="charged"),
    ],
)
def test_every_verdict_has_its_evidence_without_text_or_number(found):
    (verdict,) = found
    evidence = json.dumps(verdict.evidence, ensure_ascii=False, allow_nan=False)
    assert NUMBER.strip("+") not in evidence
    assert TEXT not in evidence
    looked = {"looked", "complete", "listed", "missing", "lag", "skew", "settle", "level"}
    assert looked | {"negatives", "reason"} <= verdict.evidence.keys()


def test_verdicts_come_in_the_order_of_what_was_asked():
    rows = [unclear(n, text=f"Merci {n}") for n in (5, 2, 9)]
    assert [verdict.batch for verdict in judge(*rows)] == [5, 2, 9]
    assert judge() == ()


# Which campaigns an unclear push can have become.

PARIS = ZoneInfo("Europe/Paris")
ZERO = Skew()


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
