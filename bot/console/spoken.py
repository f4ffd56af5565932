"""Texts and messages as programs and operators see them."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Literal

from bot.console.routes import Shown
from bot.core.messages import MessageClass, Status
from bot.core.naming import id_of
from bot.core.segments import segments
from bot.storage.messages import Said

_ID = re.compile("(inbound|outbound)-([1-9][0-9]{0,17})")
_CAUSE = re.compile("inbound ([0-9]+)/")
_UNTOLD = frozenset({Status.QUEUED.value, Status.SENDING.value})


class MessageShown(Shown):
    """A text that somebody sent us (`in`), or a message of ours (`out`)."""

    id: str
    """`inbound-7`, `outbound-7`."""
    direction: Literal["in", "out"]
    gateway: str
    number: str
    our_number: str | None
    """Of a text."""
    text: str
    """Empty once `retention` is over."""
    at: datetime
    """By our clock: when it was read, or written down."""
    sent_at: datetime | None
    """Of a text, by the gateway's clock; of a message, when it was handed over."""
    status: str
    """A text: new handled ignored parked. A message: queued sending unconfirmed sent delivered
    undelivered expired failed abandoned suppressed cancelled lapsed."""
    status_at: datetime | None
    """Of a message: when that was known; of a text: when it was decided."""
    reason: str
    """Why a text was decided so; why a message waits, or failed."""
    code: str
    """The gateway's own word for how a message fared."""
    rule: str
    kind: str | None
    """Of a message: reply opt_out help verification follow_up started forward."""
    answers: str | None
    """The text that a message answers."""
    leaves_at: datetime | None
    """A message leaves no earlier."""
    segments: int
    """As we count them."""
    encoding: str
    counted: int | None
    """Segments, as the gateway counts them; null: it did not say."""
    units: float | None
    """What the gateway charged, in its own units."""


def shown(said: Said) -> MessageShown:
    """Show one."""
    return MessageShown(**(_ours(said.row) if said.ours else _theirs(said.row)), at=said.at)


def read_id(written: str) -> tuple[bool, int] | None:
    """Say whether it names one of ours, and which; None: it is no id."""
    found = _ID.fullmatch(written)
    return (found[1] == "outbound", int(found[2])) if found else None


def _theirs(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    return {
        **_both(row),
        "id": id_of(row["id"], ours=False),
        "direction": "in",
        "our_number": row["our_number"],
        "sent_at": row["sent_at"],
        "status_at": row["handled_at"],
        "reason": row["reason"] or "",
        "code": "",
        "rule": row["rule"] or "",
        **dict.fromkeys(("kind", "answers", "leaves_at", "counted", "units")),
    }


def _ours(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    cause = _CAUSE.match(row["cause"])
    told = {
        **_both(row),
        "id": id_of(row["id"], ours=True),
        "direction": "out",
        "our_number": None,
        "sent_at": row["handed_at"],
        "status_at": row["status_at"],
        "reason": row["error"],
        "code": "" if row["status"] in _UNTOLD else row["code"],
        "rule": row["rule"],
        "kind": row["message_class"],
        "answers": id_of(int(cause[1]), ours=False) if cause else None,
        "leaves_at": row["not_before"],
        "counted": row["segments"],
        "units": row["units"],
    }
    if row["message_class"] == MessageClass.VERIFICATION:
        told["text"] = ""  # who may read messages may not read codes
    return told


def _both(row: Any) -> dict[str, Any]:  # noqa: ANN401 - a row
    cost = segments(row["text"])
    return {
        "gateway": row["gateway"],
        "number": row["number"],
        "text": row["text"],
        "status": row["status"],
        "segments": cost.count,
        "encoding": cost.encoding,
    }
