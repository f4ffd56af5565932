"""What a gateway's clock says beside ours, as far as its answers tell.

Every answer carries a `Date`, a whole second cut off. It was written between the instants at which
we began to ask and had the answer, so it bounds the difference from both sides; what the last
twenty agree on is the estimate. Where they do not agree, one of them is wrong (a proxy answered by
its own clock, or the gateway's was set), and the estimate holds them all.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from bot.core.skew import Skew
from bot.gateways.http import http_date

SAMPLES = 20
DRIFT = 100e-6
"""How far two clocks part, in seconds a second: a bad quartz in a warm room."""
SET_BY = 2.0
"""Seconds that our clock and a steady one part by only when somebody sets ours."""
UNKNOWN = Skew(-300.0, 300.0)
"""Before the first answer: wide enough for a gateway that nobody has set right."""
PLAUSIBLE = 600.0
"""Seconds. A row that is further off is a wrong row, not a wrong clock."""


@dataclass(slots=True)
class _Sample:
    low: float
    high: float
    at: float
    """Our clock, epoch seconds."""

    def move(self, seconds: float) -> None:
        """Have it said by our clock as it goes since it was set by so many."""
        self.low, self.high, self.at = self.low - seconds, self.high - seconds, self.at + seconds

    def widened(self, now: float) -> tuple[float, float]:
        drift = abs(now - self.at) * DRIFT
        return self.low - drift, self.high + drift


class SkewEstimator:
    """Learns from answers and rows, tells the interval that holds the truth."""

    def __init__(self) -> None:
        self._offset: float | None = None
        """Our clock minus what it measures time by, when the last answer was there."""
        self._samples: deque[_Sample] = deque(maxlen=SAMPLES)
        self._date: str | None = None
        self._second = 0.0
        self._rows: tuple[float, float] | None = None

    def learn(
        self, date: str, begun_at: datetime, ended_at: datetime, steady: float | None = None
    ) -> float:
        """Take in the `Date` of an answer, and when it was asked for and had, by our clock.

        `steady`: seconds of a clock that nobody can set, at `ended_at`. Gives the seconds by which
        the difference has changed at once; mostly 0.
        """
        if date != self._date:
            second = http_date(date)
            if second is None:
                return 0.0
            self._date, self._second = date, second.timestamp()
        now = ended_at.timestamp()
        sample = _Sample(self._second - now, self._second + 1.0 - begun_at.timestamp(), now)
        if sample.low > sample.high:
            return 0.0  # our clock was set back between question and answer
        moved = self._moved(now, steady)
        self._set_by(moved)
        self._offset = None if steady is None else now - steady
        newest = self._samples[-1] if self._samples else None
        if newest is not None and int(newest.at) == int(now) and _meet(newest, sample):
            # Many answers of one second are one sample: twenty of them would be no history.
            newest.low = max(newest.low, sample.low)
            newest.high = min(newest.high, sample.high)
            return -moved
        known, step = self._agreed(now), 0.0
        if known is not None and (sample.high < known[0] or sample.low > known[1]):
            step = (sample.low + sample.high - known[0] - known[1]) / 2
        self._samples.append(sample)
        return step - moved

    def saw(self, stamp: datetime, begun_at: datetime, ended_at: datetime) -> None:
        """Take in how the gateway stamped a row that it made between two instants of ours.

        Rows may be stamped by another clock than answers are; the interval then holds both.
        """
        low, high = (stamp - ended_at).total_seconds(), (stamp - begun_at).total_seconds() + 1.0
        known = self._agreed(ended_at.timestamp())
        agree = known is not None and low <= known[1] and known[0] <= high
        if not agree and abs(low) <= PLAUSIBLE:
            rows = self._rows or (low, high)
            self._rows = min(low, rows[0]), max(high, rows[1])

    def at(self, now: datetime, steady: float | None = None) -> Skew:
        """Give the interval; the older the samples, the wider.

        With `steady`, see `learn`, it is right at once when our clock was set, before any answer.
        """
        moved = self._moved(now.timestamp(), steady)
        low, high = self._agreed(now.timestamp() - moved) or (UNKNOWN.low, UNKNOWN.high)
        if self._rows is not None:
            low, high = min(low, self._rows[0]), max(high, self._rows[1])
        return Skew(low - moved, high - moved)

    def _set_by(self, seconds: float) -> None:
        for sample in self._samples if seconds else ():
            sample.move(seconds)
        if self._rows is not None:
            self._rows = self._rows[0] - seconds, self._rows[1] - seconds

    def _moved(self, now: float, steady: float | None) -> float:
        """Give the seconds by which our clock was set since the last answer."""
        if steady is None or self._offset is None:
            return 0.0
        moved = now - steady - self._offset
        return moved if abs(moved) > SET_BY else 0.0

    def _agreed(self, now: float) -> tuple[float, float] | None:
        if not self._samples:
            return None
        lows, highs = zip(*(sample.widened(now) for sample in self._samples), strict=True)
        low, high = max(lows), min(highs)
        return (low, high) if low <= high else (min(lows), max(highs))


def _meet(one: _Sample, other: _Sample) -> bool:
    return one.low <= other.high and other.low <= one.high
