"""Verifications in the store: one row decides, whoever asks at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.code_limits import FEWEST_SETTLED, Counted, Failures, Returns, prefix_of
from bot.core.conversation import conversation_key
from bot.core.verification import Channel, State, Verification
from bot.storage.code_tables import code_sends, verifications, wrong_codes
from bot.storage.columns import has_status
from bot.storage.many import INSERT

ONE_AT_A_TIME = 7468_2027
"""The lock under which caps are counted and filled, where several could write at once."""
COLUMNS = [one.name for one in fields(Verification)]
CHANGING = ("status_at", "attempts", "sends", "sent_at", "gateway", "language")
PENDING = has_status(verifications, State.PENDING)
_COUNTED: Mapping[Counted, ColumnElement[str]] = {
    Counted.NUMBER: code_sends.c.number,
    Counted.PREFIX: code_sends.c.prefix,
    Counted.CLIENT: code_sends.c.client,
    Counted.CALLER: code_sends.c.caller,
    Counted.COUNTRY: code_sends.c.country,
}
_PLACED: Mapping[Counted, ColumnElement[str]] = {
    Counted.PREFIX: verifications.c.prefix,
    Counted.COUNTRY: verifications.c.country,
}


async def one_at_a_time(connection: AsyncConnection) -> None:
    """Let nobody else count or fill caps until this is committed (INV-20).

    On SQLite a transaction that writes is alone already.
    """
    if connection.dialect.name == "postgresql":
        await connection.execute(
            text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_AT_A_TIME}
        )


# --- one of them ---------------------------------------------------------------------------------


async def insert(connection: AsyncConnection, one: Verification) -> None:
    """Write one down for the first time. A second live one of its kind raises (INV-17)."""
    row = {name: getattr(one, name) for name in COLUMNS}
    row |= {
        "conversation": conversation_key(one.gateway, one.number),
        "channel": one.channel.value,
        "status": one.status.value,
        "captured": dict(one.captured),
        "prefix": prefix_of(one.number),
    }
    await connection.execute(INSERT[connection.dialect.name](verifications).values(row))


async def change(connection: AsyncConnection, before: Verification, after: Verification) -> bool:
    """Write down what one became; False: somebody else changed it meanwhile, and it stays.

    Pending, and as often compared as we saw it: so it is approved at most once (INV-15), and no
    comparison goes uncounted (INV-16).
    """
    values = {name: getattr(after, name) for name in CHANGING}
    values |= {
        "conversation": conversation_key(after.gateway, after.number),
        "channel": after.channel.value,
        "status": after.status.value,
    }
    done = await connection.execute(
        update(verifications)
        .where(
            verifications.c.id == before.id,
            PENDING,
            verifications.c.attempts == before.attempts,
            verifications.c.sends == before.sends,
        )
        .values(values)
    )
    return done.rowcount == 1


async def find(
    connection: AsyncConnection, which: str, caller: str | None, *, lock: bool = False
) -> Verification | None:
    """Read one of a caller's; None: of nobody's in particular. `lock`: nobody else changes it."""
    rows = _rows().where(verifications.c.id == which)
    if caller is not None:
        rows = rows.where(verifications.c.caller == caller)
    return await _first(connection, rows.with_for_update() if lock else rows)


async def live(
    connection: AsyncConnection, number: str, purpose: str, caller: str
) -> Verification | None:
    """Read the one that is pending, and keep others from changing it."""
    same = (
        verifications.c.number == number,
        verifications.c.purpose == purpose,
        verifications.c.caller == caller,
    )
    return await _first(connection, _rows().where(PENDING, *same).with_for_update())


async def of_numbers(
    connection: AsyncConnection, numbers: Collection[str], since: datetime, *, lock: bool = False
) -> dict[str, list[Verification]]:
    """Read what these numbers were asked lately, whatever came of it, oldest first."""
    rows = _rows().where(verifications.c.number.in_(numbers), verifications.c.created_at >= since)
    rows = rows.order_by(verifications.c.created_at, verifications.c.id)
    found: dict[str, list[Verification]] = {}
    for row in await connection.execute(rows.with_for_update() if lock else rows):
        found.setdefault(row.number, []).append(read(row))
    return found


async def awaited_by_text(connection: AsyncConnection) -> list[Verification]:
    """Read all whose code a person is to text to us."""
    rows = _rows().where(PENDING, verifications.c.channel == Channel.INBOUND.value)
    return [read(row) for row in await connection.execute(rows)]


async def is_any_over(connection: AsyncConnection, now: datetime) -> bool:
    """Tell whether anything is pending and over. Asked at every tick."""
    rows = select(verifications.c.id).where(PENDING, verifications.c.expires_at <= now).limit(1)
    return (await connection.scalars(rows)).first() is not None


async def over(connection: AsyncConnection, now: datetime, limit: int) -> list[Verification]:
    """Read what is pending and over, to be changed."""
    rows = _rows().where(PENDING, verifications.c.expires_at <= now).limit(limit)
    return [read(row) for row in await connection.execute(rows.with_for_update(skip_locked=True))]


async def newest(
    connection: AsyncConnection, limit: int, *, number: str = "", pending: bool = False
) -> list[Verification]:
    """Read the newest, for people."""
    rows = _rows().order_by(verifications.c.created_at.desc(), verifications.c.id).limit(limit)
    if number:
        rows = rows.where(verifications.c.number == number)
    if pending:
        rows = rows.where(PENDING)
    return [read(row) for row in await connection.execute(rows)]


def _rows() -> Select[Any]:
    return select(*(verifications.c[name] for name in COLUMNS))


async def _first(connection: AsyncConnection, rows: Select[Any]) -> Verification | None:
    row = (await connection.execute(rows)).first()
    return None if row is None else read(row)


def read(row: Row[Any]) -> Verification:
    """Read a row of `COLUMNS`."""
    told = row._asdict()
    told |= {"channel": Channel(row.channel), "status": State(row.status)}
    return Verification(**told)


# --- what was sent -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sent:
    """A code that was given out, as far as caps go."""

    verification: Verification
    client: str
    """A keyed hash; empty: it was not told."""
    at: datetime

    def of(self, counted: Counted) -> str:
        """Give what it is counted under."""
        one = self.verification
        return {
            Counted.NUMBER: one.number,
            Counted.PREFIX: prefix_of(one.number),
            Counted.CLIENT: self.client,
            Counted.CALLER: one.caller,
            Counted.COUNTRY: one.country,
        }.get(counted, "")


async def record(connection: AsyncConnection, sent: Sent) -> None:
    """Count one more."""
    one = sent.verification
    row: dict[str, Any] = {counted.value: sent.of(counted) for counted in _COUNTED}
    row |= {
        "verification": one.id,
        "conversation": conversation_key(one.gateway, one.number),
        "at": sent.at,
    }
    await connection.execute(INSERT[connection.dialect.name](code_sends).values(row))


async def counted_at(
    connection: AsyncConnection, counted: Counted, value: str, place: int
) -> datetime | None:
    """Say when the newest but so many was given out; None: there are fewer."""
    at = select(code_sends.c.at).order_by(code_sends.c.at.desc()).offset(place).limit(1)
    if counted in _COUNTED:
        at = at.where(_COUNTED[counted] == value)
    return (await connection.scalars(at)).first()


async def returns(
    connection: AsyncConnection, where: Counted, value: str, since: datetime
) -> Returns:
    """Count how many codes came back of a place, of the last that are settled."""
    last = (
        select(verifications.c.status)
        .where(
            _PLACED[where] == value,
            verifications.c.created_at >= since,
            verifications.c.sends > 0,
            verifications.c.channel != Channel.INBOUND.value,
            verifications.c.status.not_in([State.PENDING.value, State.CANCELLED.value]),
        )
        .order_by(verifications.c.created_at.desc())
        .limit(FEWEST_SETTLED[where])
        .subquery()
    )
    counted = select(last.c.status, func.count()).group_by(last.c.status)
    by_status = {row[0]: int(row[1]) for row in await connection.execute(counted)}
    return Returns(sum(by_status.values()), by_status.get(State.APPROVED.value, 0))


async def was_approved(connection: AsyncConnection, number: str) -> bool:
    """Tell whether a code of this number ever came back, as far as they are kept."""
    found = select(verifications.c.id).where(
        verifications.c.number == number, verifications.c.status == State.APPROVED.value
    )
    return (await connection.scalars(found.limit(1))).first() is not None


# --- wrong codes ---------------------------------------------------------------------------------


async def failures(connection: AsyncConnection, numbers: Collection[str]) -> dict[str, Failures]:
    """Read the wrong codes of numbers, of those that have some."""
    rows = select(wrong_codes).where(wrong_codes.c.number.in_(numbers))
    return {
        row.number: Failures(row.in_a_row, tuple(row.recent))
        for row in await connection.execute(rows)
    }


async def save_failures(
    connection: AsyncConnection, number: str, known: Failures, now: datetime
) -> None:
    """Write them back."""
    values = {"in_a_row": known.in_a_row, "recent": list(known.recent), "last_at": now}
    row = INSERT[connection.dialect.name](wrong_codes).values(number=number, **values)
    await connection.execute(row.on_conflict_do_update(index_elements=["number"], set_=values))


async def clear_failures(connection: AsyncConnection, number: str) -> bool:
    """Forget the wrong codes of a number; say whether there were any."""
    gone = wrong_codes.delete().where(wrong_codes.c.number == number)
    return bool((await connection.execute(gone)).rowcount)


def pending_of(found: Sequence[Verification]) -> list[Verification]:
    """Leave out what is settled."""
    return [one for one in found if one.status is State.PENDING]
