"""What Clever lists of a campaign: its answers (`mos`) and its receipts (`deliveries`).

Rows without identity get one by what they say.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from hashlib import blake2b
from typing import Any, TypeVar

from bot.core.messages import Listed, Sighting, Status
from bot.gateways import clever_time
from bot.gateways.clever_pushes import Delivery, Mo
from bot.gateways.clever_types import COUNTRY, Seen
from bot.gateways.numbers import e164, spelled
from bot.gateways.payload import clean, rows_of, whole_number

T = TypeVar("T")

DELIVERIES: Mapping[int, Status] = {
    2: Status.SENT,  # by inference: the samples have no date of reception beside it
    3: Status.DELIVERED,  # by inference: they have one
}
"""The vendor prints numbers without a table. Others (6 in a sample of a call) are shown as they
came and never guessed."""

UNREADABLE = (AttributeError, KeyError, TypeError, ValueError, OverflowError)
"""What reading a row raises that is not as documented: it is counted and holds up no other."""


def listed(said: object, name: str) -> Sequence[Any]:
    """Find the rows `name` of an answer. Raises `UnreadableError`; no rows is an empty list."""
    return rows_of(said.get(name) if isinstance(said, dict) else said)


def readable(
    rows: Sequence[Any], read: Callable[[Any], T]
) -> tuple[tuple[T, ...], tuple[Any, ...]]:
    """Read rows; those that make no sense are given apart, as they came."""
    found, rest = [], []
    for row in rows:
        try:
            found.append(read(row))
        except UNREADABLE:
            rest.append(row)
    return tuple(found), tuple(rest)


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
        number, text, received = _answer(row)
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


def _answer(row: Mapping[str, Any]) -> tuple[str, str, datetime]:
    """Read who texted, what, and when as it is written. Raises what `UNREADABLE` lists."""
    number = e164(spelled(row["recipient"]), COUNTRY)  # the mobile: the sender, for us
    if not number:
        raise ValueError("a text from nobody cannot be answered")
    message = row["message"]
    text = clean(message if isinstance(message, str) else str(message or ""))
    return number, text, clever_time.read(row["date_receive"])


def read_mo(row: Any, seen: Seen) -> Mo:  # noqa: ANN401 - whatever stands in a list
    """Read one row of `mos`. Raises what `UNREADABLE` lists."""
    number, text, received = _answer(row)
    known = {"number": number, "text": text, "status": row.get("status", row.get("statut"))}
    at = clever_time.instant(received, seen.zone, seen.at)
    return Mo.model_validate({**row, **known, "received_at": at})


def read_delivery(row: Any, reference: str, seen: Seen) -> Sighting:  # noqa: ANN401 - see above
    """Read one row of `deliveries`. Raises what `UNREADABLE` lists."""
    one = Delivery.model_validate(row, context=seen)
    at = one.received_at or one.sent_at
    if at is None:
        raise ValueError("a receipt without a time is none")
    code = one.status[:16]
    return Sighting(
        gateway_id=reference,
        numbers=(one.number,),
        text=one.text,
        at=at,
        status=DELIVERIES.get(whole_number(code) or -1, Status.SENT),
        code=code,
    )
