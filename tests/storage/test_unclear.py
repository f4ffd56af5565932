"""What is unclear stays written down with what was found, until a verdict ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.core.messages import Acceptance, Batch, Sighting, Status, Unclear
from bot.core.reconcile import Verdict, VerdictKind
from bot.core.skew import Skew
from bot.storage import outbox, unclear
from bot.storage.database import Database
from bot.storage.outbox import Outcome
from bot.storage.schema import outbox as table
from tests.clock import NOON
from tests.storage.test_outbox import BEN, enqueue, hand_what_is_due, message, settle

LATER = NOON + timedelta(minutes=3)


async def make_unclear(database: Database) -> Unclear:
    await enqueue(database, message("1/0"))
    [batch] = await hand_what_is_due(database)
    await settle(database, Outcome(batch, Status.UNCONFIRMED, error="no answer"))
    async with database.read() as connection:
        [one] = await unclear.load(connection, "vudumobile")
    return one


async def conclude(database: Database, one: Unclear, verdict: Verdict) -> None:
    async with database.write() as connection:
        await unclear.conclude(connection, [one], [verdict], {one.batch: {"asked": 3}}, LATER)


def verdict(one: Unclear, kind: VerdictKind, gateway_id: str = "") -> Verdict:
    return Verdict(one.batch, kind, {"reason": "because"}, 1, LATER, gateway_id, 1, 7.0)


async def test_a_search_without_a_verdict_is_remembered(database: Database) -> None:
    one = await make_unclear(database)

    await conclude(database, one, verdict(one, VerdictKind.WAIT))

    async with database.read() as connection:
        [again] = await unclear.load(connection, "vudumobile")
    assert (again.negatives, again.searched_at, again.progress) == (1, LATER, {"asked": 3})
    assert (again.handed_at, again.unclear_at) == (one.handed_at, one.unclear_at)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        pytest.param(VerdictKind.SENT, "sent", id="found"),
        pytest.param(VerdictKind.AGAIN, "queued", id="certainly not taken"),
        pytest.param(VerdictKind.GUESSED_AGAIN, "queued", id="sent again on a guess"),
        pytest.param(VerdictKind.ABANDONED, "abandoned", id="given up"),
    ],
)
async def test_a_verdict_is_stored_with_its_evidence(
    database: Database, kind: VerdictKind, status: str
) -> None:
    """INV-14."""
    one = await make_unclear(database)

    await conclude(database, one, verdict(one, kind, "900"))

    async with database.read() as connection:
        row = (await connection.execute(select(table))).one()
        assert await unclear.load(connection, "vudumobile") == []
    assert row.status == status
    assert row.verdict == {"verdict": kind.value, "reason": "because"}


@pytest.mark.parametrize(
    ("kind", "left"),
    [
        pytest.param(VerdictKind.GUESSED_AGAIN, 0, id="a guess uses up a resend"),
        pytest.param(VerdictKind.AGAIN, 1, id="what was certainly not taken does not"),
    ],
)
async def test_going_again_begins_a_new_attempt(
    database: Database, kind: VerdictKind, left: int
) -> None:
    """INV-7."""
    one = await make_unclear(database)
    await conclude(database, one, verdict(one, kind))

    [again] = await hand_what_is_due(database, later=180)
    await settle(database, Outcome(again, Status.UNCONFIRMED))

    async with database.read() as connection:
        [second] = await unclear.load(connection, "vudumobile")
    assert (one.resends, second.resends) == (1, left)
    assert (second.negatives, second.progress) == (0, {})
    assert second.handed_at > one.handed_at


async def test_a_push_to_several_is_one_unclear_batch(database: Database) -> None:
    await enqueue(database, message("1/0"), message("2/0", BEN))
    async with database.write() as connection:
        push = Batch(1, (1, 2), "vudumobile", ("+15145550001", BEN), "Il fait beau.", 1)
        await outbox.hand(connection, [push], NOON, NOON)
        await outbox.settle(connection, [Outcome(push, Status.UNCONFIRMED)], NOON)

    async with database.read() as connection:
        [one] = await unclear.load(connection, "vudumobile")
    assert one.ids == (1, 2)
    assert one.numbers == ("+15145550001", BEN)


async def test_ids_that_are_ours_already_are_named_for_the_reconciler(database: Database) -> None:
    """INV-9."""
    await enqueue(database, message("0/0", BEN))
    [batch] = await hand_what_is_due(database)
    await settle(database, Outcome(batch, Status.SENT, Acceptance("900")))
    one = await make_unclear(database)
    seen = [Sighting("901", (BEN,), "x", NOON)]

    async with database.read() as connection:
        assert await unclear.bound(connection, "vudumobile", [one], seen, Skew()) == {"900": NOON}
