"""The rows of VuduMobile's feed: texts (`mo`) and messages (`mt`).

Documented: {"msg_id": 1, "direction": "mo", "from": "15145555555", "to": "15149541234",
"message": "Meteo", "datetime": "2013-09-09 03:26:18", "part_count": 1}, and `status_mt` in `mt`.
Seen elsewhere: no `msg_id`, `direction` or status; identifiers and numbers as strings or integers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import islice
from operator import attrgetter
from typing import Any

from bot.core.messages import Listed, Sighting
from bot.gateways.numbers import e164, spelled
from bot.gateways.payload import clean, how_many, whole_number
from bot.gateways.vudumobile_tables import code_of, status_of

REMEMBERED = 50_000
"""Texts that are known again without being read: a few hours of a very busy account."""
COUNTRY = "1"

UNREADABLE = (AttributeError, KeyError, TypeError, ValueError, OverflowError)
"""What reading a row raises that is not as documented: it is counted and holds up no other."""


_Signature = tuple[Any, Any, Any, Any]
"""`from`, `to`, `message`, `datetime`, as they came: equal for a row that was read before."""


@dataclass(slots=True)
class _Known:
    signature: _Signature
    listed: Listed
    order: tuple[int, int, str]


_order = attrgetter("order")


@dataclass(frozen=True, slots=True)
class Texts:
    """What one reading listed."""

    listed: Sequence[Listed]
    """By time, then by the gateway's number."""
    newest: int | None
    """The newest text's second."""
    unreadable: int
    late_since: int | None
    """The oldest second of a text that earlier readings should have listed, and did not."""


UNCHANGED: Sequence[Any] = []
"""Stands for the rows of a listing that is to the byte the one before."""


class TextRows:
    """Reads `mo` rows. What it has read before costs next to nothing the second time."""

    def __init__(self, our_number: str, secret: bytes) -> None:
        self._our_number = our_number
        self._secret = secret[:64]
        self._known: dict[int | str | None, _Known] = {}
        self._complete_from: int | None = None
        """From this second on, every text that was listed so far is in `_known`."""
        self._last = Texts((), None, 0, None)

    def read(self, rows: Sequence[Any], start: int, present: int) -> Texts:
        """Read a listing that was asked from `start` on, when readings reached to `present`."""
        if rows is UNCHANGED:
            return replace(self._last, late_since=None)
        found: dict[str, _Known] = {}
        unreadable, late_since = 0, None
        alike: Counter[str] = Counter()
        for row in rows:
            try:
                if row.get("direction") != "mo" and not _is_text(row):
                    continue
                signature = row["from"], row["to"], row["message"], row["datetime"]
                msg_id = row.get("msg_id")
                if type(msg_id) is not int:
                    msg_id = identity(msg_id)
                known = self._known.get(msg_id)
                if known is None or known.signature != signature:
                    known = self._read(msg_id, signature, known, alike)
                    if self._is_late(known.order[0], present):
                        late_since = min(late_since or known.order[0], known.order[0])
                found[known.listed.key] = known
            except UNREADABLE:
                unreadable += 1
        self._forget(start, 2 * len(rows))
        in_order = sorted(found.values(), key=_order)
        newest = in_order[-1].order[0] if in_order else None
        self._last = Texts([known.listed for known in in_order], newest, unreadable, late_since)
        return self._last

    def _read(
        self,
        msg_id: int | str | None,
        signature: _Signature,
        other: _Known | None,
        alike: Counter[str],
    ) -> _Known:
        """Read a row that is not known; `other` is what is known under its number."""
        sender, receiver, message, stamp = signature
        sent_at, text = read_time(stamp), read_text(message)
        number = e164(spelled(sender), COUNTRY)
        if not number:
            raise ValueError("a text from nobody cannot be answered")
        our_number = e164(spelled(receiver), COUNTRY) if receiver else self._our_number
        second = int(sent_at.timestamp())
        mark = self._mark(number, our_number, str(second), text.strip())
        if msg_id is None:
            # Told apart by count alone: two equal texts of one second are two.
            alike[mark] += 1
            listed = Listed(f"mo:{mark}/{alike[mark]}", number, text, sent_at, our_number)
            return _Known(signature, listed, (second, 0, listed.key))
        key, reused = f"mo:{msg_id}", other is not None and other.listed.fingerprint != mark
        if reused:
            key = f"{key}#{mark}"
        listed = Listed(key, number, text, sent_at, our_number, fingerprint=mark)
        place = (msg_id, "") if isinstance(msg_id, int) else (0, msg_id)
        known = _Known(signature, listed, (second, *place))
        if not reused:
            self._known[msg_id] = known
        return known

    def _mark(self, *parts: str) -> str:
        written = "\x1f".join(parts).encode()
        return blake2b(written, key=self._secret, digest_size=9).hexdigest()

    def _is_late(self, second: int, present: int) -> bool:
        return self._complete_from is not None and self._complete_from <= second < present

    def _forget(self, start: int, needed: int) -> None:
        complete = self._complete_from
        self._complete_from = start if complete is None else min(start, complete)
        if len(self._known) > max(REMEMBERED, needed):
            for msg_id in list(islice(self._known, len(self._known) // 2)):
                gone = self._known.pop(msg_id).order[0]
                self._complete_from = max(self._complete_from, gone + 1)


def sighting(
    row: Mapping[str, Any], ours: str, asked: Container[str], *, detailed: bool
) -> Sighting | None:
    """Read an `mt` row; None where it is none. Raises what `UNREADABLE` lists.

    The sample has the mobile in `from`, where one would expect it in `to`: it is whichever of the
    two was asked for or, at least, is not our number.
    """
    if str(row.get("direction") or "mt").strip().lower() != "mt":
        return None
    sides = [e164(spelled(row[side]), COUNTRY) for side in ("to", "from") if row.get(side)]
    others = [side for side in sides if side != ours]
    if not others:
        raise ValueError("a message to nobody")
    number = next((side for side in others if side in asked), others[0])
    code = clean(str(row.get("status_mt") or ""))[:64]
    known = code_of(code)
    msg_id = identity(row.get("msg_id"))
    return Sighting(
        gateway_id="" if msg_id is None else str(msg_id),
        numbers=(number,),
        text=read_text(row["message"]),
        at=read_time(row["datetime"]),
        status=status_of(code, detailed=detailed),
        code=code,
        segments=how_many(row.get("part_count")),
        advice=known.advice if known else None,
    )


def _is_text(row: Mapping[str, Any]) -> bool:
    """Tell whether a row is an `mo`; a feed without directions was asked for `mo` alone."""
    direction = str(row.get("direction") or "mo").strip().lower()
    if direction not in {"mo", "mt"}:
        raise ValueError("neither mo nor mt")
    return direction == "mo"


def identity(value: object) -> int | str | None:
    """Read a `msg_id`; None where there is none."""
    number = whole_number(value)
    if number is not None:
        return number
    if isinstance(value, str) and value.strip():
        return clean(value.strip())[:64]
    return None


def read_time(stamp: object) -> datetime:
    """Read `2013-09-09 03:26:18`, UTC since we never ask for another zone."""
    instant = datetime.fromisoformat(str(stamp).strip())
    return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


def read_text(message: object) -> str:
    """Read a text; digits alone may have come as a number, an empty text as null."""
    if isinstance(message, str):
        return clean(message)
    if message is None:
        return ""
    if isinstance(message, int | float) and not isinstance(message, bool):
        return str(message)
    raise ValueError("this is no text")
