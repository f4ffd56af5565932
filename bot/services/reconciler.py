"""Finds out what became of sends whose answer was lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot import metrics
from bot.core.codes import said
from bot.core.messages import Search, Unclear
from bot.core.reconcile import Verdict, VerdictKind, verdicts
from bot.core.skew import Skew
from bot.core.unlisted import hurried, is_listed, unlisted
from bot.gateways.base import GatewayError
from bot.log import logger
from bot.services.account import Account
from bot.services.journaling import note_campaigns
from bot.storage import code_rows, feeds, outbox, unclear as unclear_rows
from bot.storage.database import Connection

LOG = logger(__name__)
GIVEN_UP_AFTER = timedelta(hours=6)
"""Where every look fails: an outage is sat out, for what is found after it was sent."""


class Reconciler:
    """Looks at one gateway for what is unclear. `wake` is called when something may go again."""

    def __init__(self, account: Account, wake: Callable[[], None]) -> None:
        self._account = account
        self._wake = wake

    async def tick(self) -> int:
        """Search once for everything unclear; say how many batches found their verdict."""
        account, now = self._account, self._account.clock.now()
        skew = account.gateway.skew
        async with account.database.write() as connection:
            await outbox.recover(connection, account.name, now, all_of_them=False)
            unclear = await self._dated(connection, skew)
            since = await unclear_rows.last_before(connection, account.name, unclear, skew)
            codes = await code_rows.rendered(connection, {o.verification for o in unclear} - {""})
        if not unclear:
            return 0
        unlisted_ones = [one for one in unclear if not is_listed(one)]
        unclear = [_said(one, codes) for one in unclear if is_listed(one)]
        try:
            search = await self._search(unclear, since)
        except GatewayError as error:
            LOG.warning(
                "What was sent could not be looked up; it is tried again",
                action="reconcile.failed",
                gateway=account.name,
                reason=error.reason,
            )
            # What cannot be looked up for hours keeps its conversation waiting no longer.
            unclear = [one for one in unclear if now - one.unclear_at >= GIVEN_UP_AFTER]
            search = Search(now, (), complete={}, progress={}, skew=account.gateway.skew)
        if not unclear and not unlisted_ones:
            return 0
        async with account.database.write() as connection:
            bound = await unclear_rows.bound(
                connection, account.name, unclear, search.sightings, skew
            )
            now = account.clock.now()
            judged = verdicts(
                unclear, search, bound=bound, calibration=account.calibration, now=now
            )
            unclear = [*unclear, *unlisted_ones]
            found = hurried(unclear, [*judged, *(unlisted(o, now) for o in unlisted_ones)], now)
            await account.spending.count_found(connection, unclear, found, account.clock.now())
            await unclear_rows.conclude(
                connection, unclear, found, search.progress, account.clock.now()
            )
            begun = await self._follow(connection, unclear, found)
            await account.remember_with(connection)
        await note_campaigns(account.database, account.name, begun, account.clock.now())
        self._compare(unclear, found)
        return self._tell(found)

    async def _dated(self, connection: Connection, skew: Skew) -> list[Unclear]:
        """Read what is unclear, dated by our clock as it goes now."""
        rows = await unclear_rows.load(connection, self._account.name)
        dated = [one.dated_by(skew) for one in rows]
        await unclear_rows.date(
            connection, [new for old, new in zip(rows, dated, strict=True) if new is not old]
        )
        return dated

    async def _search(self, unclear: Sequence[Unclear], since: datetime | None) -> Search:
        """Look for these; for none, nobody is asked. Raises `GatewayError`."""
        gateway = self._account.gateway
        if unclear:
            return await gateway.search(unclear, since)
        return Search(self._account.clock.now(), (), complete={}, progress={}, skew=gateway.skew)

    async def _follow(
        self, connection: Connection, unclear: Sequence[Unclear], found: Sequence[Verdict]
    ) -> list[str]:
        """Read the answers to campaigns that were found; name them."""
        if not self._account.gateway.traits.campaigns:
            return []
        numbers = {one.batch: one.numbers for one in unclear}
        begun = [one for one in found if one.kind is VerdictKind.SENT and one.gateway_id]
        for verdict in begun:
            await feeds.opened(
                connection,
                self._account.name,
                verdict.gateway_id,
                numbers[verdict.batch],
                self._account.clock.now(),
            )
        return [verdict.gateway_id for verdict in begun]

    def _compare(self, unclear: Sequence[Unclear], found: Sequence[Verdict]) -> None:
        texts = {one.batch: one.text for one in unclear}
        for verdict in found:
            self._account.parts.compare(self._account.name, texts[verdict.batch], verdict.segments)

    def _tell(self, found: Sequence[Verdict]) -> int:
        settled = [verdict for verdict in found if verdict.kind is not VerdictKind.WAIT]
        for verdict in settled:
            metrics.VERDICTS.labels(self._account.name, verdict.kind.value).inc()
            LOG.warning(
                TOLD[verdict.kind],
                action="reconcile.verdict",
                gateway=self._account.name,
                outbound=verdict.batch,
                verdict=verdict.kind.value,
                reason=verdict.evidence.get("reason"),
            )
        if settled:
            self._wake()
        return len(settled)


def _said(one: Unclear, codes: Mapping[str, str]) -> Unclear:
    """Render the code that it says: without it, it would not be found."""
    code = codes.get(one.verification)
    return one if code is None else replace(one, text=said(one.text, code, one.way))


TOLD = {
    VerdictKind.SENT: "An unclear reply turned out to be taken",
    VerdictKind.AGAIN: "An unclear reply was not taken, and goes again",
    VerdictKind.GUESSED_AGAIN: "An unclear reply goes again on a guess: its rule wants that",
    VerdictKind.ABANDONED: "A reply was given up: it is not known whether it was taken",
}
