"""Codes and the rows of others: said in messages at the moment of sending, hidden in texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.codes import Codes, blanked, hide, may_hold_code, read_digits, read_signs
from bot.core.messages import Status
from bot.core.verification import WARM_HOURS, Channel, State, Verification
from bot.storage import verifications
from bot.storage.code_tables import verifications as table
from bot.storage.columns import has_status
from bot.storage.schema import outbox

CODES = "codes"
"""Under which a connection knows how codes are made."""
WARM = timedelta(hours=WARM_HOURS)
AT_ONCE = 500


def codes_by(connection: AsyncConnection) -> Codes:
    """Give what makes codes, by the key of this store."""
    made: Codes = connection.info[CODES]
    return made


async def rendered(connection: AsyncConnection, which: Collection[str]) -> dict[str, str]:
    """Give the codes of verifications, by their ids: for memory alone."""
    if not which:
        return {}
    codes, found = codes_by(connection), dict[str, str]()
    columns = select(*(table.c[name] for name in verifications.COLUMNS))
    for row in await connection.execute(columns.where(table.c.id.in_(which))):
        one = verifications.read(row)
        found[one.id] = one.code(codes)
    return found


async def cancel(connection: AsyncConnection, which: Collection[str], now: datetime) -> None:
    """Send the codes of these no more (INV-13)."""
    ids = sorted(which)
    for start in range(0, len(ids), AT_ONCE):
        await connection.execute(
            update(outbox)
            .where(_waits(), outbox.c.verification.in_(ids[start : start + AT_ONCE]))
            .values(status=Status.CANCELLED.value, status_at=now)
        )


def _waits() -> ColumnElement[bool]:
    return has_status(outbox, Status.QUEUED)


# --- what people text ----------------------------------------------------------------------------


async def seal(connection: AsyncConnection, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Hide the codes in texts that are about to be stored; change nothing in others (INV-18).

    A code that somebody awaits is sealed, so that it can be compared; whatever else was a code
    of that number lately is taken out of the text, and so is one that another number is to text.
    Digits of another number's stay: others' orders and votes would be taken for them.
    """
    suspect = [row for row in rows if may_hold_code(row["text"])]
    if not suspect:
        return
    numbers = {row["number"] for row in suspect}
    lately = await verifications.of_numbers(connection, numbers, now - WARM)
    codes = codes_by(connection)
    for row in suspect:
        if known := lately.get(row["number"]):
            row.update(sealed(codes, row["number"], row["text"], known))
    signs = [(row, code) for row in suspect if (code := read_signs(row["text"])) is not None]
    if signs:
        awaited = {one.code(codes) for one in await verifications.awaited_by_text(connection)}
        for row, code in signs:
            if code in awaited:
                row["text"] = hide(row["text"], [code])


def sealed(
    codes: Codes, number: str, text: str, known: Sequence[Verification]
) -> Mapping[str, str]:
    """Give `text` and `sealed` of a text from a number that was asked for a code lately."""
    mine = {one.code(codes) for one in known}
    for inbound, read in ((False, read_digits), (True, read_signs)):
        code = read(text)
        if code is None:
            continue
        awaited = any(_awaits(one, len(code), inbound=inbound) for one in known)
        if awaited or code in mine:
            hidden = hide(text, [code])
            if read(hidden) is not None:  # written in a way that only reading sees through
                hidden = blanked(text)
            return {"text": hidden, "sealed": codes.seal(number, code)}
    return {"text": hide(text, mine)}


def _awaits(one: Verification, length: int, *, inbound: bool) -> bool:
    return (
        one.by_text
        and one.status is State.PENDING
        and one.length == length
        and (one.channel is Channel.INBOUND) is inbound
    )
