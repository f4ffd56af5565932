"""How much may be sent in a day and in a month: first what we start stops, then replies.

Messages are counted in segments; units are those that a gateway says it charged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bot.core.messages import MessageClass


class Purpose(StrEnum):
    """Why something is sent, as far as ceilings go."""

    STARTED = "started"
    """Not said at once to somebody who just texted: it can wait."""
    REPLY = "reply"


STARTED = frozenset({MessageClass.STARTED, MessageClass.FOLLOW_UP, MessageClass.FORWARD})
ALWAYS = frozenset({MessageClass.OPT_OUT, MessageClass.HELP})
"""What leaves whatever was spent: the law wants it said."""
REPLIES = frozenset(MessageClass) - STARTED - ALWAYS


class Period(StrEnum):
    """What a ceiling holds for, by the installation's calendar."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Amount:
    """So many segments, and units; of a ceiling, 0 is none at all."""

    messages: float = 0
    units: float = 0.0

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.messages + other.messages, self.units + other.units)

    def of(self, measure: str) -> float:
        """Give `messages` or `units`."""
        return self.messages if measure == "messages" else self.units


MEASURES = ("messages", "units")


@dataclass(frozen=True, slots=True)
class Reached:
    """A threshold that was reached, and what stops there."""

    period: Period
    measure: str
    stops: Purpose
    ceiling: float
    spent: float

    @property
    def key(self) -> str:
        """Tells thresholds apart: `day/messages/reply`."""
        return f"{self.period}/{self.measure}/{self.stops}"

    def __str__(self) -> str:
        what = "nothing more is started" if self.stops is Purpose.STARTED else "replies wait, too"
        part = f"{self.spent:.6g} of the {self.ceiling:.6g} {self.measure} of this {self.period}"
        return f"{part} are spent: {what}"


@dataclass(frozen=True, slots=True)
class Ceilings:
    """The ceilings of an installation."""

    day: Amount = Amount()
    month: Amount = Amount()
    started: float = 0.8
    """The share of a ceiling at which what we start stops."""

    def __bool__(self) -> bool:
        return any(one.messages or one.units for one in (self.day, self.month))

    def reached(self, today: Amount, this_month: Amount) -> Iterator[Reached]:
        """Yield each threshold that is reached, the longest wait first.

        A ceiling is reached by the message that fills it; that one still leaves whole.
        """
        for purpose, share in ((Purpose.REPLY, 1.0), (Purpose.STARTED, self.started)):
            for period, ceilings, spent in (
                (Period.MONTH, self.month, this_month),
                (Period.DAY, self.day, today),
            ):
                for measure in MEASURES:
                    ceiling, so_far = ceilings.of(measure), spent.of(measure)
                    if ceiling and so_far >= ceiling * share:
                        yield Reached(period, measure, purpose, ceiling, so_far)

    def verdict(self, purpose: Purpose, today: Amount, this_month: Amount) -> str:
        """Say why this may not leave now; empty: it may."""
        for one in self.reached(today, this_month):
            if one.stops is purpose or purpose is Purpose.STARTED:
                return str(one)
        return ""

    def waiting(self, today: Amount, this_month: Amount) -> frozenset[MessageClass]:
        """Name the classes whose messages wait now."""
        stopped = {one.stops for one in self.reached(today, this_month)}
        if Purpose.REPLY in stopped:
            return STARTED | REPLIES
        return STARTED if Purpose.STARTED in stopped else frozenset()
