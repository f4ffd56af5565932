"""How Clever is spoken to: one place for its addresses, credentials and refusals."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import quote

from bot.core.messages import Wanted
from bot.gateways.clever_rows import Push, listed, read_push
from bot.gateways.failures import Failures
from bot.gateways.http import Answer, Request
from bot.gateways.limiter import Kind
from bot.gateways.line import Line
from bot.gateways.payload import UnreadableError, read_json, read_object
from bot.gateways.redact import Redactor

T = TypeVar("T")


class Api:
    """One account's access."""

    def __init__(self, line: Line, url: str, login: str, password: str) -> None:
        credentials = b64encode(f"{login}:{password}".encode()).decode()
        self.line = line
        self.failures = Failures("Clever", Redactor(password, credentials, login))
        self._url = url.rstrip("/")
        # The text shows the credentials alone, the pictures with `Basic`, as HTTP wants them.
        self._headers = {
            "Authorization": f"Basic {credentials}",
            "Content-Type": "application/json",
        }

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
        body = json.dumps({"datas": datas}, ensure_ascii=False).encode()
        address = f"{self._url}/{path}"
        request = Request("POST", address, self._headers, body, leave_by=leave_by, wanted=wanted)
        return await self.line.ask(Kind.SEND, request, understand)

    async def ask(
        self,
        method: str,
        path: str,
        understand: Callable[[Answer], T],
        datas: Mapping[str, Any] | None = None,
    ) -> T:
        """Read or change what can wait: contacts. Raises `GatewayError`."""
        body = None
        if datas is not None:
            body = json.dumps({"datas": datas}, ensure_ascii=False).encode()
        request = Request(method, f"{self._url}/{path}", self._headers, body)
        return await self.line.ask(Kind.BOOK, request, understand)

    async def rows(self, reference: str, name: str) -> tuple[Sequence[Any], Answer]:
        """Read a campaign's `mos` or `deliveries`.

        Raises `GatewayError`, among them `Rejected` for what concerns this campaign alone.
        """

        def understood(answer: Answer) -> tuple[Sequence[Any], Answer]:
            failure = self.failures.of(answer, one_of_many=True)
            if failure is not None:
                raise failure
            try:
                return listed(read_json(answer.body), name), answer
            except UnreadableError as error:
                raise self.failures.unreadable(answer, error) from None

        return await self.get(f"pushs/{quote(reference, safe='')}/{name}", understood)

    def created(self, answer: Answer) -> tuple[Push, Answer]:
        """Understand what a new push was answered with. Raises `GatewayError`."""
        failure = self.failures.of(answer)
        if failure is not None:
            raise failure
        push = None
        if answer.status != 202 and answer.body.strip():
            push = read_push(self.object(answer))
        if push is None:
            # Taken, as far as one can see; by which name is to be found out.
            raise self.failures.unreadable(answer, "without the campaign's reference")
        return push, answer

    def object(self, answer: Answer) -> Mapping[str, Any]:
        """Read the object that an answer must be. Raises `Unconfirmed`."""
        try:
            return read_object(answer.body)
        except UnreadableError as error:
            raise self.failures.unreadable(answer, error) from None

    def present(self, answer: Answer) -> datetime:
        """Give the gateway's time when it answered."""
        skew = self.line.skew
        return answer.ended_at + timedelta(seconds=(skew.low + skew.high) / 2)
