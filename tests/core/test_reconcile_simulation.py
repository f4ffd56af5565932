"""Seeded histories of identical replies to one person, through the real verdicts (INV-4, INV-6).

Identical texts are the hardest case: only counting tells them apart. Requests are dropped, their
answers lost, or carried out as late as we allow for; the listing lags, tells whole seconds by a
clock that is minutes off, fails, and once in a while gives an answer that lacks the newest.

The same histories must catch a settle time that is too short and a negative on a single search:
a simulation that finds nothing proves nothing.
"""

import math
import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import reconcile
from bot.core.calibration import Calibration
from bot.core.messages import Delivery, Search, Sighting, Unclear
from bot.core.reconcile import LATE, Verdict, VerdictKind, verdicts
from bot.core.skew import Skew

BEGIN = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NUMBER, TEXT = "+15145551234", "Merci!"
REPLIES = 12
TIME_LIMIT = 30.0
LAG = 30.0
CALIBRATION = Calibration().seen(LAG, 0)
STALE = 9.0
"""Seconds for which a listing may lack its newest rows: less than two searches are apart."""


def at(second: float) -> datetime:
    return BEGIN + timedelta(seconds=second)


@dataclass
class Gateway:
    """What really happened, and what is shown of it."""

    rng: random.Random
    taken: list[tuple[int, float, Sighting]] = field(default_factory=list)
    """The row that it was, the second from which it is listed, and how."""
    stale_at: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.offset = self.rng.uniform(-300, 300)
        self.skew = Skew(
            self.offset - self.rng.uniform(0, 1), self.offset + self.rng.uniform(0, 1)
        )

    def take(self, row: int, second: float) -> str:
        """Accept a message; say its id."""
        name = f"m{len(self.taken)}"
        shown = second + self.late(LAG)
        stamp = at(math.floor(second + self.offset))
        self.taken.append((row, shown, Sighting(name, (NUMBER,), TEXT, stamp)))
        return name

    def late(self, most: float) -> float:
        """Most things are quick or as late as they may be: the edges are where mistakes show."""
        return self.rng.choice([self.rng.uniform(0, most), most * self.rng.uniform(0.9, 1)])

    def search(self, row: Unclear, second: float) -> Search:
        """List what is to be seen. One reading in five fails half-way."""
        complete = self.rng.random() > 0.2
        stale = self.stale_at <= second < self.stale_at + STALE
        self.faults.update(incomplete=not complete, stale=stale)
        since = row.handed_at + timedelta(seconds=self.skew.low - 62)
        listed = [
            sighting
            for _, shown, sighting in self.taken
            if complete and not stale and shown <= second and sighting.at >= since
        ]
        self.rng.shuffle(listed)
        other = Sighting("other", ("+15145550000",), TEXT, at(math.floor(second + self.offset)))
        return Search(at(second), [other, *listed], {row.batch: complete}, {}, self.skew)


@dataclass
class History:
    """One conversation, strictly ordered: each reply is settled before the next one leaves."""

    rng: random.Random
    now: float = 0.0
    bound: dict[str, datetime] = field(default_factory=dict)
    ended: dict[int, VerdictKind] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gateway = Gateway(self.rng)

    def play(self) -> None:
        for row in range(REPLIES):
            self.settle(row)
            self.now += self.rng.uniform(0, 20)

    def settle(self, row: int) -> None:
        while True:
            handed = self.now
            name = self.post(row)
            if name:
                self.bound[name] = at(handed)
                self.ended[row] = VerdictKind.SENT
                return
            verdict = self.find_out(row, handed)
            if verdict.kind is VerdictKind.SENT:
                self.bound[verdict.gateway_id] = at(handed)
            if verdict.kind is not VerdictKind.AGAIN:
                self.ended[row] = verdict.kind
                return

    def post(self, row: int) -> str:
        """Send. Nothing: the answer never came."""
        took = self.rng.uniform(0, 2)
        fault = self.rng.choices(["", "dropped", "lost", "late"], [60, 10, 15, 15])[0]
        self.gateway.faults[fault] += 1
        if fault == "":
            self.now += took
            return self.gateway.take(row, self.now)
        begun, self.now = self.now, self.now + TIME_LIMIT
        if fault == "lost":
            self.gateway.take(row, begun + took)
        if fault == "late":
            self.gateway.take(row, self.now + self.gateway.late(LATE))
        return ""

    def find_out(self, row: int, handed: float) -> Verdict:
        unclear = Unclear(
            batch=row,
            ids=(row,),
            numbers=(NUMBER,),
            text=TEXT,
            handed_at=at(handed),
            unclear_at=at(self.now),
            delivery=self.rng.choice(list(Delivery)),
            expires_at=at(self.now + 7200),
            resends=1,
        )
        self.gateway.stale_at = self.now + self.rng.uniform(0, 400)
        for moment in self.searches():
            self.now = moment
            (verdict,) = verdicts(
                [unclear],
                self.gateway.search(unclear, self.now),
                bound=self.bound,
                calibration=CALIBRATION,
                now=at(self.now),
            )
            if verdict.kind is not VerdictKind.WAIT:
                return verdict
            unclear = self.remembered(unclear, verdict)
        raise AssertionError("no verdict was ever reached")

    def searches(self) -> Iterator[float]:
        """Search when woken, by the clock, and after pauses (the account was held)."""
        moment = self.now
        while moment < self.now + 7200:
            moment += self.rng.uniform(*self.rng.choice([(1, 4), (1, 4), (10, 15), (1, 300)]))
            yield moment

    @staticmethod
    def remembered(unclear: Unclear, verdict: Verdict) -> Unclear:
        return Unclear(
            **{name: getattr(unclear, name) for name in KEPT},
            negatives=verdict.negatives,
            searched_at=verdict.searched_at,
        )


KEPT = (
    "batch", "ids", "numbers", "text", "handed_at", "unclear_at", "delivery", "expires_at",
    "resends",
)  # fmt: skip


def outcome(histories: int) -> Counter[str]:
    """Play histories; count what they were made of and what went wrong."""
    counts: Counter[str] = Counter()
    for seed in range(histories):
        history = History(random.Random(seed))
        history.play()
        taken = Counter(row for row, _, _ in history.gateway.taken)
        counts += history.gateway.faults
        for row, kind in history.ended.items():
            counts[f"ended {kind}"] += 1
            counts["doubled"] += taken[row] > 1
            counts["never taken but called sent"] += kind is VerdictKind.SENT and not taken[row]
            counts["taken but given up"] += kind is not VerdictKind.SENT and taken[row] > 0
    return counts


WRONG = ("doubled", "never taken but called sent", "taken but given up")


def test_every_reply_is_taken_once_or_known_not_to_be():
    counts = outcome(histories=3000)
    assert {name: counts[name] for name in WRONG} == dict.fromkeys(WRONG, 0)
    assert all(counts[name] > 1000 for name in ("dropped", "lost", "late", "incomplete", "stale"))
    assert counts["ended sent"] == 3000 * REPLIES


def _longest_instead_of_sum(lag: float, skew: Skew) -> float:
    return max(reconcile.LATE, reconcile.LAGS * lag, skew.width)


@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        pytest.param("settle_seconds", lambda _lag, _skew: 0.0, id="no settle time"),
        pytest.param("settle_seconds", _longest_instead_of_sum, id="the longest, not the sum"),
        pytest.param("NEGATIVES", 1, id="one search is enough"),
        pytest.param("APART", 0.0, id="two searches at once are two"),
    ],
)
def test_a_planted_mistake_doubles_messages(name, mistake, monkeypatch):
    monkeypatch.setattr(reconcile, name, mistake)
    assert outcome(histories=1000)["doubled"] > 0


def test_forgetting_what_is_ours_calls_sent_what_was_never_taken(monkeypatch):
    def forgetful(unclear, search, *, bound, **rest):
        return reconcile.verdicts(unclear, search, bound={}, **rest)

    monkeypatch.setattr(sys.modules[__name__], "verdicts", forgetful)
    assert outcome(histories=100)["never taken but called sent"] > 0
