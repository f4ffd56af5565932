"""Tells of texts and messages, where some program wants to know: in the transaction of the fact.

Where nobody does, nothing is read and nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.deliveries import ANSWERED, FAILED, HELD, RECEIVED
from bot.core.messages import MessageClass, Status
from bot.core.naming import id_of
from bot.core.pseudonyms import is_pseudonym
from bot.storage import events
from bot.storage.events import Event
from bot.storage.schema import inbox, outbox
from bot.storage.whose import inbound_of

T = TypeVar("T")
AT_ONCE = 500
COMES_TO = {
    Status.SENT: ANSWERED,
    **dict.fromkeys(
        (
            *(Status.FAILED, Status.LAPSED, Status.ABANDONED),
            *(Status.UNDELIVERED, Status.EXPIRED),
        ),
        FAILED,
    ),
}
"""What is told of a message that came to this; of others nothing: they wait, or were not to go."""


async def of_texts(
    connection: AsyncConnection, stored: Sequence[Mapping[str, Any]], now: datetime
) -> None:
    """Tell of texts that were just stored; not of history, nor of whom is forgotten."""
    if not events.is_wanted(connection, RECEIVED):
        return
    new = {
        (row["conversation"], row["key"])
        for row in stored
        if not row["history"] and not is_pseudonym(row["number"])
    }
    for part in _parts(sorted(new)):
        found = await connection.execute(
            select(inbox)
            .where(
                inbox.c.conversation.in_([conversation for conversation, _ in part]),
                inbox.c.key.in_([key for _, key in part]),
            )
            .order_by(inbox.c.id)
        )
        texts = [row for row in found if (row.conversation, row.key) in new]
        told = [Event(one.conversation, RECEIVED, now, _text(one)) for one in texts]
        await events.record(connection, told)


async def of_messages(connection: AsyncConnection, ids: Collection[int], now: datetime) -> None:
    """Tell what these came to, if it was just now written down."""
    if not any(events.is_wanted(connection, one) for one in (ANSWERED, FAILED)):
        return
    for part in _parts(sorted(ids)):
        found = await connection.execute(
            select(outbox)
            .where(outbox.c.id.in_(part), outbox.c.status_at == now)
            .order_by(outbox.c.id)
        )
        came = [(row, what) for row in found if (what := _came_to(row))]
        texts = await _answered(connection, [row for row, _ in came])
        told = [
            Event(row.conversation, what, now, _message(row, texts.get(inbound_of(row.cause))))
            for row, what in came
        ]
        await events.record(connection, told)


async def of_holding(connection: AsyncConnection, gateway: str, word: str, now: datetime) -> None:
    """Tell that an account is held."""
    if events.is_wanted(connection, HELD):
        body = {"gateway": gateway, "status": word}
        await events.record(connection, [Event(gateway, HELD, now, body)])


def _came_to(row: Row[Any]) -> str:
    """Name the event; a message that answers no text of its number is not told to be sent."""
    what = COMES_TO.get(Status(row.status), "")
    passed_on = row.message_class == MessageClass.FORWARD.value
    return "" if what == ANSWERED and (passed_on or not inbound_of(row.cause)) else what


async def _answered(
    connection: AsyncConnection, messages: Sequence[Row[Any]]
) -> dict[int, Row[Any]]:
    wanted = [text for row in messages if (text := inbound_of(row.cause))]
    found = await connection.execute(select(inbox).where(inbox.c.id.in_(wanted)))
    return {row.id: row for row in found}


def _text(one: Row[Any]) -> dict[str, Any]:
    return {
        "id": id_of(one.id, ours=False),
        "number": one.number,
        "our_number": one.our_number,
        "gateway": one.gateway,
        "text": one.text,
    }


def _message(one: Row[Any], answered: Row[Any] | None) -> dict[str, Any]:
    body = {
        "id": id_of(one.id, ours=True),
        "number": one.number,
        "gateway": one.gateway,
        "text": one.text,
        "rule": one.rule,
        "status": one.status,
    }
    if one.action:  # a receipt said that it did not arrive
        body |= {"code": one.code, "action": one.action}
    if one.message_class == MessageClass.VERIFICATION.value:
        del body["text"]  # a code is told to nobody but its phone
    if answered is not None:
        body |= {"answers": id_of(answered.id, ours=False), "our_number": answered.our_number}
    return body


def _parts(whole: Sequence[T]) -> Iterable[Sequence[T]]:
    return (whole[start : start + AT_ONCE] for start in range(0, len(whole), AT_ONCE))
