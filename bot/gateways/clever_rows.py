"""What Clever answers: pushes, their answers (`mos`) and their receipts (`deliveries`).

Read are all spellings that the samples have; rows without identity get one by what they say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from hashlib import blake2b
from typing import Any

from bot.core.messages import Listed, Sighting, Status
from bot.gateways import clever_time
from bot.gateways.numbers import e164, spelled
from bot.gateways.payload import clean, decimal, how_many, rows_of, whole_number

COUNTRY = "33"

DELIVERIES: Mapping[int, Status] = {
    2: Status.SENT,  # by inference: the samples have no date of reception beside it
    3: Status.DELIVERED,  # by inference: they have one
}
"""The vendor prints numbers without a table. Others (6 in a sample of a call) are shown as they
came and never guessed."""

_REFERENCE = re.compile(r"[A-Za-z0-9_.-]{1,80}", re.ASCII)

UNREADABLE = (AttributeError, KeyError, TypeError, ValueError, OverflowError)
"""What reading a row raises that is not as documented: it is counted and holds up no other."""


@dataclass(frozen=True, slots=True)
class Push:
    """A campaign as the vendor shows it."""

    reference: str
    numbers: tuple[str, ...]
    text: str
    destinations: int | None
    segments: int | None
    units: float | None
    """Of the whole campaign."""
    status: str

    def units_each(self, count: int) -> float | None:
        """Give what one of `count` messages cost."""
        return None if self.units is None else self.units / count


def read_push(said: object) -> Push | None:
    """Read `{"push": {…}}`; None where there is no push with a reference in it."""
    inner = said.get("push", said) if isinstance(said, dict) else None
    if not isinstance(inner, dict):
        return None
    reference = str(inner.get("reference") or "").strip()
    if not _REFERENCE.fullmatch(reference):
        return None
    return Push(
        reference,
        read_numbers(inner.get("number_list")),
        clean(str(inner.get("text") or "")),
        how_many(inner.get("nb_destination")),
        how_many(inner.get("nb_sms")),
        decimal(inner.get("unit")),
        str(inner.get("status", inner.get("statut", "")))[:16],
    )


def read_numbers(written: object) -> tuple[str, ...]:
    """Read `"+33600000001;+33600000002"`, or a list."""
    parts: Sequence[object]
    parts = re.split(r"[;,]", written) if isinstance(written, str) else ()
    if isinstance(written, list):
        parts = written
    return tuple(
        e164(str(part), COUNTRY)
        for part in parts
        if isinstance(part, str | int) and str(part).strip()
    )


def listed(said: object, name: str) -> Sequence[Any]:
    """Find the rows `name` of an answer. Raises `UnreadableError`; no rows is an empty list."""
    return rows_of(said.get(name) if isinstance(said, dict) else said)


class TextReader:
    """Reads `mos`. They have no id: equal ones are told apart by counting."""

    def __init__(self, zone: tzinfo, secret: bytes) -> None:
        self._zone = zone
        self._secret = secret[:64]

    def read(
        self,
        rows: Sequence[Any],
        reference: str,
        present: datetime,
        begun_at: datetime | None = None,
    ) -> tuple[list[Listed], int]:
        """Give the texts of one campaign, by time, and the number of unreadable rows.

        Where a time stands for two instants, `present` (the gateway's) chooses the nearer; but
        nobody answers a campaign before `begun_at` (where that is known).
        """
        found: list[Listed] = []
        unreadable = 0
        alike: Counter[str] = Counter()
        for row in rows:
            try:
                found.append(self._text(row, reference, (present, begun_at), alike))
            except UNREADABLE:
                unreadable += 1
        found.sort(key=lambda text: text.sent_at)
        return found, unreadable

    def _text(
        self,
        row: Mapping[str, Any],
        reference: str,
        known: tuple[datetime, datetime | None],
        alike: Counter[str],
    ) -> Listed:
        number = e164(spelled(row["recipient"]), COUNTRY)  # the mobile: the sender, for us
        if not number:
            raise ValueError("a text from nobody cannot be answered")
        received = clever_time.read(row["date_receive"])
        message = row["message"]
        text = clean(message if isinstance(message, str) else str(message or ""))
        present, begun_at = known
        shown = clever_time.wall(received, self._zone)
        second = clever_time.certainly_second(received, self._zone, begun_at)
        parts = [number, shown.isoformat(), text.strip()]
        mark = self._mark(*parts, *(["again"] if second else []))
        alike[mark] += 1
        # Not of the reference: one text listed by two campaigns is one.
        key = f"mo:{mark}#{alike[mark]}"
        sent_at = second or clever_time.instant(received, self._zone, present)
        return Listed(key, number, text, sent_at, reference=reference)

    def _mark(self, *parts: str) -> str:
        written = "\x1f".join(parts).encode()
        return blake2b(written, key=self._secret, digest_size=12).hexdigest()


def read_delivery(
    row: Mapping[str, Any], reference: str, zone: tzinfo, present: datetime
) -> Sighting:
    """Read one row of `deliveries`. Raises what `UNREADABLE` lists."""
    code = str(row.get("status", row.get("statut", "")))[:16]
    stamp = row.get("date_receive") or row["date_send"]
    return Sighting(
        gateway_id=reference,
        numbers=(e164(spelled(row["recipient"]), COUNTRY),),
        text=clean(str(row.get("message") or "")),
        at=clever_time.instant(clever_time.read(stamp), zone, present),
        status=DELIVERIES.get(whole_number(code) or -1, Status.SENT),
        code=clean(code),
    )


def read_account(said: Mapping[str, Any]) -> Mapping[str, float | str]:
    """Read what we show of an account; names and addresses are none of our business."""
    inner = said.get("account", said)
    account = inner if isinstance(inner, dict) else {}
    seen: dict[str, float | str] = {}
    if (credit := decimal(account.get("credit"))) is not None:
        seen["credit"] = credit
    if expiry := str(account.get("date_expiration") or ""):
        seen["expiry"] = clean(expiry)[:40]
    return seen
