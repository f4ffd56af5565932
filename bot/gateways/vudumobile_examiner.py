"""Looking closely at a VuduMobile account. The document leaves open what is found out here."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from bot.core.checkup import Look, Shape
from bot.gateways.http import Answer
from bot.gateways.limiter import Kind
from bot.gateways.numbers import e164, spelled
from bot.gateways.payload import UnreadableError, rows_of
from bot.gateways.vudumobile_api import Api, form_of
from bot.gateways.vudumobile_rows import COUNTRY, identity, read_text
from bot.gateways.vudumobile_tables import is_detailed

LONGEST = 64 << 20
APPEARS = 20.0
"""Seconds that a code is given to appear in the listing; messages take a few."""
EVERY = 2.0
CODE_DIGITS = 8
"""Of a code that is sent to see whether it is listed: long enough to be found by its digits."""


class VuduMobileExaminer:
    """Satisfies `Examiner`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def look(self, since: datetime) -> Look:
        """Read both listings. Raises `GatewayError`."""
        return Look(
            texts=shape_of(await self._rows("mo", since)),
            messages=shape_of(await self._rows("mt", since)),
        )

    async def includes(self, gateway_id: str, second: datetime) -> bool | None:
        """Ask from that very second on, and from the one before. Raises `GatewayError`."""
        before = await self._rows("mt", second - timedelta(seconds=1))
        if gateway_id not in _ids(before):
            return None
        return gateway_id in _ids(await self._rows("mt", second))

    async def lists_code(self, number: str) -> bool | None:
        """Send a code of no use, and look for its digits. Raises `GatewayError`."""
        clock = self._api.line.clock
        begun = clock.now()
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        form = form_of({"to": number.removeprefix("+"), "code": code, "language": "fr"})
        request = self._api.request("send_verification", form)
        await self._api.ask(Kind.SEND, request, self._api.understood)
        end = clock.monotonic() + APPEARS
        while clock.monotonic() < end:
            await clock.sleep(EVERY)
            rows = await self._rows("mt", begun - timedelta(seconds=60))
            if any(code in _said(row) for row in rows):
                return True
        return False

    async def _rows(self, direction: str, since: datetime) -> Sequence[Any]:
        second = quote_plus(f"{since:%Y-%m-%d %H:%M:%S}")
        form = f"date_start={second}&direction={direction}".encode()
        request = self._api.request("get_feed", form, longest=LONGEST)
        return await self._api.ask(Kind.PROBE, request, self._understood)

    def _understood(self, answer: Answer) -> Sequence[Any]:
        try:
            return rows_of(self._api.understood(answer))
        except UnreadableError as error:
            raise self._api.failures.unreadable(answer, error) from None


def shape_of(rows: Sequence[Any]) -> Shape:
    """Count what the rows of a listing have; what is no object is a row that has nothing."""
    known: list[Mapping[str, Any]] = [row for row in rows if isinstance(row, dict)]
    statuses = [str(row.get("status_mt") or "").strip() for row in known]
    ours: Counter[str] = Counter()
    for row in known:
        if str(row.get("direction") or "mo").strip().lower() == "mo" and row.get("to"):
            ours[e164(spelled(row["to"]), COUNTRY)] += 1
    return Shape(
        rows=len(rows),
        ids=sum(identity(row.get("msg_id")) is not None for row in known),
        directions=sum(bool(row.get("direction")) for row in known),
        statuses=sum(map(bool, statuses)),
        detailed=sum(bool(one) and is_detailed(one) for one in statuses),
        our_numbers=dict(ours),
    )


def _ids(rows: Sequence[Any]) -> set[str]:
    found = (identity(row.get("msg_id")) for row in rows if isinstance(row, dict))
    return {str(one) for one in found if one is not None}


def _said(row: object) -> str:
    try:
        return read_text(row.get("message")) if isinstance(row, dict) else ""
    except ValueError:
        return ""
