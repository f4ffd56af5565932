"""How Clever is spoken to: one place for its addresses, credentials and refusals."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any, TypeVar

from bot.core.messages import Wanted
from bot.gateways.base import GatewayError, Rejected
from bot.gateways.book import EXISTS, UNKNOWN
from bot.gateways.clever_pushes import AnyCampaign, Push, read_campaign
from bot.gateways.clever_rows import UNREADABLE, listed
from bot.gateways.clever_types import ZONE, Seen
from bot.gateways.failures import Failures
from bot.gateways.http import Answer, Request
from bot.gateways.limiter import Kind
from bot.gateways.line import Line
from bot.gateways.payload import UnreadableError, read_json, read_object
from bot.gateways.redact import Redactor

T = TypeVar("T")
CODES: Mapping[int, str] = {404: UNKNOWN, 409: EXISTS}
"""What a refusal means of a contact or a user."""
OF_CAMPAIGNS: Mapping[int, str] = {404: UNKNOWN}
"""What a refusal means of a campaign."""


class Api:
    """One account's access. `zone`: of the times that are written without one."""

    def __init__(
        self, line: Line, url: str, login: str, password: str, zone: tzinfo = ZONE
    ) -> None:
        credentials = b64encode(f"{login}:{password}".encode()).decode()
        self.line = line
        self.zone = zone
        self._secrets = (password, credentials, login)
        self.failures = self.hiding()
        self._url = url.rstrip("/")
        # The text shows the credentials alone, the pictures with `Basic`, as HTTP wants them.
        self._headers = {
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/json",
        }

    def hiding(self, *secrets: str) -> Failures:
        """Make errors that quote neither the account's secrets nor these."""
        return Failures("Clever", Redactor(*self._secrets, *secrets))

    async def get(self, path: str, understand: Callable[[Answer], T], kind: Kind = Kind.POLL) -> T:
        """Read. Raises `GatewayError`."""
        request = Request("GET", f"{self._url}/{path}", self._headers)
        return await self.line.ask(kind, request, understand)

    async def post(
        self,
        path: str,
        datas: Mapping[str, Any],
        understand: Callable[[Answer], T],
        *,
        leave_by: datetime | None = None,
        wanted: Wanted | None = None,
    ) -> T:
        """Send. Raises `GatewayError`."""
        address = f"{self._url}/{path}"
        body = _body(datas)
        request = Request("POST", address, self._headers, body, leave_by=leave_by, wanted=wanted)
        return await self.line.ask(Kind.SEND, request, understand)

    async def call(
        self,
        method: str,
        path: str,
        understand: Callable[[object, Seen], T],
        datas: Mapping[str, Any] | None = None,
        *,
        failures: Failures | None = None,
        codes: Mapping[int, str] = CODES,
    ) -> T:
        """Read or change what can wait: contacts, users, what campaigns there are.

        `understand` is given the JSON, None where there is none, and when it came; it raises what
        `UNREADABLE` lists where that is not as documented. Raises `GatewayError`: `Rejected` has
        one of the `codes` where its status says so.
        """
        told = failures or self.failures

        def understood(answer: Answer) -> T:
            _expect_success(answer, told, codes)
            try:
                said = read_json(answer.body) if answer.body.strip() else None
                _expect_no_complaint(said)
                return understand(said, self.seen(answer))
            except (UnreadableError, *UNREADABLE) as error:
                why = error if isinstance(error, UnreadableError) else "not as documented"
                raise told.unreadable(answer, why) from None

        body = None if datas is None else _body(datas)
        request = Request(method, f"{self._url}/{path}", self._headers, body)
        return await self.line.ask(Kind.BOOK, request, understood)

    async def rows(self, path: str, name: str) -> tuple[Sequence[Any], Answer]:
        """Read a campaign's `mos` or `deliveries`.

        Raises `GatewayError`, among them `Rejected` for what concerns this campaign alone.
        """

        def understood(answer: Answer) -> tuple[Sequence[Any], Answer]:
            _expect_success(answer, self.failures, OF_CAMPAIGNS)
            try:
                return listed(read_json(answer.body), name), answer
            except UnreadableError as error:
                raise self.failures.unreadable(answer, error) from None

        return await self.get(path, understood)

    def created(self, answer: Answer) -> tuple[Push, Answer]:
        """Understand what a new push was answered with. Raises `GatewayError`."""
        failure = self.failures.of(answer)
        if failure is not None:
            raise failure
        return self.taken(Push, answer), answer

    def made(self, model: type[AnyCampaign], answer: Answer) -> AnyCampaign:
        """Understand what a new campaign was answered with. Raises `GatewayError`.

        An account that may not make campaigns of this kind is no reason to hold its texts.
        """
        failure = self.failures.of(answer, one_of_many=True)
        if failure is not None:
            raise failure
        return self.taken(model, answer)

    def taken(self, model: type[AnyCampaign], answer: Answer) -> AnyCampaign:
        """Read the campaign that a success shows. Raises `Unconfirmed` where it shows none.

        It was taken, as far as one can see; by which name is to be found out.
        """
        campaign = None
        if answer.status != 202 and answer.body.strip():
            campaign = read_campaign(model, self.object(answer), self.seen(answer))
        if campaign is None:
            raise self.failures.unreadable(answer, "without the campaign's reference")
        return campaign

    def object(self, answer: Answer) -> Mapping[str, Any]:
        """Read the object that an answer must be. Raises `Unconfirmed`."""
        try:
            said = read_object(answer.body)
            _expect_no_complaint(said)
        except UnreadableError as error:
            raise self.failures.unreadable(answer, error) from None
        return said

    def seen(self, answer: Answer) -> Seen:
        """Say by what the times of an answer are read."""
        return Seen(self.zone, self.present(answer))

    def present(self, answer: Answer) -> datetime:
        """Give the gateway's time when it answered."""
        skew = self.line.skew
        return answer.ended_at + timedelta(seconds=skew.middle)


class Spelling:
    """An address that the document spells in two ways: the one that there is, is remembered."""

    def __init__(self, text: str, picture: str, known: object = None) -> None:
        self.path = picture if known == picture else text
        self._either = {text: picture, picture: text}

    async def ask(self, ask: Callable[[str], Awaitable[T]]) -> T:
        """Ask by the one, and where it is not there by the other. Raises what `ask` raises."""
        try:
            return await ask(self.path)
        except Rejected as error:
            if error.code not in {"404", UNKNOWN}:
                raise
        other = self._either[self.path]
        answered = await ask(other)
        self.path = other
        return answered


def _body(datas: Mapping[str, Any]) -> bytes:
    return json.dumps({"datas": datas}, ensure_ascii=False).encode()


def _expect_success(answer: Answer, failures: Failures, codes: Mapping[int, str]) -> None:
    failure: GatewayError | None = failures.of(answer, one_of_many=True)
    if answer.status in codes:
        failure = Rejected(failures.said(answer), code=codes[answer.status])
    if failure is not None:
        raise failure


def _expect_no_complaint(said: object) -> None:
    """Raise `UnreadableError` for a success that says that it failed."""
    if isinstance(said, dict) and (said.get("errors") or said.get("error")):
        raise UnreadableError("it says that it failed")
