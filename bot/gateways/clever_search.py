"""Finding a push whose answer was lost: asking for every second in which it may have been created.

A campaign is named for the second of its creation in Paris, so an unclear push has at most some
two hundred possible names. They are asked for one by one, the likeliest first, over as many calls
as it takes.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Any

from bot.core.instants import instant, milliseconds
from bot.core.messages import Unclear
from bot.core.reconcile import candidate_seconds
from bot.core.skew import Skew
from bot.gateways import clever_time
from bot.gateways.base import Rejected, Unconfirmed
from bot.gateways.clever_api import Api
from bot.gateways.clever_pushes import Push, read_push
from bot.gateways.http import Answer
from bot.gateways.limiter import Kind
from bot.gateways.payload import UnreadableError, clean, read_json

NOBODY = "Push19990101000000"
"""A campaign that cannot exist: it shows how the vendor says so."""
CALIBRATED_FOR = 24 * 3600
CALIBRATED_AGAIN = 60
"""Seconds; what came in the place of that answer may have been trouble of a moment."""


@dataclass(slots=True)
class Pass:
    """One look at all the seconds of one batch. What it looks at is settled when it begins."""

    batch: Unclear
    begun_at: datetime
    skew: Skew
    names: Sequence[str] = ()
    next: int = 0
    """How many names were asked for, in their order."""
    missed: tuple[str, ...] = ()
    """Names that were asked for and not answered: again, at the end."""

    @classmethod
    def of(cls, batch: Unclear, now: datetime, skew: Skew, zone: tzinfo) -> Pass:
        """Go on with a batch's pass, or begin one."""
        one = cls(batch, now, skew)
        match batch.progress:
            case {
                "begun": int(begun),
                "skew": [int() | float() as low, int() | float() as high],
                "next": int(asked),
                "missed": list(missed),
            }:
                one.begun_at, one.skew = instant(begun), Skew(low, high)
                one.next, one.missed = asked, tuple(map(str, missed))
        one.names = candidate_seconds(batch.handed_at, batch.unclear_at, one.skew, zone, ())
        return one

    def to_json(self) -> dict[str, Any]:
        """Give it as the store keeps it; what is complete begins anew."""
        if self.rest is None:
            return {}
        return {
            "begun": milliseconds(self.begun_at),
            "skew": [self.skew.low, self.skew.high],
            "next": self.next,
            "missed": list(self.missed),
        }

    @property
    def rest(self) -> str | None:
        """The name to ask for next; None when the pass is complete."""
        if self.next < len(self.names):
            return self.names[self.next]
        return self.missed[0] if self.missed else None

    def done(self, name: str, *, answered: bool) -> None:
        """Go on to the next name."""
        if self.next < len(self.names):
            self.next += 1
        else:
            self.missed = self.missed[1:]
        if not answered:
            self.missed = (*self.missed, name)


class Prober:
    """Asks for campaigns by name, and knows how "there is no such campaign" looks."""

    def __init__(self, api: Api, zone: tzinfo, nobody: object) -> None:
        self.nobody = nobody
        """The form of that answer; None: it is not known."""
        self._api = api
        self._zone = zone
        self._calibrated_until: float | None = None

    async def calibrate(self) -> None:
        """Learn, once a day, how the vendor says so. Raises `GatewayError`."""
        now = self._api.line.clock.monotonic()
        if self._calibrated_until is not None and now < self._calibrated_until:
            return
        form, push = await self._campaign(NOBODY)
        # A page of somebody else's that comes with a success says nothing about campaigns.
        useless = push is not None or (form[0] < 300 and form[1] == "unreadable")
        self.nobody = None if useless else form
        self._calibrated_until = now + (CALIBRATED_AGAIN if useless else CALIBRATED_FOR)

    async def probe(self, one: Pass, others: Container[str], most: int) -> tuple[int, Push | None]:
        """Ask for the next names of a batch, not for those of `others`; `most` requests are made.

        Gives how many were made, and the push if it was found. Of a push that is not the batch's
        nothing is kept: it may be another customer's. Raises `GatewayError` where going on is of
        no use.
        """
        asked = 0
        while (name := one.rest) is not None and asked < most:
            if name in others:
                one.done(name, answered=True)
                continue
            if not self._is_past(self.second(one, name)):
                break
            asked += 1
            try:
                form, push = await self._campaign(name)
            except Unconfirmed:
                one.done(name, answered=False)
                raise
            found = push is not None and _is(one.batch, push)
            one.done(name, answered=push is not None or form == self.nobody)
            if found:
                return asked, push
            if push is None and form != self.nobody:
                self._calibrated_until = None
        return asked, None

    def second(self, one: Pass, name: str) -> datetime:
        """Give the instant that a name stands for: of two, the one that the batch can mean."""
        readings = clever_time.created(name, self._zone)
        assert readings is not None, "candidates are named for seconds"
        return min(readings, key=lambda reading: abs(reading - one.batch.handed_at))

    def _is_past(self, second: datetime) -> bool:
        """Tell whether no push can be created in that second any more."""
        line = self._api.line
        return second + timedelta(seconds=1) < line.clock.now() + timedelta(seconds=line.skew.low)

    async def _campaign(self, name: str) -> tuple[list[Any], Push | None]:
        """Ask for a campaign; any answer that is about it has a form, a push only some."""

        def understood(answer: Answer) -> tuple[list[Any], Push | None]:
            failure = self._api.failures.of(answer, one_of_many=True)
            if failure is not None and not isinstance(failure, Rejected):
                raise failure
            try:
                said = read_json(answer.body)
            except UnreadableError:
                return [answer.status, "unreadable"], None
            return _form(answer.status, said), None if failure else read_push(said)

        return await self._api.get(f"pushs/{name}", understood, Kind.PROBE)


def _form(status: int, said: object) -> list[Any]:
    """Give what is the same in all answers of one kind: the status and the form, no contents."""
    if isinstance(said, dict):
        parts = sorted(f"{clean(name)[:40]}:{type(said[name]).__name__}" for name in said)
        return [status, ",".join(parts)[:200]]
    return [status, type(said).__name__]


def _is(batch: Unclear, push: Push) -> bool:
    """Tell whether a push is the batch's: equal text, and equal numbers."""
    return set(push.numbers) == set(batch.numbers) and _plain(push.text) == _plain(batch.text)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
