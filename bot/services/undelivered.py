"""Does what the last words about messages ask for, with the writing down of those words.

One transaction: who reads a receipt again, or dies on it, does nothing twice and nothing by half.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.errands import Errand, ErrandKind
from bot.core.messages import Sighting, Status
from bot.core.network import Action
from bot.core.receipts import Fate, Lost, fate
from bot.storage import errands, outbox, person, receipts, stops
from bot.storage.database import Connection
from bot.storage.outbox import Handed
from bot.storage.stops import Stop
from bot.storage.whose import inbound_of

FAILED = frozenset({Status.UNDELIVERED, Status.EXPIRED})


@dataclass(frozen=True, slots=True)
class Dealt:
    """A message that did not arrive, and what was done about it."""

    message: Handed
    code: str
    fate: Fate


async def note(
    connection: Connection,
    news: Sequence[tuple[int, Sighting]],
    now: datetime,
    again: timedelta,
) -> list[Dealt]:
    """Write receipts down, by outbox id, and do what they ask for; the caller commits.

    Gives what did not arrive, with what was done about each.
    """
    said = {row: sighting for row, sighting in news if sighting.status in FAILED}
    rows = await outbox.handed(connection, said, Status.SENT)
    dealt = await _decided(connection, rows, said, now, again)
    await receipts.note(connection, news, now, {one.message.id: one.fate for one in dealt})
    await stops.note(connection, [_stop(one, now) for one in dealt if _is_stopped(one)])
    resent = [_errand(one) for one in dealt if one.fate.action is Action.AGAIN]
    await errands.enqueue(connection, resent, now)
    return dealt


async def _decided(
    connection: Connection,
    rows: Sequence[Handed],
    said: Mapping[int, Sighting],
    now: datetime,
    again: timedelta,
) -> list[Dealt]:
    advised = {row.conversation for row in rows if said[row.id].advice is not None}
    texted = await person.last_texts(connection, advised) if advised else {}
    before: Counter[tuple[str, str]] = Counter()
    dealt = []
    for row in rows:
        sighting = said[row.id]
        key = (row.conversation, sighting.code)
        before[key] += 1
        times = before[key]
        if sighting.advice is not None and sighting.advice.times > 1:
            times += await receipts.times(connection, *key)
        at = texted.get(row.conversation)
        lost = Lost(
            cause=row.cause,
            message_class=row.message_class,
            expires_at=row.expires_at,
            advice=sighting.advice,
            times=times,
            texted_since=at is not None and at > row.handed_at,
            has_words=bool(row.text),
        )
        dealt.append(Dealt(row, sighting.code, fate(lost, now, again)))
    return dealt


def _is_stopped(one: Dealt) -> bool:
    return one.fate.action in {Action.STOP, Action.PAUSE}


def _stop(one: Dealt, now: datetime) -> Stop:
    row = one.message
    return Stop(
        conversation=row.conversation,
        gateway=row.gateway,
        number=row.number,
        code=one.code,
        outbound=row.id,
        handed_at=row.handed_at,
        noted_at=now,
        until=one.fate.at,
    )


def _errand(one: Dealt) -> Errand:
    row = one.message
    assert one.fate.at is not None
    return Errand(
        kind=ErrandKind.AGAIN,
        conversation=row.conversation,
        gateway=row.gateway,
        number=row.number,
        inbound=inbound_of(row.cause),
        rule=row.rule,
        due_at=one.fate.at,
        body={"outbound": row.id},
    )
