"""Receipts raise a status and never lower it; forgetting leaves what must be remembered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.core.messages import TRANSITIONS, Acceptance, Sighting, Status
from bot.storage import inbox, receipts, retention
from bot.storage.database import Database
from bot.storage.outbox import Outcome
from bot.storage.retention import Before
from bot.storage.schema import inbox as inbox_table, outbox as table
from tests.clock import NOON
from tests.storage.test_inbox import ONE, claim, receive, settle_all
from tests.storage.test_outbox import ANA, enqueue, hand_what_is_due, message, settle


async def send_one(database: Database) -> None:
    await enqueue(database, message("1/0"))
    [batch] = await hand_what_is_due(database)
    await settle(database, Outcome(batch, Status.SENT, Acceptance("900", segments=1)))


def sighting(status: Status, code: str = "") -> Sighting:
    return Sighting("900", (ANA,), "Il fait beau.", NOON, status, code)


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        pytest.param([Status.DELIVERED], "delivered", "c0", id="delivered"),
        pytest.param(
            [Status.SENT, Status.DELIVERED], "delivered", "c1", id="on its way, then there"
        ),
        pytest.param([Status.DELIVERED, Status.SENT], "delivered", "c0", id="never back"),
        pytest.param(
            [Status.UNDELIVERED, Status.DELIVERED],
            "undelivered",
            "c0",
            id="the last word is final",
        ),
        pytest.param([Status.SENT], "sent", "c0", id="on its way"),
    ],
)
async def test_a_receipt_only_raises(
    database: Database, words: Sequence[Status], status: str, code: str
) -> None:
    await send_one(database)

    for number, word in enumerate(words):
        async with database.write() as connection:
            await receipts.note(connection, [(1, sighting(word, f"c{number}"))], NOON)

    async with database.read() as connection:
        row = (await connection.execute(select(table))).one()
    assert (row.status, row.code) == (status, code)


def test_every_status_has_its_transitions_and_none_leads_back_to_queued_but_by_evidence() -> None:
    assert set(TRANSITIONS) == set(Status)
    assert {one for one, after in TRANSITIONS.items() if Status.QUEUED in after} == {
        Status.SENDING,
        Status.UNCONFIRMED,
    }


async def test_what_has_no_last_word_is_awaited(database: Database) -> None:
    await send_one(database)

    async with database.read() as connection:
        [one] = await receipts.awaited(connection, "vudumobile", NOON, 10)
        later = await receipts.awaited(connection, "vudumobile", NOON + timedelta(seconds=1), 10)

    assert (one.sent.gateway_id, one.sent.number, one.text) == ("900", ANA, "Il fait beau.")
    assert later == []


async def test_forgotten_words_leave_a_row_that_keeps_the_text_from_being_read_again(
    database: Database,
) -> None:
    """INV-27."""
    await receive(database, ONE)
    await settle_all(database)
    later = NOON + timedelta(days=1)

    async with database.write() as connection:
        before = Before(texts=later, rows=NOON, codes=later, audit=NOON)
        await retention.forget(connection, await retention.find(connection, before))
    again = await receive(database, ONE)

    assert again == inbox.Received(0)
    assert await claim(database) == []
    async with database.read() as connection:
        assert (await connection.scalars(select(inbox_table.c.text))).all() == [""]


async def test_what_is_still_to_be_done_is_never_forgotten(database: Database) -> None:
    await receive(database, ONE)
    await enqueue(database, message("1/0"))
    later = NOON + timedelta(days=1000)

    async with database.write() as connection:
        old = await retention.find(connection, Before(later, later, later, later))
        assert await retention.forget(connection, old) == 0
