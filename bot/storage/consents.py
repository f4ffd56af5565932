"""The ledger of consent: rows are added, and never changed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.consent import LONGEST_WORDING, Consent, ConsentKind, How
from bot.storage.many import INSERT, Many
from bot.storage.people_tables import consents

GIVEN, WITHDRAWN = "given", "withdrawn"
WRITTEN = ["number", "list", "event", "kind", "how", "cause", "wording", "at", "expires_at"]


async def record(connection: AsyncConnection, entries: Sequence[Consent]) -> None:
    """Write entries down, in their order."""
    await _record(
        connection,
        [
            {
                "number": one.number,
                "list": one.list,
                "event": GIVEN if one.given else WITHDRAWN,
                "kind": one.kind.value,
                "how": one.how.value,
                "cause": one.cause,
                "wording": one.wording[:LONGEST_WORDING],
                "at": one.at,
                "expires_at": one.expires_at,
            }
            for one in entries
        ],
    )


_record = Many(
    lambda store: INSERT[store](consents).values({name: bindparam(name) for name in WRITTEN})
)


async def of(connection: AsyncConnection, numbers: Collection[str]) -> dict[str, list[Consent]]:
    """Read what these numbers agreed to and withdrew, in the order in which it was written."""
    found: dict[str, list[Consent]] = {}
    rows = await connection.execute(
        select(consents).where(consents.c.number.in_(numbers)).order_by(consents.c.id)
    )
    for row in rows:
        found.setdefault(row.number, []).append(_entry(row))
    return found


def _entry(row: Row[Any]) -> Consent:
    return Consent(
        number=row.number,
        list=row.list,
        given=row.event == GIVEN,
        kind=ConsentKind(row.kind),
        how=How(row.how),
        cause=row.cause,
        wording=row.wording,
        at=row.at,
        expires_at=row.expires_at,
        id=row.id,
    )
