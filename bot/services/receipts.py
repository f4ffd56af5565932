"""Reads how our messages went, and learns from ordinary traffic how the gateway lists them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import metrics
from bot.core.calibration import level, number_key
from bot.core.messages import Sighting, Status
from bot.core.network import Action
from bot.core.reconcile import REQUEST, listing_seconds
from bot.core.segments import segments
from bot.gateways.base import GatewayError
from bot.log import logger
from bot.services import faults, undelivered
from bot.services.account import Account
from bot.services.undelivered import Dealt
from bot.storage import receipts as receipt_rows
from bot.storage.receipts import Awaited

LOG = logger(__name__)
TIERS = (
    (timedelta(days=3), timedelta(hours=1)),
    (timedelta(hours=1), timedelta(minutes=1)),
    (timedelta(minutes=10), timedelta(seconds=10)),
)
"""What is younger than the first is asked for each second, oldest first."""
CLOSELY = timedelta(seconds=30)
"""Between two looks, or sending and the first, that tell how late a message was listed."""
AGAIN = timedelta(minutes=5)
AT_ONCE = 2000
CODES = 100
"""Of a vendor, counted one by one; there are some thirty."""
TOLD = {
    Action.STOP: "A number cannot be reached: nothing is started to it until it texts",
    Action.PAUSE: "A number may not receive more for now: nothing is started to it for a while",
    Action.AGAIN: "A message did not arrive, and goes once more",
    Action.SHORTEN: "A network refused a message for its length: shorten what its rule says",
    Action.HOLD: "A message failed by a fault of the account or the vendor: ask the vendor",
}
"""What the operator is told of one message. What is only reported is counted, and shown."""
CAMPAIGNS_AT_ONCE = 20
"""Where each campaign is a request of its own, few are asked for in one tick."""


class Receipts:
    """Reads the receipts of one gateway."""

    def __init__(self, account: Account, again: timedelta = AGAIN) -> None:
        """`again`: after this long a message goes once more whose failure may pass."""
        self._account = account
        self._again = again
        self._codes: set[str] = set()
        """Those that have a figure of their own."""
        self._asked: dict[timedelta, float] = {}
        self._campaigns: dict[str, float] = {}
        """When each campaign that still lacks a last word was asked for."""
        self._echoed: set[int] = set()
        self._missed: set[int] = set()
        """Messages that should have been listed, and were not: each counts once."""
        self._read_at: datetime | None = None

    async def tick(self) -> int:
        """Ask for what is due; say how many messages had their last word."""
        now = self._account.clock.now()
        moment = self._account.clock.monotonic()  # which nobody sets back
        tier = self._due(moment)
        if tier is None:
            return 0
        async with self._account.database.read() as connection:
            awaited = await receipt_rows.awaited(
                connection, self._account.name, now - tier, AT_ONCE
            )
        self._note_asked(tier, moment)
        if self._account.gateway.traits.campaigns:
            awaited = self._in_turn(awaited, moment)
        if not awaited:
            return 0
        try:
            sightings = await self._account.gateway.receipts([one.sent for one in awaited])
        except GatewayError as error:
            LOG.info(
                "Receipts could not be read; they are asked for again",
                action="receipts.failed",
                gateway=self._account.name,
                reason=error.reason,
            )
            return 0
        matched = match(awaited, sightings)
        self._learn(matched, now)
        self._miss(awaited, matched, sightings, now)
        await self._account.remember()
        return await self._note(matched)

    def _in_turn(self, awaited: Sequence[Awaited], moment: float) -> list[Awaited]:
        """Choose a few campaigns: those not asked for longest, and of equal ones the newest."""
        references = dict.fromkeys(one.sent.gateway_id for one in awaited)
        longest = sorted(references, key=lambda one: self._campaigns.get(one, -math.inf))
        chosen = longest[:CAMPAIGNS_AT_ONCE]
        kept = {one: at for one, at in self._campaigns.items() if one in references}
        self._campaigns = kept | dict.fromkeys(chosen, moment)
        return [one for one in awaited if one.sent.gateway_id in chosen]

    def _due(self, moment: float) -> timedelta | None:
        for tier, every in TIERS:
            asked = self._asked.get(tier)
            if asked is None or moment - asked >= every.total_seconds():
                return tier
        return None

    def _note_asked(self, tier: timedelta, moment: float) -> None:
        """A wider question answers the narrower ones too."""
        self._asked |= {narrower: moment for narrower, _ in TIERS if narrower <= tier}

    async def _note(self, matched: Sequence[tuple[Awaited, Sighting]]) -> int:
        news = [
            (one.sent.id, sighting)
            for one, sighting in matched
            if sighting.status is not Status.SENT
            or sighting.code != one.code
            or _is_counted_anew(one, sighting)
        ]
        dealt: list[Dealt] = []
        if news:
            async with self._account.database.write() as connection:
                now = self._account.clock.now()
                dealt = await undelivered.note(connection, news, now, self._again)
                fault = await faults.note(connection, self._account, dealt, _arrived(matched), now)
            self._account.fault = fault
        for one, sighting in matched:
            if _is_counted_anew(one, sighting):
                account = self._account
                account.parts.compare(account.name, one.text, sighting.segments)
        for _, sighting in news:
            metrics.RECEIPTS.labels(self._account.name, sighting.status.value).inc()
        self._tell(dealt)
        last = sum(sighting.status is not Status.SENT for _, sighting in news)
        if last:
            LOG.info(
                "Receipts came in",
                action="receipts.read",
                gateway=self._account.name,
                messages=last,
            )
        return last

    def _tell(self, dealt: Sequence[Dealt]) -> None:
        name = self._account.name
        for one in dealt:
            action = one.fate.action
            metrics.UNDELIVERED.labels(name, self._figure(one.code), action.value).inc()
            if action in TOLD:
                LOG.warning(
                    TOLD[action],
                    action=f"receipt.{action.value}",
                    gateway=name,
                    outbound=one.message.id,
                    code=one.code,
                    rule=one.message.rule,
                    segments=segments(one.message.text).count,
                )

    def _figure(self, code: str) -> str:
        """Give the label of a code; a gateway that makes up many gets no figure for each."""
        if len(self._codes) < CODES:
            self._codes.add(code)
        return code if code in self._codes else "other"

    def _learn(self, matched: Sequence[tuple[Awaited, Sighting]], begun_at: datetime) -> None:
        """Learn how late and how faithfully the gateway lists what it certainly took.

        How late, only of what was sent, or looked for in vain, shortly before: after a pause the
        row may be hours old, and that would be our own delay. A campaign is read by its own name,
        which shows nothing of a listing.
        """
        before, self._read_at = self._read_at, begun_at
        if self._account.gateway.traits.campaigns:
            return
        for one, sighting in matched:
            if one.sent.id in self._echoed or not one.text:  # its words may have been forgotten
                continue
            self._echoed.add(one.sent.id)
            sent_at = one.sent.sent_at
            close = begun_at - max(before or sent_at, sent_at) <= CLOSELY
            lag = max(0.0, (begun_at - sent_at).total_seconds()) if close else 0.0
            found = level(one.text, sighting.text)
            self._account.calibration = self._account.calibration.seen(lag, found)
        if len(self._echoed) > 10 * AT_ONCE:
            self._echoed = {one.sent.id for one, _ in matched}

    def _miss(
        self,
        awaited: Sequence[Awaited],
        matched: Sequence[tuple[Awaited, Sighting]],
        sightings: Sequence[Sighting],
        begun_at: datetime,
    ) -> None:
        """Learn that the gateway does not list what it certainly took.

        Only of what should be there by now, in a listing that reaches back beyond it and shows
        something newer: one that is short, or late as a whole, lacks no row.
        """
        if self._account.gateway.traits.campaigns or not sightings:
            return
        waits = REQUEST + listing_seconds(self._account.calibration.lag)
        until = begun_at - timedelta(seconds=waits)
        skew = self._account.gateway.skew
        oldest = min(one.at for one in sightings) - timedelta(seconds=skew.low)
        newest = max(one.at for one in sightings) - timedelta(seconds=skew.high)
        listed = {one.sent.id for one, _ in matched} | self._echoed | self._missed
        for one in awaited:
            if one.sent.id not in listed and oldest < one.sent.sent_at < min(until, newest):
                self._missed.add(one.sent.id)
                self._account.calibration = self._account.calibration.missed()
                LOG.warning(
                    "The gateway does not list a message that it took",
                    action="receipts.unlisted",
                    gateway=self._account.name,
                    outbound=one.sent.id,
                )
        if len(self._missed) > 10 * AT_ONCE:
            self._missed &= {one.sent.id for one in awaited}


def _arrived(matched: Sequence[tuple[Awaited, Sighting]]) -> list[datetime]:
    """Say when each message was handed over that has arrived."""
    return [one.sent.sent_at for one, sighting in matched if sighting.status is Status.DELIVERED]


def _is_counted_anew(one: Awaited, sighting: Sighting) -> bool:
    """Tell whether the gateway says for the first time how many segments it counts."""
    return sighting.segments not in {None, one.segments}


def match(
    awaited: Sequence[Awaited], sightings: Sequence[Sighting]
) -> list[tuple[Awaited, Sighting]]:
    """Find to each message what was seen of it: by its id, and its number where ids are shared."""
    seen = {
        (sighting.gateway_id, number_key(number)): sighting
        for sighting in sightings
        for number in sighting.numbers
    }
    named = (
        (one, seen.get((one.sent.gateway_id, number_key(one.sent.number)))) for one in awaited
    )
    return [(one, sighting) for one, sighting in named if sighting is not None]
