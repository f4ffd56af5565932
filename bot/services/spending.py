"""What was spent today and this month, kept in memory, and what the ceilings say to it.

Each message is counted in the transaction in which it becomes sent: as the gateway counts it
where that says so then, else as we do. Units are those that are told then (Clever); VuduMobile
tells none.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from bot import metrics
from bot.clock import Clock
from bot.core.ceilings import ALWAYS, MEASURES, Amount, Ceilings, Period, Purpose, Reached
from bot.core.messages import Batch, MessageClass, Status, Unclear
from bot.core.reconcile import Verdict, VerdictKind
from bot.core.segments import segments
from bot.log import logger
from bot.storage import events, spent
from bot.storage.database import Connection, Database
from bot.storage.events import Event
from bot.storage.leaving import Due
from bot.storage.outbox import Outcome
from bot.storage.spent import Cost

LOG = logger(__name__)
REREAD = timedelta(seconds=5)
"""Other processes may send, too: their sums are read this often."""
REACHED, OVER = "ceiling.reached", "ceiling.over"
Threshold = tuple[str, str]
"""A `Reached.key`, and the day or month that it was reached in."""
TALK = ""
"""The conversation under which the events stand: none."""


class Spending:
    """One for all accounts of an installation."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        zone: tzinfo = UTC,
        ceilings: Ceilings | None = None,
    ) -> None:
        self.ceilings = ceilings or Ceilings()
        self.database = database
        self.clock = clock
        self._zone = zone
        self._days: dict[str, Amount] = {}
        self._under_way: dict[int, int] = {}
        """What may have been sent and is not settled: outbox id to segments."""
        self._told: set[Threshold] = set()
        self._read_at: float | None = None

    async def begin(self) -> None:
        """Read what was spent, and what was told of it."""
        if not self.ceilings:
            return
        async with self.database.read() as connection:
            await self._read(connection)
            for one in await events.of_types(connection, TALK, (REACHED, OVER)):
                threshold = (one.body["threshold"], one.body["of"])
                if one.type == REACHED:
                    self._told.add(threshold)
                else:
                    self._told.discard(threshold)

    async def tick(self) -> int:
        """Look whether a ceiling was reached or is over, and tell; say how many."""
        if not self.ceilings:
            return 0
        moment = self.clock.monotonic()
        late = self._read_at is None or moment - self._read_at >= REREAD.total_seconds()
        if not late and self._reached().keys() == self._told:
            return 0
        async with self.database.write() as connection:
            await self._read(connection)
            begun, over = self._changed()
            await events.record(connection, self._events(begun, over))
        self._tell(begun, over)
        return len(begun) + len(over)

    async def refresh(self) -> int:
        """Know what other instances spent; they tell what was reached. For who only answers."""
        if self.ceilings:
            async with self.database.read() as connection:
                await self._read(connection)
        return 0

    async def read_with(self, connection: Connection) -> None:
        """Know all sums as they are, in the transaction that is to add to them."""
        if self.ceilings:
            await self._read(connection)

    # --- what may leave --------------------------------------------------------------------------

    def verdict(self, purpose: Purpose) -> str:
        """Say in a sentence why nothing of this purpose may leave now; empty: it may."""
        return self.ceilings.verdict(purpose, *self._sums()) if self.ceilings else ""

    def waiting(self) -> frozenset[MessageClass]:
        """Name the classes whose messages wait now; what is under way is reckoned as sent."""
        if not self.ceilings:
            return frozenset()
        return self.ceilings.waiting(*self._sums(sum(self._under_way.values())))

    def admit(self, rows: Sequence[Due]) -> Sequence[Due]:
        """Leave out what would begin beyond a ceiling, were all before it sent."""
        if not self.ceilings:
            return rows
        admitted, pending = [], sum(self._under_way.values())
        for row in rows:
            which = MessageClass(row.message_class)
            if which not in ALWAYS:
                if which in self.ceilings.waiting(*self._sums(pending)):
                    continue
                pending += segments(row.text).count
            admitted.append(row)
        return admitted

    def handed(self, batches: Iterable[Batch]) -> None:
        """Reckon with what is about to be sent."""
        if self.ceilings:
            for batch in batches:
                self._under_way |= dict.fromkeys(batch.ids, segments(batch.text).count)

    # --- what was sent ---------------------------------------------------------------------------

    async def count(
        self, connection: Connection, outcomes: Sequence[Outcome], now: datetime
    ) -> None:
        """Count what was sent; call it in the transaction that settles it, before that."""
        costs = [
            Cost(row, one.batch.fence, _parts(taken.segments, one.batch.text), taken.units or 0.0)
            for one in outcomes
            if one.status is Status.SENT and (taken := one.acceptance) is not None
            for row in one.batch.ids
        ]
        await spent.count(connection, costs, self._day(now))
        known = (one for one in outcomes if one.status is not Status.UNCONFIRMED)
        self._add(costs, [row for one in known for row in one.batch.ids], now)

    async def count_found(
        self,
        connection: Connection,
        unclear: Sequence[Unclear],
        found: Sequence[Verdict],
        now: datetime,
    ) -> None:
        """Count what turned out to be sent; call it before that is written down."""
        by_batch = {one.batch: one for one in unclear}
        settled = [one for one in found if one.kind is not VerdictKind.WAIT]
        costs = [
            Cost(row, 0, _parts(one.segments, by_batch[one.batch].text), one.units or 0.0)
            for one in settled
            if one.kind is VerdictKind.SENT
            for row in by_batch[one.batch].ids
        ]
        await spent.count_found(connection, costs, self._day(now))
        self._add(costs, [row for one in settled for row in by_batch[one.batch].ids], now)

    def _add(self, costs: Sequence[Cost], known: Collection[int], now: datetime) -> None:
        for one in known:
            self._under_way.pop(one, None)
        day = self._day(now)
        for cost in costs if self.ceilings else ():
            self._days[day] = self._days.get(day, Amount()) + Amount(cost.segments, cost.units)

    # --- sums ------------------------------------------------------------------------------------

    def _day(self, now: datetime) -> str:
        return now.astimezone(self._zone).date().isoformat()

    def _sums(self, pending: int = 0) -> tuple[Amount, Amount]:
        """Give what was spent today and this month, as if that much more had been."""
        today = self._day(self.clock.now())
        month = [one for day, one in self._days.items() if day[:7] == today[:7]]
        more = Amount(pending)
        return self._days.get(today, Amount()) + more, sum(month, more)

    async def _read(self, connection: Connection) -> None:
        self._read_at = self.clock.monotonic()
        days: dict[str, Amount] = {}
        for one in await spent.since(connection, self._day(self.clock.now())[:7]):
            more = Amount(one.messages, one.units)
            days[one.day] = days.get(one.day, Amount()) + more
        self._days, self._under_way = days, await spent.under_way(connection)

    # --- telling ---------------------------------------------------------------------------------

    def _reached(self) -> dict[Threshold, Reached]:
        today = self._day(self.clock.now())
        of = {Period.DAY: today, Period.MONTH: today[:7]}
        return {(one.key, of[one.period]): one for one in self.ceilings.reached(*self._sums())}

    def _changed(
        self,
    ) -> tuple[Mapping[Threshold, Reached], Collection[Threshold]]:
        """Say what was reached since it was last told, and what is over."""
        reached = self._reached()
        begun = {key: one for key, one in reached.items() if key not in self._told}
        over = [key for key in self._told if key not in reached]
        self._told = set(reached)
        return begun, over

    def _events(
        self, begun: Mapping[Threshold, Reached], over: Collection[Threshold]
    ) -> list[Event]:
        now = self.clock.now()
        bodies = [
            {"threshold": key, "of": of, "stops": one.stops.value, "told": str(one)}
            for (key, of), one in begun.items()
        ]
        told = [Event(TALK, REACHED, now, body) for body in bodies]
        return told + [Event(TALK, OVER, now, {"threshold": key, "of": of}) for key, of in over]

    def _tell(self, begun: Mapping[Threshold, Reached], over: Collection[Threshold]) -> None:
        for (key, of), one in begun.items():
            LOG.warning(
                "A ceiling is reached", action=REACHED, threshold=key, of=of, told=str(one)
            )
        for key, of in over:
            LOG.warning("A ceiling is over", action=OVER, threshold=key, of=of)
        today, month = self._sums()
        stopped = {key for key, _ in self._told}  # of today and this month alone
        for period, so_far in ((Period.DAY, today), (Period.MONTH, month)):
            for measure in MEASURES:
                metrics.CEILING_SPENT.labels(period.value, measure).set(so_far.of(measure))
                for purpose in Purpose:
                    reached = f"{period}/{measure}/{purpose}" in stopped
                    metrics.CEILING_REACHED.labels(period.value, measure, purpose.value).set(
                        reached
                    )


def _parts(told: int | None, text: str) -> int:
    return told or segments(text).count
