"""Clever Multimedias (France): every message is a campaign, and texts are the answers to one.

"API REST CLEVERMULTIMEDIAS, spécifications techniques", chapters 2, 3.1, 3.11, 3.12, 3.19, 3.21,
3.23.
Where it is silent or contradicts itself, what we take is said beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, NamedTuple
from urllib.parse import quote

from bot.core.messages import (
    Acceptance,
    Batch,
    Feed,
    Mail,
    Page,
    Search,
    Sent,
    Sighting,
    Unclear,
    Way,
)
from bot.core.reconcile import LATE, LEAST_LISTING
from bot.core.segments import segments
from bot.core.skew import Skew
from bot.gateways import clever_forms as forms, clever_time
from bot.gateways.base import Condition, GatewayError, Rejected, Traits, Unconfirmed
from bot.gateways.clever_account import Profile
from bot.gateways.clever_api import Api
from bot.gateways.clever_contacts import CleverBook, Contacts
from bot.gateways.clever_credit import Credit
from bot.gateways.clever_examiner import CleverExaminer
from bot.gateways.clever_mail import Mailer
from bot.gateways.clever_pushes import Push
from bot.gateways.clever_rows import UNREADABLE, TextReader, read_delivery
from bot.gateways.clever_search import Pass, Prober
from bot.gateways.clever_turns import PACE, Turns
from bot.gateways.clever_types import ZONE
from bot.gateways.http import Answer
from bot.gateways.line import Line
from bot.gateways.mails import fit
from bot.log import logger

LOG = logger(__name__)

URL = "https://webservicesmultimedias.clever-is.fr/api"
WAYS = (Way.TEXT, Way.VOICE)
NUMBERS = 100
"""Our own cap: the document has none."""
PROBES = 10
"""Requests of one search: others wait for the same rate."""
REMEMBERED = 5000
"""References of ours: some hours at full pace."""
RECENT = 60.0
"""Seconds: a name that is ours for longer can only be free again because the clocks went back."""
CHARGED_BY = timedelta(seconds=LATE + LEAST_LISTING)
"""After so long an unclear push has been charged, if it ever will be."""


class _Ours(NamedTuple):
    """A campaign of ours: which batch it is, and since when we know, in monotonic seconds."""

    batch: int
    since: float


class Clever:
    """One account. `learned` is what an earlier one gave by that name."""

    def __init__(
        self,
        line: Line,
        *,
        login: str,
        password: str,
        url: str = URL,
        sender: str = "",
        zone: tzinfo = ZONE,
        pace: float = PACE,
        secret: bytes = b"",
        learned: Mapping[str, Any] | None = None,
    ) -> None:
        learned = learned or {}
        self.name = line.name
        self.traits = Traits(
            numbers_per_batch=NUMBERS,
            pace=pace,
            in_flight=1,
            campaigns=True,
            longest=forms.LONGEST_TEXT,
            ways=WAYS,
        )
        self._line = line
        self._api = Api(line, url, login, password, zone)
        self.book = CleverBook(Contacts(Api(line.beside(), url, login, password, zone)))
        self._sender = sender
        self._zone = zone
        self._texts = TextReader(zone, secret)
        self._credit = Credit(learned, self._there(line.clock.now()))
        self._prober = Prober(self._api, zone, learned.get("nobody"))
        self._mailer = Mailer(self._api, learned.get("mails"))
        self._profile = Profile(self._api, learned.get("account"))
        self.examiner = CleverExaminer(self._profile, self._prober)
        self._named = learned.get("named")
        """Whether our last campaign was named for its second; None: there was none."""
        self._ours: dict[str, _Ours] = {}
        self._turns = Turns(line.clock, pace, self._is_taken)

    @property
    def skew(self) -> Skew:
        """The gateway's clock minus ours."""
        return self._line.skew

    @property
    def condition(self) -> Condition:
        """Whether the account is held or left alone."""
        return self._line.condition

    @property
    def learned(self) -> Mapping[str, Any]:
        """Readings of the credit, which addresses there are, how campaigns are named."""
        return {
            **self._credit.to_json(),
            "account": self._profile.path,
            "mails": self._mailer.path,
            "nobody": self._prober.nobody,
            "named": self._named,
        }

    @staticmethod
    def refuses(text: str) -> str:
        """Say why this text can never be sent here, or nothing."""
        return forms.refuses(text)

    # Texts

    async def fetch(self, feed: Feed) -> Page:
        """Read the answers to one campaign.

        Raises `GatewayError`, among them `Rejected` for what concerns this campaign alone.
        """
        rows, answer = await self._api.rows(_part(feed.reference, "mos"), "mos")
        texts, unreadable = self._texts.read(
            rows,
            feed.reference,
            self._api.present(answer),
            self._begun_at(feed),
        )
        return Page(
            texts=texts,
            cursor={"listed": len(rows)},
            read_at=answer.begun_at,
            unreadable=unreadable,
        )

    def _begun_at(self, feed: Feed) -> datetime | None:
        """Say when a campaign of ours was created, by the gateway's clock, if its name tells.

        In the repeated hour a name stands for two instants: the one that is nearer to when we
        began to follow it.
        """
        instants = clever_time.created(feed.reference, self._zone)
        if feed.adopted or instants is None:
            return None
        return min(instants, key=lambda instant: abs(instant - feed.opened_at))

    # Messages

    async def send(self, batch: Batch) -> Acceptance:
        """Hand over a batch as one campaign, at our pace. Raises `GatewayError`."""
        # With duplicates, so that a second equal reply is not swallowed.
        push = forms.message(
            batch.text,
            numbers=batch.numbers,
            kind="tts" if batch.code and batch.code.way is Way.VOICE else "sms",
            sender=self._sender,
            duplicates=True,
        )
        async with self._turns.one():
            try:
                made, answer = await self._api.post(
                    *("pushs", push, self._api.created),
                    leave_by=batch.leave_by,
                    wanted=batch.wanted,
                )
            except Unconfirmed:
                self._credit.doubted(batch.id, self._there(self._line.clock.now()))
                raise
        self._check(batch, made)
        self._learn(batch.id, made, len(batch.numbers), self._there(answer.ended_at))
        self._named = self._is_named_for_its_second(made.reference, answer)
        return Acceptance(made.reference, made.segments, made.units_each(len(batch.numbers)))

    async def mail(self, mail: Mail) -> str:
        """Hand over one e-mail as a campaign, at our pace. Raises `GatewayError`."""
        ready = fit(mail)
        async with self._turns.one():
            try:
                made = await self._mailer.post(ready)
            except Unconfirmed:
                self._credit.doubted(None, self._there(self._line.clock.now()))
                raise
        self._credit.spent(made.units, self._there(made.answered_at))
        return made.reference

    def _there(self, instant: datetime) -> datetime:
        """Give an instant of ours by the gateway's clock: nobody sets that one meanwhile."""
        return instant + timedelta(seconds=self.skew.middle)

    def _is_taken(self, now: datetime) -> bool:
        """Tell whether the vendor's wall has shown this second before: the autumn repeats some."""
        name = f"Push{self._there(now).astimezone(self._zone):%Y%m%d%H%M%S}"
        known = self._ours.get(name)
        return known is not None and self._line.clock.monotonic() - known.since > RECENT

    def _check(self, batch: Batch, made: Push) -> None:
        """Tell of what should not be; the push is accepted all the same."""
        if made.reference in self._ours:
            LOG.error(
                "Two pushes were given one reference; their answers cannot be told apart",
                action="clever.reference_reused",
                gateway=self.name,
                outbound=batch.id,
            )
        if made.destinations is not None and made.destinations != len(batch.numbers):
            LOG.warning(
                "A push counts another number of people than it was meant for",
                action="clever.destinations",
                gateway=self.name,
                outbound=batch.id,
                meant=len(batch.numbers),
                counted=made.destinations,
            )

    def _learn(self, batch: int, push: Push, count: int, at: datetime) -> None:
        """Take in that a push of ours exists, since when by the gateway's clock, and its cost."""
        self._ours[push.reference] = _Ours(batch, self._line.clock.monotonic())
        while len(self._ours) > REMEMBERED:
            del self._ours[next(iter(self._ours))]
        self._credit.accepted(batch, push.units, (push.segments or 0) * count, at)

    def _is_named_for_its_second(self, reference: str, answer: Answer) -> bool:
        """Tell whether a campaign can be found by its second, as the document's samples can."""
        readings = clever_time.created(reference, self._zone) or ()
        skew, second = self.skew, timedelta(seconds=2)
        begin = answer.begun_at + timedelta(seconds=skew.low) - second
        end = answer.ended_at + timedelta(seconds=skew.high) + second
        return any(begin <= reading <= end for reading in readings)

    async def receipts(self, sent: Sequence[Sent]) -> Sequence[Sighting]:
        """Read how messages went, a request for each campaign.

        Raises `GatewayError` if nothing could be read; what was read before a failure is given.
        """
        found: list[Sighting] = []
        for reference in dict.fromkeys(one.gateway_id for one in sent if one.gateway_id):
            try:
                found += await self._deliveries(reference)
            except Rejected:
                continue  # about this campaign alone
            except GatewayError:
                if found:
                    break
                raise
        return found

    async def messages(self, since: datetime) -> Sequence[Sighting]:
        """Nothing: a campaign is found by its reference alone."""
        del since
        return ()

    async def _deliveries(self, reference: str) -> Sequence[Sighting]:
        rows, answer = await self._api.rows(_part(reference, "deliveries"), "deliveries")
        found, seen = [], self._api.seen(answer)
        for row in rows:
            try:
                found.append(read_delivery(row, reference, seen))
            except UNREADABLE:
                continue  # a receipt that makes no sense is none
        return found

    # What is unclear

    async def search(self, unclear: Sequence[Unclear], since: datetime | None = None) -> Search:
        """Ask for some of the seconds in which the batches may have been created.

        Raises `GatewayError` where not even a campaign that cannot exist could be asked for.
        """
        del since  # campaigns are asked for by name, one by one
        self._credit.looking_for({batch.batch for batch in unclear})
        await self._prober.calibrate()
        now, skew = self._line.clock.now(), self.skew
        passes = [Pass.of(batch, now, skew, self._zone) for batch in unclear]
        sightings = await self._probe(passes)
        # Where campaigns are not named for their seconds, nothing was looked at.
        ended = [one for one in passes if one.rest is None and self._named is not False]
        await self._witness([one.batch for one in ended])
        batches = {one.batch.batch for one in passes}
        complete = {one.batch.batch for one in ended}
        return Search(
            begun_at=min((one.begun_at for one in ended), default=now),
            sightings=sightings,
            complete={batch: batch in complete for batch in batches},
            progress={one.batch.batch: one.to_json() for one in passes},
            skew=self.skew,
            credit_says={one.batch.batch: self._charged(one.batch, batches) for one in passes},
            trusted=self._named is True and self._prober.nobody is not None,
        )

    async def _probe(self, passes: Sequence[Pass]) -> Sequence[Sighting]:
        """Go on with the passes, the first ones first, until the requests are used up."""
        found: list[Sighting] = []
        left = PROBES if self._named is not False else 0
        share = max(1, PROBES // max(1, len(passes)))
        for one in passes:
            try:
                others = self._of_others(one.batch.batch)
                asked, push = await self._prober.probe(one, others, min(share, left))
            except GatewayError:
                break  # what was answered counts, the rest is asked for next time
            left -= asked
            if push is not None:
                found.append(self._found(one, push))
        return found

    def _of_others(self, batch: int) -> set[str]:
        """Name the campaigns that cannot be the batch's.

        Its own may be known and looked for: what was found out could not be written down then.
        """
        return {name for name, known in self._ours.items() if known.batch != batch}

    def _found(self, one: Pass, push: Push) -> Sighting:
        count, at = len(one.batch.numbers), self._prober.second(one, push.reference)
        self._learn(one.batch.batch, push, count, at)
        self._named = True  # it was found by its second alone
        return Sighting(
            gateway_id=push.reference,
            numbers=one.batch.numbers,
            text=push.text,
            at=at,
            code=push.status[:16],
            segments=push.segments,
            units=push.units_each(count),
        )

    async def _witness(self, missing: Sequence[Unclear]) -> None:
        """Read the credit for batches that were not found, with no push under way meanwhile."""
        now = self._there(self._line.clock.now())
        due = [self._there(batch.unclear_at) + CHARGED_BY for batch in missing]
        if all(at > now or self._credit.read_since(at) for at in due):
            return
        async with self._turns.between:
            try:
                await self.watch()
            except GatewayError:
                return  # then it cannot tell

    def _charged(self, batch: Unclear, unclear: set[int]) -> bool | None:
        parts = segments(batch.text).count * len(batch.numbers)
        handed_at = self._there(batch.handed_at)
        settled_at = self._there(batch.unclear_at) + CHARGED_BY
        return self._credit.says(batch.batch, (handed_at, settled_at), parts, unclear)

    # The account

    async def watch(self) -> Mapping[str, float | str]:
        """Read credit and expiry. Raises `GatewayError`."""
        posts, quiet = self._turns.count, not self._turns.under_way
        seen, read_at = await self._profile.read()
        credit = seen.get("credit")
        if isinstance(credit, float) and quiet and posts == self._turns.count:
            self._credit.read(credit, self._there(read_at))
        return seen


def _part(reference: str, name: str) -> str:
    return f"pushs/{quote(reference, safe='')}/{name}"
