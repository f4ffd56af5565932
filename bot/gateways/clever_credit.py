"""The account's credit as a witness: was it charged for a push whose answer was lost?

Between two readings the credit falls by what was taken in between. What each accepted push cost
is known from its answer, so what is missing beside that was charged for something else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.core.instants import milliseconds
from bot.gateways.payload import decimal, whole_number

KEPT = 120
"""Readings remembered: one a minute and one a start, for longer than any push stays unclear, also
where we are ended and begun again all the time."""
LAST = 32
"""Pushes remembered by themselves, beside those that are looked for: one is under way at a time,
and after a death it takes seconds until it is known what is unclear."""
ONE_PUSH = 60_000
"""Milliseconds: a batch that is sent again is so after its settle time, not within a minute."""
DOUBTS = 100
"""Unclear pushes remembered: far more than become unclear between two readings."""
CALM = timedelta(seconds=10)
"""An account that was not charged at once for its last push would seem charged for the next: a
reading so soon after one never proves that something was charged."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the account had while no push was under way, and what was spent from then on."""

    at: int
    """Epoch milliseconds, the gateway's clock."""
    credit: float
    calm: bool
    """No push was accepted shortly before."""
    spent: float | None = 0.0
    """By pushes accepted since, up to the next reading. None: one did not say what it cost."""


@dataclass(frozen=True, slots=True)
class _Push:
    batch: int
    units: float | None
    at: int


class Credit:
    """Remembers readings and costs, and `says` what they prove; by the gateway's clock."""

    def __init__(self, stored: Mapping[str, Any], born_at: datetime) -> None:
        self._readings = [one for row in _rows(stored, "readings") if (one := _reading(row))]
        self._last = [push for row in _rows(stored, "last") if (push := _push(row))]
        self._price = decimal(stored.get("price"))
        self._born = milliseconds(born_at)
        self._accepted_at: datetime | None = None
        self._looked_for: Collection[int] | None = None
        self._doubts: dict[int, int] = {}
        """Batches of which it was not known in this process, and since when; a mail has a number
        below 0, as no batch has."""

    def to_json(self) -> dict[str, Any]:
        """Give what is to be known again after a restart."""
        readings = [[one.at, one.credit, one.calm, one.spent] for one in self._readings]
        last = [[one.batch, one.units, one.at] for one in self._last]
        return {"readings": readings, "last": last, "price": self._price}

    def accepted(self, batch: int, units: float | None, parts: int, at: datetime) -> None:
        """Take in that a push was taken at an instant, perhaps long ago, and what it cost in all.

        `parts` are its segments, over all its numbers.
        """
        moment = milliseconds(at)
        if any(one.batch == batch and abs(one.at - moment) < ONE_PUSH for one in self._last):
            # Its answer was read before a death, and now it was found: it cost what it cost.
            self._doubts.pop(batch, None)
            return
        sought = self._looked_for
        kept = [one for one in self._last[: 1 - LAST] if sought is None or one.batch in sought]
        kept = kept[-DOUBTS:]
        self._last = [*kept, *self._last[1 - LAST :], _Push(batch, units, moment)]
        self._doubts.pop(batch, None)
        if units is not None and parts > 0:
            self._price = units / parts
        self.spent(units, at)

    def spent(self, units: float | None, at: datetime) -> None:
        """Take in what was charged at an instant; None: that is not known."""
        self._accepted_at = at if self._accepted_at is None else max(at, self._accepted_at)
        moment = milliseconds(at)
        before = [place for place, one in enumerate(self._readings) if one.at <= moment]
        if before:
            one = self._readings[before[-1]]
            spent = None if units is None or one.spent is None else one.spent + units
            self._readings[before[-1]] = replace(one, spent=spent)

    def looking_for(self, batches: Collection[int]) -> None:
        """Take in what is unclear now: until it is found, it is known what it was said to cost."""
        self._looked_for = batches

    def doubted(self, batch: int | None, at: datetime) -> None:
        """Take in that it is not known whether a push was taken; None: one of mails."""
        moment = milliseconds(at)
        self._doubts[-moment if batch is None else batch] = moment
        while len(self._doubts) > DOUBTS:
            del self._doubts[next(iter(self._doubts))]

    def read(self, credit: float, at: datetime) -> None:
        """Take in a reading that was begun and ended while no push was under way."""
        calm = self._accepted_at is None or at - self._accepted_at >= CALM
        self._readings = [*self._readings, Reading(milliseconds(at), credit, calm)][-KEPT:]

    def read_since(self, instant: datetime) -> bool:
        """Tell whether there is a reading from then on."""
        return bool(self._readings) and self._readings[-1].at >= milliseconds(instant)

    def says(
        self,
        batch: int,
        between: tuple[datetime, datetime],
        parts: int,
        unclear: Collection[int],
    ) -> bool | None:
        """Say whether the account was charged for a push: True, False, or None, it cannot tell.

        `between`: when it was handed over, and when it has been charged, if it ever will be.
        `unclear`: all batches of which it is not known; `parts`: of this one, as in `accepted`.
        """
        first, last = map(milliseconds, between)
        before = [one for one in self._readings if one.at <= first]
        after = [one for one in self._readings if one.at >= last]
        if not before or not after:
            return None
        then, now = before[-1], after[0]
        missing = self._missing(then, now, unclear)
        if missing is None:
            return None
        if abs(missing) < 1e-6:
            return False  # nothing is missing: not for this one, nor for any other
        # In an earlier life something may have been accepted that was not written down.
        known = then.calm and then.at >= self._born and self._price is not None
        others = (other for other, at in self._doubts.items() if then.at <= at < now.at)
        alone = {*unclear, *others} == {batch}
        as_expected = known and abs(missing - (self._price or 0.0) * parts) < 1e-6
        return True if as_expected and alone else None

    def _missing(self, then: Reading, now: Reading, unclear: Collection[int]) -> float | None:
        between = [one for one in self._readings if then.at <= one.at < now.at]
        spent = 0.0
        for reading in between:
            if reading.spent is None:
                return None
            spent += reading.spent
        for one in self._last:
            if one.batch in unclear and one.units is not None and then.at <= one.at < now.at:
                spent -= one.units  # accepted, but the process died before it was settled
        return then.credit - now.credit - spent


def _rows(stored: Mapping[str, Any], name: str) -> Sequence[Any]:
    rows = stored.get(name)
    return [row for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _reading(row: Sequence[Any]) -> Reading | None:
    if len(row) != 4:
        return None
    at, credit, spent = whole_number(row[0]), decimal(row[1]), decimal(row[3])
    return None if at is None or credit is None else Reading(at, credit, row[2] is True, spent)


def _push(row: Sequence[Any]) -> _Push | None:
    if len(row) != 3:
        return None
    batch, at = whole_number(row[0]), whole_number(row[2])
    return None if batch is None or at is None else _Push(batch, decimal(row[1]), at)
