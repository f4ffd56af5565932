"""How VuduMobile is spoken to: one place for its addresses, its key and its refusals."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar
from urllib.parse import quote_plus

from bot.core.messages import Wanted
from bot.gateways.base import AccountHeld, GatewayError, Rejected, Throttled
from bot.gateways.failures import HOLDS, Failures
from bot.gateways.http import LONGEST_ANSWER, Answer, Request
from bot.gateways.limiter import Kind
from bot.gateways.line import Line
from bot.gateways.payload import UnreadableError, read_json
from bot.gateways.redact import Redactor
from bot.gateways.vudumobile_rows import UNREADABLE
from bot.gateways.vudumobile_tables import HOLDING_WORDS, REFUSALS

KEY_HEADER = "VUDUMOBILE-API-KEY"
LOST_PATIENCE = 408
"""After a time-out of its own a server may have done what it was asked, whatever it says."""
FORM = "application/x-www-form-urlencoded"
T = TypeVar("T")


class Api:
    """One account's access."""

    def __init__(self, line: Line, url: str, api_key: str) -> None:
        self.line = line
        self.failures = Failures("VuduMobile", Redactor(api_key), {**HOLDS, 403: "firewall"})
        self._url = url.rstrip("/")
        self._headers = {KEY_HEADER: api_key, "Content-Type": FORM}

    def request(
        self,
        function: str,
        form: bytes,
        *,
        media: str = FORM,
        longest: int = LONGEST_ANSWER,
        leave_by: datetime | None = None,
        wanted: Wanted | None = None,
    ) -> Request:
        """Address one of the vendor's functions. `media`: what the form is written as."""
        address = f"{self._url}/{function}"
        headers = self._headers if media == FORM else {**self._headers, "Content-Type": media}
        return Request("POST", address, headers, form, longest, leave_by, wanted)

    async def ask(self, kind: Kind, request: Request, understand: Callable[[Answer], T]) -> T:
        """Ask once. Raises `GatewayError`."""
        return await self.line.ask(kind, request, understand)

    async def call(
        self,
        kind: Kind,
        request: Request,
        understand: Callable[[object], T],
        *,
        one_of_many: bool = True,
    ) -> T:
        """Ask once, and read the JSON of the answer.

        `understand` raises what `UNREADABLE` lists where it is not as documented. Raises
        `GatewayError`: `Rejected` has one of the codes of `REFUSALS` where its words are known.
        """

        def understood(answer: Answer) -> T:
            said = self._said(answer, one_of_many=one_of_many)
            try:
                return understand(said)
            except (UnreadableError, IndexError, *UNREADABLE) as error:
                why = error if isinstance(error, UnreadableError) else "not as documented"
                raise self.failures.unreadable(answer, why) from None

        return await self.ask(kind, request, understood)

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

    def _said(self, answer: Answer, *, one_of_many: bool) -> object:
        """Give the JSON of a success, and name a refusal by its words where they are known."""
        try:
            return self.understood(answer, one_of_many=one_of_many)
        except (AccountHeld, Throttled):
            raise
        except GatewayError:
            word = _refusal(answer)
            if not word:
                raise
            raise Rejected(self.failures.said(answer), code=word) from None


def form_of(fields: Mapping[str, str]) -> bytes:
    """Write parameters as a form."""
    return "&".join(f"{name}={quote_plus(value)}" for name, value in fields.items()).encode()


def multipart_of(fields: Mapping[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    """Write parameters as a form with a file, its `name` plain ASCII; give its media type too."""
    while (boundary := secrets.token_hex(16)).encode() in content:
        pass
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in fields.items()
    ]
    head = (
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        "Content-Type: text/csv\r\n\r\n"
    )
    body = "".join([*parts, head]).encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return body, f"multipart/form-data; boundary={boundary}"


def _refusal(answer: Answer) -> str:
    """Say what the words of a refusal mean, where they are known."""
    if answer.status >= 500 or answer.status == LOST_PATIENCE:
        return ""
    try:
        said = read_json(answer.body)
    except UnreadableError:
        return ""
    complaint = said.get("error") if isinstance(said, dict) else None
    if not isinstance(complaint, str):
        return ""
    return next((word for form, word in REFUSALS.items() if re.search(form, complaint)), "")


def _is_false(value: object) -> bool:
    return value in (False, 0, "0", "false")
