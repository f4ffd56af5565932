"""What we say: from the decision to the gateway's acceptance.

A row's intent is committed before a byte leaves (`claim`), and only who holds its fence settles
it. What was unclear goes on in `bot.storage.unclear`, receipts in `bot.storage.receipts`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    String,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import Acceptance, Batch, Delivery, MessageClass, Outbound, Status
from bot.core.skew import Skew
from bot.storage import telling
from bot.storage.columns import STILL_OPEN, UNDER_WAY, Instant, has_status, is_told
from bot.storage.many import INSERT, Many
from bot.storage.schema import outbox
from bot.storage.turns import is_shared

TO_THE_BLOCKED = (MessageClass.OPT_OUT.value, MessageClass.HELP.value)
"""What may be said to a number that is opted out: the confirmation, and HELP."""
LEFT = "left"
"""The rule of what confirms that a list alone was left: it is old news to who opted out since."""
AT_ONCE = 500
ALONE = "alone"
"""The code of a row that is not to share a request any more."""


async def enqueue(
    connection: AsyncConnection, messages: Sequence[Outbound], *, observing: bool = False
) -> None:
    """Write messages down, to be sent. A known cause raises: one action, one row (INV-8).

    `observing`: they are kept to be looked at, and never leave.
    """
    status = Status.CANCELLED if observing else Status.QUEUED
    await _enqueue(connection, [_row(message, status.value) for message in messages])


def _row(message: Outbound, status: str) -> dict[str, Any]:
    return {
        "conversation": message.conversation,
        "cause": message.cause,
        "gateway": message.gateway,
        "number": message.number,
        "text": message.text,
        "message_class": message.message_class.value,
        "delivery": message.delivery.value,
        "language": message.language,
        "rule": message.rule,
        "status": status,
        "status_at": message.created_at,
        "created_at": message.created_at,
        "not_before": message.not_before,
        "expires_at": message.expires_at,
        "resends": message.resends,
        "fence": 0,
        "gateway_id": "",
        "code": "",
        "error": message.because,
        "negatives": 0,
        "verification": message.verification,
        "way": message.way.value if message.verification else "",
    }


_enqueue = Many(
    lambda store: INSERT[store](outbox).values({name: bindparam(name) for name in WRITTEN})
)
WRITTEN: Sequence[str] = [
    *("conversation", "cause", "gateway", "number", "text", "message_class", "delivery"),
    *("language", "rule", "status", "status_at", "created_at", "not_before", "expires_at"),
    *("resends", "fence", "gateway_id", "code", "error", "negatives", "verification", "way"),
]


def not_to_the_blocked() -> ColumnElement[bool]:
    """Ask for what may not be said to a number that is opted out."""
    return or_(outbox.c.message_class.not_in(TO_THE_BLOCKED), outbox.c.rule == LEFT)


def may_stay(message: Outbound) -> bool:
    """Say the same of a message that is not written down yet."""
    return message.message_class.value in TO_THE_BLOCKED and message.rule != LEFT


async def suppress(connection: AsyncConnection, numbers: Collection[str], now: datetime) -> None:
    """Take back what waits for numbers that opted out, on every gateway (INV-12)."""
    if numbers:
        await connection.execute(
            update(outbox)
            .where(
                has_status(outbox, Status.QUEUED),
                outbox.c.number.in_(numbers),
                not_to_the_blocked(),
            )
            .values(status=Status.SUPPRESSED.value, status_at=now)
        )


async def hand(
    connection: AsyncConnection,
    batches: Sequence[Batch],
    now: datetime,
    lease_until: datetime,
    skew: Skew | None = None,
) -> None:
    """Write down the intent to send these batches. Commit before a byte leaves (INV-3).

    `skew`: how the gateway's clock goes, so that they are found though ours be set meanwhile.
    """
    low, high = (None, None) if skew is None else (skew.low, skew.high)
    since = {"handed_at": now, "lease_until": lease_until, "skew_low": low, "skew_high": high}
    rows = [
        {"which": row, "batch": batch.id, "fence": batch.fence} | since
        for batch in batches
        for row in batch.ids
    ]
    await _hand(connection, rows)


_hand = Many(
    lambda _store: (
        update(outbox)
        .where(outbox.c.id == bindparam("which"))
        .values(
            status=literal_column(f"'{Status.SENDING.value}'"),
            batch=bindparam("batch"),
            fence=bindparam("fence"),
            handed_at=bindparam("handed_at"),
            lease_until=bindparam("lease_until"),
            skew_low=bindparam("skew_low"),
            skew_high=bindparam("skew_high"),
            status_at=bindparam("handed_at"),
            progress=null(),
            negatives=literal_column("0"),
        )
    )
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of handing over a batch."""

    batch: Batch
    status: Status
    """`SENT`, `QUEUED` (again at `not_before`), `FAILED` or `UNCONFIRMED`."""
    acceptance: Acceptance | None = None
    not_before: datetime | None = None
    error: str = ""
    alone: bool = False
    """Again, but each row in a request of its own."""
    ended_at: datetime | None = None
    """When it became unclear, by the clock by which it was handed over; None: now."""


async def settle(connection: AsyncConnection, outcomes: Sequence[Outcome], now: datetime) -> None:
    """Write outcomes down; a row whose fence another holds by now is left alone (INV-23).

    An id that the gateway had given before is not written twice: the row is sent without one.
    """
    by_status: dict[Status, list[dict[str, Any]]] = {}
    for outcome in outcomes:
        rows = by_status.setdefault(outcome.status, [])
        rows.extend(_settled(outcome, row, now) for row in outcome.batch.ids)
    for status, rows in by_status.items():
        await SETTLE[status](connection, rows)
    ended = [row for one in outcomes if one.status in telling.COMES_TO for row in one.batch.ids]
    await telling.of_messages(connection, ended, now)


def _settled(outcome: Outcome, row: int, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"which": row, "held": outcome.batch.fence, "now": now}
    if outcome.status is Status.SENT:
        taken = outcome.acceptance or Acceptance("")
        return values | {
            "gateway_id": taken.gateway_id,
            "segments": taken.segments,
            "units": taken.units,
            "code": "",
        }
    if outcome.status is Status.QUEUED:
        return values | {
            "not_before": outcome.not_before or now,
            "error": outcome.error,
            "code": ALONE if outcome.alone else "",
        }
    if outcome.status is Status.UNCONFIRMED:
        values["ended_at"] = outcome.ended_at or now
    return values | {"error": outcome.error}


def _settling(
    status: Status,
    *names: str,
    held_in: Sequence[Status] = (Status.SENDING,),
    **values: ColumnElement[Any],
) -> Many:
    return Many(
        lambda _store: (
            update(outbox)
            .where(
                outbox.c.id == bindparam("which"),
                has_status(outbox, *held_in),
                outbox.c.fence == bindparam("held"),
            )
            .values(
                status=literal_column(f"'{status.value}'"),
                status_at=bindparam("now"),
                **{name: bindparam(name) for name in names},
                **values,
            )
        )
    )


BELIEVED_IN = (Status.SENDING, Status.UNCONFIRMED, Status.QUEUED, Status.ABANDONED)
"""An acceptance that comes after its lease is believed as long as nobody else sends the row."""


def _own_id() -> ColumnElement[Any]:
    """The id that the gateway gave; none where it gave the same for another row (INV-9)."""
    other = outbox.alias("other")
    given = bindparam("gateway_id", type_=String)
    named_before = exists().where(
        other.c.gateway == outbox.c.gateway,
        other.c.gateway_id == given,
        is_told(other.c.gateway_id),
        other.c.number == outbox.c.number,
        other.c.id != outbox.c.id,
    )
    return case((named_before, literal_column("''")), else_=given)


SETTLE = {
    Status.SENT: _settling(
        *(Status.SENT, "segments", "units", "code"),
        held_in=BELIEVED_IN,
        gateway_id=_own_id(),
        error=literal_column("''"),  # why it waited before is no news of a message that is sent
    ),
    Status.QUEUED: _settling(Status.QUEUED, "not_before", "error", "code"),
    Status.FAILED: _settling(Status.FAILED, "error"),
    Status.UNCONFIRMED: _settling(
        Status.UNCONFIRMED, "error", unclear_at=bindparam("ended_at", type_=Instant)
    ),
}


async def recover(
    connection: AsyncConnection, gateway: str, now: datetime, *, all_of_them: bool
) -> int:
    """Take what was being sent for unclear: its sender died, or its lease ended (INV-5).

    `all_of_them`: whatever was sending at this gateway is to send no more. However long ago that
    was, nothing of it left after its lease: it has been unclear since then. Where it was another
    instance, which may still live, something of it may leave until then.
    """
    since = outbox.c.lease_until if is_shared(connection) else literal(now, Instant)
    unattended = update(outbox).where(
        outbox.c.gateway == gateway,
        has_status(outbox, *UNDER_WAY),
        has_status(outbox, Status.SENDING),
    )
    if not all_of_them:
        unattended = unattended.where(outbox.c.lease_until <= now)
    done = await connection.execute(
        unattended.values(
            status=Status.UNCONFIRMED.value,
            status_at=now,
            unclear_at=case((outbox.c.lease_until < now, outbox.c.lease_until), else_=since),
            error="the process ended while it was being sent",
        )
    )
    return done.rowcount


async def count(connection: AsyncConnection) -> dict[tuple[str, str], int]:
    """Count what is still open: (gateway, status) to rows."""
    found = await connection.execute(
        select(outbox.c.gateway, outbox.c.status, func.count())
        .where(has_status(outbox, *STILL_OPEN))
        .group_by(outbox.c.gateway, outbox.c.status)
    )
    return {(gateway, status): rows for gateway, status, rows in found}


@dataclass(frozen=True, slots=True)
class Handed:
    """A message that a gateway took."""

    id: int
    conversation: str
    gateway: str
    number: str
    cause: str
    text: str
    """Empty where it was forgotten."""
    message_class: MessageClass
    delivery: Delivery
    language: str
    rule: str
    expires_at: datetime
    handed_at: datetime
    gateway_id: str


HANDED = [one.name for one in fields(Handed)]


async def handed(
    connection: AsyncConnection, ids: Collection[int], *statuses: Status
) -> list[Handed]:
    """Read those of these that are in one of the statuses, oldest first."""
    found: list[Handed] = []
    in_order = sorted(ids)
    for start in range(0, len(in_order), AT_ONCE):
        rows = await connection.execute(
            select(*(outbox.c[name] for name in HANDED))
            .where(
                outbox.c.id.in_(in_order[start : start + AT_ONCE]),
                has_status(outbox, *statuses),
            )
            .order_by(outbox.c.id)
        )
        found += [_handed(row) for row in rows]
    return found


def _handed(row: Row[Any]) -> Handed:
    told = row._asdict()
    return Handed(
        **told
        | {
            "message_class": MessageClass(row.message_class),
            "delivery": Delivery(row.delivery),
        }
    )


async def said_lately(
    connection: AsyncConnection, conversation: str, limit: int = 20
) -> list[str]:
    """Read the last texts that we sent in a conversation, the newest first."""
    found = await connection.scalars(
        select(outbox.c.text)
        .where(outbox.c.conversation == conversation, outbox.c.text != "")
        .order_by(outbox.c.id.desc())
        .limit(limit)
    )
    return list(found)


async def replies_to(
    connection: AsyncConnection, conversation: str, inbound_id: int
) -> list[Mapping[str, Any]]:
    """Read the messages that a text led to, with everything that was written about them."""
    found = await connection.execute(
        select(outbox)
        .where(
            outbox.c.conversation == conversation,
            outbox.c.cause.startswith(f"inbound {inbound_id}/", autoescape=True),
        )
        .order_by(outbox.c.id)
    )
    return [row._asdict() for row in found]
