"""VuduMobile (Quebec): texts by `get_feed`, replies by `send`, receipts by `get_feed` again.

"Description des APIs, Application Web VuduMobile", 14 January 2019. Where it is silent or
contradicts itself, what we take is said beside it.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.messages import (
    Acceptance,
    Batch,
    Code,
    Feed,
    Mail,
    Page,
    Search,
    Sent,
    Sighting,
    Unclear,
    Way,
)
from bot.core.skew import Skew
from bot.gateways import vudumobile_forms as forms
from bot.gateways.base import Condition, Traits, Unconfirmed
from bot.gateways.http import Answer, Oversized, http_date
from bot.gateways.limiter import Kind
from bot.gateways.line import Line
from bot.gateways.mails import fit
from bot.gateways.numbers import e164
from bot.gateways.payload import UnreadableError, rows_of
from bot.gateways.vudumobile_api import Api
from bot.gateways.vudumobile_book import VuduMobileBook
from bot.gateways.vudumobile_contacts import Contacts
from bot.gateways.vudumobile_cursor import HOUR, Cursor, Plan
from bot.gateways.vudumobile_examiner import VuduMobileExaminer
from bot.gateways.vudumobile_mail import form_of as mail_form_of
from bot.gateways.vudumobile_rows import (
    COUNTRY,
    UNCHANGED,
    UNREADABLE,
    TextRows,
    sighting,
)
from bot.gateways.vudumobile_tables import is_detailed

URL = "https://api.vudumobile.net/api"
LONGEST_FEED = 64 << 20
"""Bytes: a feed has no pages, and after a long silence of ours it may be large."""
LONGEST_TEXT = 1530
WAYS = (Way.VENDOR, Way.TEXT)
SPOKEN = ("fr", "en")
"""The languages in which the vendor words a code."""
HISTORY = timedelta(days=30)
BEFORE = 60
"""Seconds that a look for messages begins early: the feed is asked in whole seconds."""
FURTHEST_BACK = 3 * 86400
"""Seconds that a look for messages reaches back at most, only to see something of ours."""
ECHOES = 200
"""Messages of ours that are awaited in the feed to see by which clock its rows are stamped."""
NARROWEST = 1
"""Seconds of feed that we ask for at least."""


@dataclass(frozen=True, slots=True)
class _Reading:
    rows: Sequence[Any]
    start: int
    """From which second on this was listed; later than asked where that was too long."""
    present: int
    """The gateway's, when it answered."""
    answer: Answer


class VuduMobile:
    """One account. `learned` is what an earlier one gave by that name."""

    def __init__(
        self,
        line: Line,
        *,
        api_key: str,
        our_number: str = "",
        url: str = URL,
        history: timedelta = HISTORY,
        in_flight: int = 8,
        secret: bytes = b"",
        learned: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = line.name
        self.traits = Traits(
            numbers_per_batch=1,
            pace=0.0,
            in_flight=in_flight,
            campaigns=False,
            longest=LONGEST_TEXT,
            ways=WAYS,
        )
        self._line = line
        self._api = Api(line, url, api_key)
        self.book = VuduMobileBook(Contacts(Api(line.beside(), url, api_key)))
        self.examiner = VuduMobileExaminer(self._api)
        self._ours = e164(our_number, COUNTRY)
        self._history = int(history.total_seconds())
        self._texts = TextRows(self._ours, secret)
        self._detailed = bool((learned or {}).get("detailed"))
        self._failed_reads = 0
        self._last_body: bytes | None = None
        self._awaited: dict[str, tuple[datetime, datetime]] = {}

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
        """`detailed`: whether the account shows the networks' own words."""
        return {"detailed": self._detailed}

    @staticmethod
    def refuses(text: str) -> str:
        """Say why this text can never be sent here, or nothing."""
        return forms.refuses(text)

    # Texts

    async def fetch(self, feed: Feed) -> Page:
        """Read the account's only feed. Raises `GatewayError`."""
        cursor = Cursor.from_json(feed.cursor)
        present = self._present(self._line.clock.now(), self.skew.low)
        plan = cursor.plan(present) if cursor else Plan(present - self._history)
        try:
            reading = await self._feed("mo", self._narrowed(plan.start, present))
        except Unconfirmed:
            self._failed_reads += 1
            raise
        self._failed_reads = 0
        cursor = cursor or Cursor.first(reading.present)
        texts = self._texts.read(reading.rows, reading.start, cursor.read)
        cursor = cursor.after(plan, reading.start, reading.present, texts.newest)
        if texts.late_since is not None:
            cursor = cursor.late(reading.present - texts.late_since)
        return Page(
            texts=texts.listed,
            cursor=cursor.to_json(),
            read_at=reading.answer.begun_at,
            gap=(_instant(cursor.gap.start), _instant(cursor.gap.end)) if cursor.gap else None,
            unreadable=texts.unreadable,
        )

    def _narrowed(self, wanted: int, present: int) -> int:
        """Ask for less where that much was asked in vain: it may have been too much.

        Failure says little about size, so an hour's worth is always asked for.
        """
        reach = present - wanted
        return present - max(min(reach, HOUR), reach >> self._failed_reads)

    # Messages

    async def send(self, batch: Batch) -> Acceptance:
        """Hand over one message. Raises `GatewayError`."""
        (number,) = batch.numbers
        if batch.code is not None and batch.code.way is Way.VENDOR:
            return await self._verify(number, batch.code, batch)
        form = forms.send(number, batch.text)
        request = self._api.request("send", form, leave_by=batch.leave_by, wanted=batch.wanted)
        return await self._line.ask(Kind.SEND, request, self._accepted)

    def _accepted(self, answer: Answer) -> Acceptance:
        try:
            gateway_id = forms.msg_id_of(self._api.understood(answer))
        except UnreadableError as error:
            raise self._api.failures.unreadable(answer, error) from None
        if gateway_id and len(self._awaited) < ECHOES:
            self._awaited[gateway_id] = (answer.begun_at, answer.ended_at)
        return Acceptance(gateway_id)

    async def _verify(self, number: str, code: Code, batch: Batch) -> Acceptance:
        """Hand over a code, which the vendor words, and sends by SMS or reads out in a call.

        Nothing says that it is listed in the feed, or that a second request of the same name is
        not a second code: so it gets no id by which receipts would be awaited.
        """
        language = code.language if code.language in SPOKEN else "en"
        form = forms.send_verification(number, code.digits, language, request_id=code.request)
        request = self._api.request(
            "send_verification", form, leave_by=batch.leave_by, wanted=batch.wanted
        )
        return await self._line.ask(Kind.SEND, request, self._verified)

    def _verified(self, answer: Answer) -> Acceptance:
        said = self._api.understood(answer)
        if not isinstance(said, dict) or said.get("status") is not True:
            raise self._api.failures.unreadable(answer, "without a status")
        return Acceptance("")

    async def mail(self, mail: Mail) -> str:
        """Hand over one e-mail; the vendor names none. Raises `GatewayError`."""
        request = self._api.request("send_email", mail_form_of(fit(mail)))
        await self._line.ask(Kind.SEND, request, self._mailed)
        return ""

    def _mailed(self, answer: Answer) -> None:
        # An account without mails is no reason to hold its texts.
        said = self._api.understood(answer, one_of_many=True)
        if not isinstance(said, dict) or said.get("status") is not True:
            raise self._api.failures.unreadable(answer, "without a status")

    async def receipts(self, sent: Sequence[Sent]) -> Sequence[Sighting]:
        """Read how messages went, in one reading for all. Raises `GatewayError`."""
        if not sent:
            return ()
        oldest = min(message.sent_at for message in sent)
        reading = await self._feed("mt", self._before(oldest))
        sightings, _ = self._sightings(reading, {message.number for message in sent})
        return sightings

    async def messages(self, since: datetime) -> Sequence[Sighting]:
        """List everything that left the account since then. Raises `GatewayError`."""
        start = self._before(since)
        reading = await self._feed("mt", start)
        if reading.start > start:
            raise Unconfirmed("VuduMobile's list of messages is too long to be read as a whole")
        sightings, _ = self._sightings(reading, ())
        return sightings

    async def search(self, unclear: Sequence[Unclear], since: datetime | None = None) -> Search:
        """Look for batches in what the feed lists, in one reading. Raises `GatewayError`."""
        starts = {batch.batch: self._before(batch.handed_at) for batch in unclear}
        start = min(starts.values())
        if since is not None:
            start = max(min(start, self._before(since)), start - FURTHEST_BACK)
        reading = await self._feed("mt", start, Kind.PROBE)
        numbers = {number for batch in unclear for number in batch.numbers}
        sightings, unreadable = self._sightings(reading, numbers)
        return Search(
            begun_at=reading.answer.begun_at,
            sightings=sightings,
            # A row that cannot be read may be the one that is looked for.
            complete={
                batch: reading.start <= start and not unreadable for batch, start in starts.items()
            },
            progress={batch: {} for batch in starts},
            skew=self.skew,
        )

    async def watch(self) -> Mapping[str, float | str]:
        """Nothing: the vendor has no address that tells about the account."""
        return {}

    def _before(self, instant: datetime) -> int:
        return self._present(instant, self.skew.low) - BEFORE

    def _sightings(self, reading: _Reading, asked: Container[str]) -> tuple[list[Sighting], int]:
        """Read `mt` rows, and count those that make no sense; `asked` are numbers of others."""
        found, unreadable = [], 0
        self._detailed = self._detailed or any(map(_is_detailed_row, reading.rows))
        for row in reading.rows:
            try:
                seen = sighting(row, self._ours, asked, detailed=self._detailed)
            except UNREADABLE:
                unreadable += 1
                continue
            if seen is not None:
                found.append(seen)
                if awaited := self._awaited.pop(seen.gateway_id, None):
                    self._line.skews.saw(seen.at, *awaited)
        return found, unreadable

    # The feed

    async def _feed(self, direction: str, start: int, kind: Kind = Kind.POLL) -> _Reading:
        """Read from a second of the gateway's clock on, or from later where that is too long."""
        understand = self._text_rows if direction == "mo" else self._rows
        while True:
            form = forms.get_feed(f"{_instant(start):%Y-%m-%d %H:%M:%S}", direction)
            request = self._api.request("get_feed", form, longest=LONGEST_FEED)
            try:
                rows, answer = await self._line.ask(kind, request, understand)
            except Oversized:
                present = self._present(self._line.clock.now(), self.skew.high)
                if present - start <= NARROWEST:
                    raise
                start += math.ceil((present - start) / 2)
                continue
            date = http_date(answer.headers.get("date", ""))
            present = int(date.timestamp()) if date else self._present(answer.ended_at)
            return _Reading(rows, start, present, answer)

    def _text_rows(self, answer: Answer) -> tuple[Sequence[Any], Answer]:
        """Read the rows of a listing of texts, unless it is to the byte the one before.

        An overlapping window lists the same again and again.
        """
        if answer.status == 200 and answer.body == self._last_body:
            return UNCHANGED, answer
        rows = self._rows(answer)
        self._last_body = answer.body
        return rows

    def _rows(self, answer: Answer) -> tuple[Sequence[Any], Answer]:
        try:
            return rows_of(self._api.understood(answer)), answer
        except UnreadableError as error:
            raise self._api.failures.unreadable(answer, error) from None

    def _present(self, instant: datetime, offset: float | None = None) -> int:
        """Give the gateway's second for an instant of ours."""
        skew = self.skew
        middle = (skew.low + skew.high) / 2
        return math.floor(instant.timestamp() + (middle if offset is None else offset))


def _instant(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)


def _is_detailed_row(row: object) -> bool:
    status = row.get("status_mt") if isinstance(row, dict) else None
    return isinstance(status, str) and bool(status.strip()) and is_detailed(status)
