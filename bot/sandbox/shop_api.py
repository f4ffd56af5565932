"""What the shop asks of Textobot: the public HTTP API, as any program outside would."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

TRIES = 2
"""A request whose answer is lost goes once more, under the same key: it is done once."""
OLDEST = 300
"""Seconds after which a webhook is somebody else's recording."""
PATIENCE = aiohttp.ClientTimeout(total=10)
AWAY = 503


@dataclass(frozen=True, slots=True)
class Told:
    """What was answered; the status is 503 where nobody did."""

    status: int
    body: Mapping[str, Any] = field(default_factory=dict)
    wait: int = 0
    """Seconds after which it may be asked again, where the answer says so."""


@dataclass(frozen=True, slots=True)
class Textobot:
    """Verifications, over HTTP, with a token that opens nothing else."""

    http: aiohttp.ClientSession
    address: str
    token: str = field(repr=False)

    async def begin(self, number: str, channel: str, language: str, client: str) -> Told:
        """Have a code sent, or be given the one that the person is to text."""
        wanted = {"to": number, "channel": channel, "language": language, "client": client}
        return await self._ask("POST", "", wanted | {"purpose": "shop"})

    async def look(self, verification: str) -> Told:
        """Ask how it stands."""
        return await self._ask("GET", f"/{verification}")

    async def check(self, verification: str, code: str) -> Told:
        """Ask whether the code is right; told `approved` once."""
        return await self._ask("POST", f"/{verification}/check", {"code": code})

    async def cancel(self, verification: str) -> Told:
        """Call it off."""
        return await self._ask("DELETE", f"/{verification}")

    async def _ask(self, method: str, path: str, body: Mapping[str, str] | None = None) -> Told:
        headers = {"Authorization": f"Bearer {self.token}"}
        if body is not None:
            headers["Idempotency-Key"] = secrets.token_hex(16)
        for _ in range(TRIES):
            try:
                async with self.http.request(
                    *(method, f"{self.address}/api/v1/verifications{path}"),
                    json=body,
                    headers=headers,
                    timeout=PATIENCE,
                ) as answer:
                    wait = answer.headers.get("Retry-After", "")
                    told = json.loads(await answer.read())
                    return Told(answer.status, told, int(wait) if wait.isdecimal() else 0)
            except (aiohttp.ClientError, TimeoutError, ValueError):
                continue
        return Told(AWAY)


def is_ours(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Tell whether Textobot signed these bytes, lately. As docs/webhooks.md says it."""
    at = headers.get("webhook-timestamp", "")
    if not (at.isascii() and at.isdecimal()) or abs(now - int(at)) > OLDEST:
        return False
    signed = f"{headers.get('webhook-id', '')}.{at}.".encode() + body
    mark = base64.b64encode(hmac.digest(secret.encode(), signed, hashlib.sha256))
    marks = headers.get("webhook-signature", "").split(" ")
    return any(hmac.compare_digest(b"v1," + mark, one.encode()) for one in marks)
