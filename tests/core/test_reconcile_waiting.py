"""What ends the waiting (INV-7, INV-13), and what every verdict says of itself (INV-14)."""

import json
from typing import Any

import pytest

from bot.core.messages import Delivery
from bot.core.reconcile import APART, PATIENCE, VerdictKind
from tests.core.unclear import NUMBER, SETTLE, TEXT, after, judge, sighting, unclear

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


@pytest.mark.parametrize("delivery", Delivery)
def test_what_was_not_taken_is_given_up_once_it_has_expired(delivery):
    """INV-13"""
    (verdict,) = judge(unclear(expires_at=after(SETTLE + APART), delivery=delivery))
    told = "It was not taken, and it is too late to send it again."
    assert (verdict.kind, verdict.evidence["reason"]) == (VerdictKind.ABANDONED, told)


@pytest.mark.parametrize("delivery", Delivery)
def test_what_was_certainly_not_taken_goes_again_however_often(delivery):
    """INV-7: only a guess uses up a resend."""
    (verdict,) = judge(unclear(resends=0, delivery=delivery))
    assert verdict.kind == VerdictKind.AGAIN


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
