"""Every history of one row with one resend, through the real verdicts (INV-4, INV-6).

The table: evidence and a settle time together give exactly one, under both policies; without
evidence `delivery` decides what may go wrong; without a settle time even good evidence doubles
messages.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import reconcile
from bot.core.calibration import ASSUMED_LAG, Calibration
from bot.core.messages import Delivery, Search, Sighting, Status, Unclear
from bot.core.reconcile import APART, LATE, PATIENCE, VerdictKind, settle_seconds, verdicts
from bot.core.skew import Skew

BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NUMBER, TEXT = "+15145551234", "Merci!"
NO_SKEW = Skew()
SETTLE = settle_seconds(ASSUMED_LAG, NO_SKEW)
TIME_LIMIT, RESTART = 30.0, 40.0
"""Seconds after which we give up on an answer; after which a process that died is back."""
LOOKS = (1, 1 + APART, SETTLE, SETTLE + APART, SETTLE + PATIENCE, SETTLE + PATIENCE + APART)
"""Seconds after giving up at which a search may happen; each may also fail, or be died on."""


@dataclass(frozen=True)
class World:
    delivery: Delivery
    evidence: bool
    """The listing shows what was taken, and something newer. Else it shows nothing."""
    resends: int = 1
    life: float = 1000.0
    """Seconds: time for a second attempt and what it comes to, not for many more."""


@dataclass(frozen=True)
class Row:
    """All that the future depends on. Instants are seconds since the beginning."""

    status: Status
    now: float
    resends: int
    handed: float = 0.0
    unclear: float = 0.0
    negatives: int = 0
    searched: float | None = None
    taken: tuple[float, ...] = ()
    """When the gateway took it, each time, the future included."""


def at(second: float) -> datetime:
    return BEGIN + timedelta(seconds=second)


def futures(row: Row, world: World) -> Iterator[Row]:
    """Give all that may happen next."""
    if row.status is Status.QUEUED:
        yield replace(row, status=Status.SENDING, handed=row.now)
    elif row.status is Status.SENDING:
        yield replace(row, status=Status.SENT, taken=(*row.taken, row.now + 1))
        for given_up in (row.now + TIME_LIMIT, row.now + RESTART):
            found = replace(row, status=Status.UNCONFIRMED, now=given_up, unclear=given_up)
            yield found
            for executed in (row.now + 1, given_up + LATE):
                yield replace(found, taken=(*row.taken, executed))
    elif row.status is Status.UNCONFIRMED:
        for look in LOOKS:
            if row.unclear + look > row.now:
                yield searched(replace(row, now=row.unclear + look), world)


def searched(row: Row, world: World) -> Row:
    """Look for the row now and do what the verdict says."""
    unclear = Unclear(
        batch=1,
        ids=(1,),
        numbers=(NUMBER,),
        text=TEXT,
        handed_at=at(row.handed),
        unclear_at=at(row.unclear),
        delivery=world.delivery,
        expires_at=at(world.life),
        resends=row.resends,
        negatives=row.negatives,
        searched_at=None if row.searched is None else at(row.searched),
    )
    (verdict,) = verdicts(
        [unclear],
        Search(at(row.now), listing(row, world), {1: True}, {}, NO_SKEW),
        bound={},
        calibration=Calibration().seen(0.0, 0) if world.evidence else Calibration(),
        now=at(row.now),
    )
    match verdict.kind:
        case VerdictKind.WAIT:
            when = verdict.searched_at
            return replace(
                row,
                negatives=verdict.negatives,
                searched=None if when is None else (when - BEGIN).total_seconds(),
            )
        case VerdictKind.SENT:
            return replace(row, status=Status.SENT)
        case VerdictKind.ABANDONED:
            return replace(row, status=Status.ABANDONED)
        case VerdictKind.AGAIN:
            return Row(Status.QUEUED, row.now, row.resends, taken=row.taken)
        case VerdictKind.GUESSED_AGAIN:
            return Row(Status.QUEUED, row.now, row.resends - 1, taken=row.taken)


def listing(row: Row, world: World) -> list[Sighting]:
    if not world.evidence:
        return []
    shown = [second for second in row.taken if second + ASSUMED_LAG <= row.now]
    return [
        Sighting("foreign", ("+15145550000",), "Promotion", at(row.now)),
        *(Sighting(f"m{n}", (NUMBER,), TEXT, at(second)) for n, second in enumerate(shown)),
    ]


def ends(world: World) -> set[tuple[Status, int]]:
    """Explore every history; say how rows end, and how often they were then taken."""
    waiting = [Row(Status.QUEUED, 0.0, world.resends)]
    known = set(waiting)
    found: set[tuple[Status, int]] = set()
    while waiting:
        row = waiting.pop()
        if row.status in {Status.SENT, Status.ABANDONED}:
            found.add((row.status, len(row.taken)))
        new = set(futures(row, world)) - known
        known |= new
        waiting.extend(new)
    assert len(known) > 30, "the exploration itself is broken"
    return found


SENT_ONCE, SENT_TWICE = (Status.SENT, 1), (Status.SENT, 2)
GIVEN_UP, LOST, LOST_TWICE = ((Status.ABANDONED, times) for times in range(3))
AT_MOST_ONCE, AT_LEAST_ONCE = Delivery.AT_MOST_ONCE, Delivery.AT_LEAST_ONCE


@pytest.mark.parametrize("delivery", Delivery)
def test_with_evidence_and_settle_time_a_row_is_taken_once_or_known_not_to_be(delivery):
    assert ends(World(delivery, evidence=True)) == {SENT_ONCE, GIVEN_UP}


def test_at_most_once_without_evidence_is_taken_once_at_most():
    assert ends(World(AT_MOST_ONCE, evidence=False)) == {SENT_ONCE, GIVEN_UP, LOST}


def test_at_least_once_without_evidence_may_be_taken_twice():
    found = ends(World(AT_LEAST_ONCE, evidence=False))
    assert found == {SENT_ONCE, SENT_TWICE, GIVEN_UP, LOST, LOST_TWICE}


@pytest.mark.parametrize("delivery", Delivery)
@pytest.mark.parametrize("evidence", [True, False])
def test_without_resends_nothing_is_ever_taken_twice(delivery, evidence):
    found = ends(World(delivery, evidence, resends=0))
    assert max(times for _, times in found) == 1


@pytest.mark.parametrize("delivery", Delivery)
def test_without_settle_time_even_good_evidence_doubles_messages(delivery, monkeypatch):
    monkeypatch.setattr(reconcile, "settle_seconds", lambda _lag, _skew: 0.0)
    found = ends(World(delivery, evidence=True, life=150.0))
    assert max(times for _, times in found) >= 2
