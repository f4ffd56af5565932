"""Messages of which it is not known whether the gateway took them, and what was found out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, and_, null, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import Delivery, Sighting, Status, Unclear, Way
from bot.core.reconcile import Verdict, VerdictKind
from bot.core.skew import Skew
from bot.storage import telling
from bot.storage.columns import UNDER_WAY, has_status, is_told
from bot.storage.schema import outbox

NEIGHBOURS = 500
"""How many rows before the oldest unclear one are shown to the reconciler as certainly sent."""


async def load(connection: AsyncConnection, gateway: str) -> list[Unclear]:
    """Read what is unclear at a gateway, by batch, oldest first."""
    rows = await connection.execute(
        select(outbox)
        .where(
            outbox.c.gateway == gateway,
            has_status(outbox, *UNDER_WAY),
            has_status(outbox, Status.UNCONFIRMED),
        )
        .order_by(outbox.c.batch, outbox.c.id)
    )
    return [_unclear(list(batch)) for _, batch in groupby(rows, key=lambda row: row.batch)]


def _unclear(rows: Sequence[Any]) -> Unclear:
    first = rows[0]
    return Unclear(
        batch=first.batch,
        ids=tuple(row.id for row in rows),
        numbers=tuple(row.number for row in rows),
        text=first.text,
        handed_at=first.handed_at,
        unclear_at=first.unclear_at,
        delivery=Delivery(first.delivery),
        expires_at=max(row.expires_at for row in rows),
        resends=min(row.resends for row in rows),
        progress=first.progress or {},
        negatives=first.negatives,
        searched_at=first.searched_at,
        skew=_skew(first),
        verification=first.verification,
        way=Way(first.way or Way.TEXT),
    )


def _skew(row: Row[*tuple[Any, ...]]) -> Skew | None:
    known = row.skew_low is not None and row.skew_high is not None
    return Skew(row.skew_low, row.skew_high) if known else None


async def date(connection: AsyncConnection, unclear: Sequence[Unclear]) -> None:
    """Write down by which clock these are dated now, and that no search of before counts."""
    for one in unclear:
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(one.ids), has_status(outbox, Status.UNCONFIRMED))
            .values(
                handed_at=one.handed_at,
                unclear_at=one.unclear_at,
                skew_low=one.skew.low if one.skew else None,
                skew_high=one.skew.high if one.skew else None,
                progress=null(),
                negatives=0,
                searched_at=null(),
            )
        )


async def last_before(
    connection: AsyncConnection, gateway: str, unclear: Sequence[Unclear], skew: Skew
) -> datetime | None:
    """Say when the last message before the unclear ones was handed over that was surely taken.

    By our clock as it goes now, see `Unclear.dated_by`.
    """
    if not unclear:
        return None
    before = outbox.c.id < min(one.batch for one in unclear)
    ours = and_(outbox.c.gateway == gateway, is_told(outbox.c.gateway_id))
    columns = select(outbox.c.handed_at, outbox.c.skew_low, outbox.c.skew_high)
    last = columns.where(before, ours).order_by(outbox.c.id.desc()).limit(1)
    row = (await connection.execute(last)).first()
    return None if row is None else skew.ours(row.handed_at, _skew(row))


async def bound(
    connection: AsyncConnection,
    gateway: str,
    unclear: Sequence[Unclear],
    sightings: Sequence[Sighting],
    skew: Skew,
) -> dict[str, datetime]:
    """Name the gateway's ids that belong to rows of ours, with the instant of handing over.

    By our clock as it goes now, see `Unclear.dated_by`.

    Those that were seen, and those sent around the unclear ones: a listing that lacks what was
    certainly taken proves nothing by what else it lacks.
    """
    if not unclear:
        return {}
    seen = [sighting.gateway_id for sighting in sightings]
    near = min(one.batch for one in unclear) - NEIGHBOURS
    found: dict[str, datetime] = {}
    ours = and_(outbox.c.gateway == gateway, is_told(outbox.c.gateway_id))
    for start in range(0, max(len(seen), 1), NEIGHBOURS):
        part = outbox.c.gateway_id.in_(seen[start : start + NEIGHBOURS])
        which = or_(part, outbox.c.id >= near) if start == 0 else part
        columns = select(
            *(outbox.c.gateway_id, outbox.c.handed_at, outbox.c.skew_low, outbox.c.skew_high)
        )
        found |= {
            row.gateway_id: skew.ours(row.handed_at, _skew(row))
            for row in await connection.execute(columns.where(ours, which))
        }
    return found


async def conclude(
    connection: AsyncConnection,
    unclear: Sequence[Unclear],
    verdicts: Sequence[Verdict],
    progress: Mapping[int, Mapping[str, Any]],
    now: datetime,
) -> None:
    """Write verdicts down with their evidence (INV-14); rows that are settled stay as they are."""
    by_batch = {one.batch: one for one in unclear}
    for verdict in verdicts:
        one = by_batch[verdict.batch]
        await connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(one.ids), has_status(outbox, Status.UNCONFIRMED))
            .values(_concluded(verdict, one, progress.get(one.batch, one.progress), now))
        )
        if verdict.kind is not VerdictKind.WAIT:
            await telling.of_messages(connection, one.ids, now)


def _concluded(
    verdict: Verdict, one: Unclear, progress: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    if verdict.kind is VerdictKind.WAIT:
        return {
            "negatives": verdict.negatives,
            "searched_at": verdict.searched_at,
            "progress": dict(progress),
        }
    told = {"status_at": now, "verdict": {"verdict": verdict.kind.value} | dict(verdict.evidence)}
    if verdict.kind is VerdictKind.SENT:
        return told | {
            "status": Status.SENT.value,
            "gateway_id": verdict.gateway_id,
            "segments": verdict.segments,
            "units": verdict.units,
        }
    if verdict.kind is VerdictKind.ABANDONED:
        return told | {"status": Status.ABANDONED.value}
    guessed = verdict.kind is VerdictKind.GUESSED_AGAIN
    return told | {
        "status": Status.QUEUED.value,
        "resends": one.resends - 1 if guessed else one.resends,
        "not_before": now,
    }
