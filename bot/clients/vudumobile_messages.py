"""VuduMobile: what was texted and sent, and how to send texts, e-mails and codes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from bot.clients.checking import Address, Name, Visible, checked
from bot.clients.vudumobile_limits import (
    Code,
    Direction,
    Instant,
    Language,
    MailFormat,
    Message,
    Phone,
    RequestId,
    Zone,
    written,
)
from bot.clients.vudumobile_models import Feed, FeedMessage, SentMessage, Verification
from bot.gateways import vudumobile_forms as forms
from bot.gateways.limiter import Kind
from bot.gateways.payload import rows_of
from bot.gateways.vudumobile import LONGEST_FEED
from bot.gateways.vudumobile_api import Api
from bot.gateways.vudumobile_contacts import is_done
from bot.gateways.vudumobile_rows import UNREADABLE


class Messages:
    """The functions about messages."""

    _api: Api

    @checked
    async def get_feed(
        self, date_start: Instant, *, direction: Direction = "mo", timezone: Zone | None = None
    ) -> Feed:
        """List texts that came in (`mo`), or messages that left (`mt`), since an instant.

        There are no pages: ask from a little before the newest that you know, and tell rows apart
        by `msg_id`, since rows may be listed late and in any order. `timezone`: of the times in
        the answer, which are UTC without; an hour that a zone has twice cannot be told apart then.

        Document: "API pour réception de nouveaux messages". Raises `GatewayError`; nothing changes
        by asking.
        """
        since, zone = written(date_start, timezone), timezone.key if timezone else ""
        form = forms.get_feed(since, direction, zone=zone)
        request = self._api.request("get_feed", form, longest=LONGEST_FEED)
        return await self._api.call(
            Kind.POLL, request, lambda said: _feed(said, timezone), one_of_many=False
        )

    @checked
    async def send(self, to: Phone, message: Message) -> SentMessage:
        """Send a text to one number. It costs a segment at least; ten segments at most.

        A second call is a second text: the vendor cannot be told that it is the same. After
        `Unconfirmed` look into `get_feed(direction="mt")` before you send again.

        Document: "API pour l'envoi d'un message SMS". Raises `Rejected` (nothing was sent, and
        never will be), `AccountHeld`, `Throttled`, `Unreachable` (nothing was sent),
        `Unconfirmed` (it may have been).
        """
        request = self._api.request("send", forms.send(to, message))
        return await self._api.call(Kind.SEND, request, _sent, one_of_many=False)

    @checked
    async def send_email(
        self, to: Address, subject: Name, message: Visible, *, format: MailFormat = "text"
    ) -> None:
        """Send an e-mail. `format`: `text`, or `htm` for a page.

        Nothing names it afterwards, so that an `Unconfirmed` one cannot be looked for.

        Document: "API pour l'envoi d'un message courriel". Raises `GatewayError`, as `send`.
        """
        request = self._api.request("send_email", forms.send_email(to, subject, message, format))
        await self._api.call(Kind.SEND, request, is_done)

    @checked
    async def send_verification(
        self, to: Phone, code: Code, *, language: Language, request_id: RequestId | None = None
    ) -> Verification:
        """Send a code of 4 to 10 digits, which you made: a text, or a call to a landline.

        The vendor chooses between the two by the number. A second call sends the code again, also
        with the same `request_id`, which the vendor makes where you give none.

        Document: "API pour l'envoi d'un code de vérification". Raises `GatewayError`, as `send`.
        """
        form = forms.send_verification(to, code, language, request_id=request_id or "")
        request = self._api.request("send_verification", form)
        return await self._api.call(Kind.SEND, request, _verification, one_of_many=False)


def _feed(said: object, zone: Zone | None) -> Feed:
    messages, unreadable = [], []
    for row in rows_of(said):
        try:
            read = FeedMessage.model_validate(row)
            messages.append(read.model_copy(update={"at": _in_zone(read.at, row, zone)}))
        except UNREADABLE:
            unreadable.append(row)
    return Feed(messages=tuple(messages), unreadable=tuple(unreadable))


def _in_zone(read: datetime, row: Mapping[str, object], zone: Zone | None) -> datetime:
    """Give a time as it is meant where it was asked for in a zone: it is written without one."""
    if zone is None or datetime.fromisoformat(str(row["datetime"]).strip()).tzinfo:
        return read
    return read.astimezone(UTC).replace(tzinfo=zone)


def _sent(said: object) -> SentMessage:
    return SentMessage(msg_id=forms.msg_id_of(said))


def _verification(said: object) -> Verification:
    is_done(said)
    return Verification.model_validate(said)
