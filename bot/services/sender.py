"""Empties the outbox of one gateway, each intent committed before a byte of it leaves."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import datetime, timedelta

from bot import metrics
from bot.core.codes import hide, said
from bot.core.messages import Batch, Code, MessageClass, Status, Wanted, Way
from bot.core.quiet_hours import QuietHours
from bot.gateways.base import (
    AccountHeld,
    GatewayError,
    Rejected,
    Throttled,
    Unreachable,
)
from bot.log import logger
from bot.services import faults
from bot.services.account import Account
from bot.services.journaling import note_campaigns
from bot.storage import code_rows, feeds, leaving, outbox
from bot.storage.database import Connection
from bot.storage.leaving import Due
from bot.storage.outbox import Outcome

LOG = logger(__name__)
LEASE = timedelta(seconds=60)
"""Longer than a request may take: a lease that has ended means that its sender is gone."""
LEAVE_WITHIN = timedelta(seconds=25)
"""A request that waited longer for its turn does not leave: with the half minute that it may then
take it would outlive its lease."""
FRESH_SECONDS = 0.2
"""What waited no longer for its turn leaves without another look."""
LINGER_SECONDS = 0.04
"""Under load, outcomes are gathered for this long so that one commit serves many."""
BACKOFF_SECONDS = 1.0
BACKOFF_CAP_SECONDS = 20.0


class Sender:
    """Sends what is due at one gateway. `wake` is called whenever an outcome is in."""

    def __init__(
        self,
        account: Account,
        wake: Callable[[], None],
        chance: random.Random,
        *,
        quiet: QuietHours | None = None,
    ) -> None:
        self._account = account
        self._quiet = quiet
        self._wake = wake
        self._chance = chance
        self._flying: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []

    async def begin(self) -> None:
        """Take for unclear what a process that died was sending (INV-5)."""
        async with self._account.database.write() as connection:
            await outbox.recover(
                connection, self._account.name, self._account.clock.now(), all_of_them=True
            )

    async def tick(self) -> int:
        """Settle what came back and hand over what is due; say how many rows moved."""
        await self._gather()
        outcomes = self._outcomes.copy()
        now, steady = self._account.clock.now(), self._account.clock.monotonic()
        stopped: list[tuple[int, Status]] = []
        async with self._writing() as connection:
            await self._settle(connection, outcomes, now)
            batches = await self._claim(connection, now, stopped)
        del self._outcomes[: len(outcomes)]  # not before they are on the disk
        await self._note(outcomes, now)
        for batch in batches:
            task = asyncio.create_task(self._send(batch, now, steady))
            self._flying.add(task)
            task.add_done_callback(self._landed)
        self._tell(outcomes)
        self._tell_stopped(stopped)
        return len(outcomes) + len(batches)

    async def drain(self) -> None:
        """Let what is under way come back, and settle each as it does."""
        while self._flying or self._outcomes:
            if not self._outcomes:
                await asyncio.wait(self._flying, return_when=asyncio.FIRST_COMPLETED)
            outcomes, now = self._outcomes.copy(), self._account.clock.now()
            async with self._writing() as connection:
                await self._settle(connection, outcomes, now)
            del self._outcomes[: len(outcomes)]
            await self._note(outcomes, now)
            self._tell(outcomes)

    def _writing(self) -> AbstractAsyncContextManager[Connection]:
        """Open a transaction: alone where it touches what others change, too.

        Else we are alone at our gateway, and others change of its messages only what is queued.
        """
        database = self._account.database
        shared = self._account.spending.ceilings or self._account.gateway.traits.campaigns
        return database.write() if shared else database.write_beside()

    async def _gather(self) -> None:
        """Wait a moment for more outcomes where many are under way."""
        enough = self._account.gateway.traits.in_flight // 2
        if len(self._flying) > 1 and len(self._outcomes) < min(enough, len(self._flying)):
            await self._account.clock.sleep(LINGER_SECONDS)

    async def _claim(
        self,
        connection: Connection,
        now: datetime,
        stopped: list[tuple[int, Status]] | None = None,
    ) -> list[Batch]:
        """Choose batches and write down the intent to send them; the caller commits."""
        traits = self._account.gateway.traits
        room = self._room(now)
        if room <= 0:
            return []
        spending = self._account.spending
        if self._account.database.is_shared:
            await spending.read_with(connection)  # others spend, too (INV-20)
        rows = await leaving.due(
            connection,
            self._account.name,
            now,
            room * traits.numbers_per_batch,
            stopped,
            waiting=spending.waiting() | faults.waiting(self._account),
            quiet=self._quiet,
        )
        admitted = faults.admit(self._account, spending.admit(rows))
        chosen = gather(admitted, self._account.name, traits.numbers_per_batch)[:room]
        chosen = await coded(connection, chosen, admitted)
        leave_by = now + LEAVE_WITHIN
        batches = [replace(one, leave_by=leave_by, wanted=self._wanted(one)) for one in chosen]
        if batches:
            skew = self._account.gateway.skew
            await outbox.hand(connection, batches, now, now + LEASE, skew)
            spending.handed(batches)
        return batches

    def _wanted(self, batch: Batch) -> Wanted:
        """Give what asks whether a batch may still leave that waited for its turn (INV-12)."""
        handed = self._account.clock.monotonic()

        async def wanted() -> bool:
            if self._account.clock.monotonic() - handed < FRESH_SECONDS:
                return True
            async with self._account.database.read() as connection:
                return await leaving.may_leave(connection, batch, self._account.clock.now())

        return wanted

    def _room(self, now: datetime) -> int:
        """Say how many batches may be handed over now: after failures, one that is tried alone."""
        gateway = self._account.gateway
        if gateway.condition.sends_from is not None and gateway.condition.sends_from > now:
            return 0
        most = 1 if gateway.condition.one_send else gateway.traits.in_flight
        return most - len(self._flying)

    async def _settle(
        self, connection: Connection, outcomes: Sequence[Outcome], now: datetime
    ) -> None:
        if not outcomes:
            return
        await self._account.spending.count(connection, outcomes, now)
        await outbox.settle(connection, outcomes, now)
        for one in outcomes:
            if one.acceptance is not None:
                counted = one.acceptance.segments
                self._account.parts.compare(self._account.name, one.batch.text, counted)
        if self._account.gateway.traits.campaigns:
            # What the adapter knows of the credit must agree with what is known to be sent.
            await self._account.remember_with(connection)
            for reference, one in _begun(outcomes).items():
                numbers = one.batch.numbers
                await feeds.opened(connection, self._account.name, reference, numbers, now)

    async def _note(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Have the campaigns that were begun survive a restored backup."""
        if self._account.gateway.traits.campaigns:
            account = self._account
            await note_campaigns(account.database, account.name, _begun(outcomes), now)

    async def _send(self, batch: Batch, handed_at: datetime, steady: float) -> None:
        """Send, and time it by a clock that nobody sets meanwhile."""
        outcome = await self._outcome(batch)
        took = timedelta(seconds=self._account.clock.monotonic() - steady)
        self._outcomes.append(replace(outcome, ended_at=handed_at + took))

    async def _outcome(self, batch: Batch) -> Outcome:
        """Hand over a batch; whatever is not certainly refused may have been taken."""
        outcome = await self._handed(batch)
        if batch.code is None:
            return outcome
        # Whoever refuses a code may repeat it.
        return replace(outcome, error=hide(outcome.error, [batch.code.digits]))

    async def _handed(self, batch: Batch) -> Outcome:
        try:
            return Outcome(batch, Status.SENT, await self._account.gateway.send(batch))
        except GatewayError as error:
            return self._failed(batch, error)
        except Exception as error:
            LOG.exception("Sending failed in an unexpected way", action="send.error")
            return Outcome(batch, Status.UNCONFIRMED, error=type(error).__name__)

    def _failed(self, batch: Batch, error: GatewayError) -> Outcome:
        """Do what the error is named for."""
        match error:
            case Unreachable() | Throttled():
                return self._again(batch, error, error.retry_after or self._backoff(batch.fence))
            case AccountHeld():
                return self._again(batch, error, 0.0)
            case Rejected() if len(batch.ids) > 1:
                # One bad number must not cost the others their reply.
                return self._again(batch, error, 0.0, alone=True)
            case Rejected():
                return Outcome(batch, Status.FAILED, error=error.reason)
            case _:
                return Outcome(batch, Status.UNCONFIRMED, error=error.reason)

    def _again(
        self, batch: Batch, error: GatewayError, seconds: float, *, alone: bool = False
    ) -> Outcome:
        later = self._account.clock.now() + timedelta(seconds=seconds)
        return Outcome(batch, Status.QUEUED, not_before=later, error=error.reason, alone=alone)

    def _backoff(self, attempt: int) -> float:
        """Double from attempt to attempt, half of it by chance."""
        longest = min(BACKOFF_SECONDS * 2.0 ** min(attempt - 1, 10), BACKOFF_CAP_SECONDS)
        return longest * self._chance.uniform(0.5, 1.0)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._wake()

    def _tell(self, outcomes: Sequence[Outcome]) -> None:
        if any(one.status is Status.SENT for one in outcomes):
            self._account.sent_at = self._account.clock.monotonic()
        for one in outcomes:
            metrics.MESSAGES.labels(self._account.name, one.status.value).inc(len(one.batch.ids))
        sent = sum(len(one.batch.ids) for one in outcomes if one.status is Status.SENT)
        if sent:
            LOG.info(
                "Replies were accepted",
                action="send.accepted",
                gateway=self._account.name,
                messages=sent,
                first=next(one.batch.id for one in outcomes if one.status is Status.SENT),
            )
        for one in outcomes:
            if one.status is not Status.SENT:
                LOG.warning(
                    TOLD[one.status],
                    action=f"send.{one.status.value}",
                    gateway=self._account.name,
                    outbound=one.batch.id,
                    reason=one.error,
                )

    def _tell_stopped(self, stopped: Sequence[tuple[int, Status]]) -> None:
        """Tell of replies that nobody will get, as of those that were refused; and who waits."""
        put_off = [row for row, how in stopped if how is Status.QUEUED]
        if put_off:
            LOG.info(
                "What we start was put off: it is a quiet hour where it goes",
                action="send.put_off",
                gateway=self._account.name,
                messages=len(put_off),
                outbound=put_off[:10],
            )
        for status in (Status.LAPSED, Status.SUPPRESSED):
            ids = [row for row, how in stopped if how is status]
            if ids:
                metrics.MESSAGES.labels(self._account.name, status.value).inc(len(ids))
                LOG.warning(
                    TOLD[status],
                    action=f"send.{status.value}",
                    gateway=self._account.name,
                    messages=len(ids),
                    outbound=ids[:10],
                )


def _begun(outcomes: Sequence[Outcome]) -> dict[str, Outcome]:
    """Name the campaigns that these opened."""
    named = ((one.acceptance.gateway_id, one) for one in outcomes if one.acceptance is not None)
    return {reference: one for reference, one in named if reference}


TOLD = {
    Status.LAPSED: "Replies could not leave within replies.life, and lapsed",
    Status.SUPPRESSED: "Messages were held back: their numbers opted out, are blocked or cut off",
    Status.QUEUED: "A reply could not be handed over and waits",
    Status.FAILED: "A reply was refused for good",
    Status.UNCONFIRMED: "It is unclear whether a reply was taken; it is looked for",
}


def gather(rows: Sequence[Due], gateway: str, most: int) -> list[Batch]:
    """Put equal texts to different numbers into one batch, where the gateway can take that.

    A code never shares a batch, nor does what was refused together with others before; a number
    is never twice in one. What becomes of an unclear batch is decided for all of it, so its rows
    have one `delivery`.
    """
    groups: list[list[Due]] = []
    open_groups: dict[tuple[str, str], list[Due]] = {}
    for row in rows:
        alone = most == 1 or row.alone or row.message_class == MessageClass.VERIFICATION.value
        group = None if alone else open_groups.get((row.text, row.delivery))
        if group is None or len(group) >= most or any(row.number == one.number for one in group):
            group = []
            groups.append(group)
            if not alone:
                open_groups[row.text, row.delivery] = group
        group.append(row)
    return [
        Batch(
            id=group[0].id,
            ids=tuple(row.id for row in group),
            gateway=gateway,
            numbers=tuple(row.number for row in group),
            text=group[0].text,
            fence=max(row.fence for row in group) + 1,
        )
        for group in groups
    ]


async def coded(
    connection: Connection, batches: Sequence[Batch], rows: Sequence[Due]
) -> list[Batch]:
    """Render codes into the messages that say them: from here on they are in memory alone.

    A message whose verification is gone is left to lapse.
    """
    of = {row.id: row for row in rows if row.verification}
    if not of:
        return list(batches)
    codes = await code_rows.rendered(connection, {row.verification for row in of.values()})
    ready: list[Batch] = []
    for batch in batches:
        row = of.get(batch.id)
        if row is None:
            ready.append(batch)
        elif digits := codes.get(row.verification):
            way = Way(row.way)
            code = Code(way, digits, row.language, f"{row.verification}-{row.id}")
            ready.append(replace(batch, text=said(batch.text, digits, way), code=code))
    return ready
