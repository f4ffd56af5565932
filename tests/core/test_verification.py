"""A verification's states: it is settled once, in time, and by one comparison."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.code_limits import client_of
from bot.core.messages import Delivery, Unclear, Way
from bot.core.reconcile import Verdict, VerdictKind
from bot.core.unlisted import SOON, hurried, is_listed, unlisted
from bot.core.verification import (
    TRANSITIONS,
    Channel,
    State,
    Verification,
    at,
    cancelled,
    checked,
    sent,
)
from tests.clock import NOON
from tests.services.played import ANA

LATER = NOON + timedelta(minutes=10)
ONE = Verification(
    id="verification-1",
    caller="token shop",
    purpose="sign-in",
    number=ANA,
    gateway="vudumobile",
    our_number="",
    channel=Channel.AUTO,
    language="fr",
    nonce="n",
    length=6,
    attempts_allowed=2,
    sends_allowed=2,
    created_at=NOON,
    expires_at=LATER,
)


def test_it_is_over_at_its_very_end() -> None:
    assert at(ONE, LATER - timedelta(milliseconds=1)).status is State.PENDING
    assert at(ONE, LATER).status is State.EXPIRED
    assert checked(ONE, LATER, right=True).status is State.EXPIRED
    assert cancelled(ONE, LATER).status is State.EXPIRED


def test_attempts_are_used_up() -> None:
    once = checked(ONE, NOON, right=False)
    twice = checked(once, NOON, right=False)

    assert (once.status, once.attempts_left) == (State.PENDING, 1)
    assert (twice.status, twice.attempts_left) == (State.LOCKED, 0)
    assert checked(twice, NOON, right=True) == twice


@pytest.mark.parametrize("status", [one for one in State if one is not State.PENDING])
def test_what_is_settled_stays(status: State) -> None:
    """INV-15."""
    settled = replace(ONE, status=status, status_at=NOON)

    assert TRANSITIONS[status] == frozenset()
    for after in (
        checked(settled, NOON, right=True),
        cancelled(settled, NOON),
        at(settled, LATER),
    ):
        assert after == settled


def test_sends_are_counted() -> None:
    again = sent(sent(ONE, NOON), LATER)

    assert (again.sends, again.sends_left, again.sent_at) == (2, 0, LATER)


@pytest.mark.parametrize(
    ("written", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("device 7", "device 7"),
    ],
)
def test_a_client_is_its_network(written: str, counted: str) -> None:
    assert client_of(written) == counted


# --- codes that are unclear ----------------------------------------------------------------------


def unclear(now: datetime, way: Way = Way.VENDOR, resends: int = 1) -> Unclear:
    return Unclear(
        *(7, (7,), (ANA,), "######", now, now, Delivery.AT_LEAST_ONCE),
        expires_at=now + timedelta(minutes=10),
        resends=resends,
        verification="verification-1",
        way=way,
    )


@pytest.mark.parametrize(
    ("seconds", "resends", "kind"),
    [
        (19, 1, VerdictKind.WAIT),
        (20, 1, VerdictKind.GUESSED_AGAIN),
        (20, 0, VerdictKind.ABANDONED),
        (600, 1, VerdictKind.ABANDONED),
    ],
)
def test_what_nobody_lists_goes_again_once(seconds: int, resends: int, kind: VerdictKind) -> None:
    one, now = unclear(NOON, resends=resends), NOON + timedelta(seconds=seconds)

    (verdict,) = hurried([one], [unlisted(one, now)], now)

    assert not is_listed(one)
    assert verdict.kind is kind
    assert str(verdict.evidence["reason"])


def test_what_is_known_is_not_hurried() -> None:
    one, now = unclear(NOON, Way.TEXT), NOON + SOON
    told = {kind: Verdict(7, kind, {"reason": "So it is."}, 0, None) for kind in VerdictKind}

    after = {kind: hurried([one], [verdict], now)[0].kind for kind, verdict in told.items()}

    again = VerdictKind.GUESSED_AGAIN
    assert after == {kind: kind for kind in VerdictKind} | {
        VerdictKind.WAIT: again,
        VerdictKind.ABANDONED: again,
    }
    plain = replace(one, verification="")
    assert hurried([plain], [told[VerdictKind.WAIT]], now) == [told[VerdictKind.WAIT]]
