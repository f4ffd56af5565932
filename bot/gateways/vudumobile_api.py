"""How VuduMobile is spoken to: one place for its addresses, its key and its refusals."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote_plus

from bot.core.messages import Wanted
from bot.gateways.failures import HOLDS, Failures
from bot.gateways.http import LONGEST_ANSWER, Answer, Request
from bot.gateways.limiter import Kind
from bot.gateways.line import Line
from bot.gateways.payload import UnreadableError, read_json
from bot.gateways.redact import Redactor
from bot.gateways.vudumobile_tables import HOLDING_WORDS

KEY_HEADER = "VUDUMOBILE-API-KEY"
T = TypeVar("T")


class Api:
    """One account's access."""

    def __init__(self, line: Line, url: str, api_key: str) -> None:
        self.line = line
        self.failures = Failures("VuduMobile", Redactor(api_key), {**HOLDS, 403: "firewall"})
        self._url = url.rstrip("/")
        self._headers = {
            KEY_HEADER: api_key,
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def request(
        self,
        function: str,
        form: bytes,
        *,
        longest: int = LONGEST_ANSWER,
        leave_by: datetime | None = None,
        wanted: Wanted | None = None,
    ) -> Request:
        """Address one of the vendor's functions."""
        address = f"{self._url}/{function}"
        return Request("POST", address, self._headers, form, longest, leave_by, wanted)

    async def ask(self, kind: Kind, request: Request, understand: Callable[[Answer], T]) -> T:
        """Ask once. Raises `GatewayError`."""
        return await self.line.ask(kind, request, understand)

    def understood(self, answer: Answer, *, one_of_many: bool = False) -> object:
        """Give the JSON of a success. Raises `GatewayError` for all else.

        A refusal says `{"status": false, "error": …}`, with any status from 400 to 499 or 200.
        """
        failure = self.failures.of(answer, one_of_many=one_of_many)
        try:
            said = read_json(answer.body)
        except UnreadableError as error:
            raise failure or self.failures.unreadable(answer, error) from None
        refusal = said if isinstance(said, dict) and _is_false(said.get("status")) else None
        if refusal is not None and answer.status < 500:
            complaint = str(refusal.get("error"))
            for pattern, word in HOLDING_WORDS.items():
                if re.search(pattern, complaint):
                    raise self.failures.held(answer, word)
        if failure is not None:
            raise failure
        if refusal is not None:
            # Documented errors have a status of their own: this one contradicts itself.
            raise self.failures.unreadable(answer, "says that it failed")
        return said


def form_of(fields: Mapping[str, str]) -> bytes:
    """Write parameters as a form."""
    return "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items()).encode()


def _is_false(value: object) -> bool:
    return value in (False, 0, "0", "false")
