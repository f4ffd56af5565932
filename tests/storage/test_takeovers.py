"""What is known of our own messages and of people's texts when somebody else seems to answer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.core.messages import Acceptance, Listed, Status
from bot.core.takeover import Ours
from bot.storage import inbox, takeovers
from bot.storage.database import Database
from bot.storage.outbox import Outcome
from bot.storage.schema import outbox as table
from tests.clock import NOON
from tests.storage.test_outbox import ANA, BEN, LEASE, enqueue, hand_what_is_due, message, settle

TALK = f"vudumobile:{ANA}"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


async def ours(database: Database, *numbers: str) -> list[Ours]:
    async with database.read() as connection:
        talks = {f"vudumobile:{number}" for number in numbers or (ANA,)}
        return await takeovers.ours(connection, talks, NOON - DAY)


async def has_become(database: Database, status: Status, *, unclear: bool = False) -> None:
    async with database.write() as connection:
        unclear_at = NOON if unclear else None
        await connection.execute(update(table).values(status=status.value, unclear_at=unclear_at))


async def test_what_was_never_handed_over_is_not_listed_anywhere(database: Database) -> None:
    await enqueue(database, message("1"))

    assert await ours(database) == []


async def test_a_message_is_known_from_before_it_leaves(database: Database) -> None:
    """INV-3."""
    await enqueue(database, message("1"), message("2", BEN))
    await hand_what_is_due(database)

    assert await ours(database) == [Ours(ANA, "", "Il fait beau.", NOON, LEASE, open=True)]
    assert len(await ours(database, ANA, BEN)) == 2


@pytest.mark.parametrize(
    ("status", "unclear", "may_have_left", "is_open"),
    [
        (Status.SENDING, False, True, True),
        (Status.UNCONFIRMED, True, True, True),
        (Status.SENT, False, True, False),
        (Status.SENT, True, True, False),
        (Status.DELIVERED, False, True, False),
        (Status.UNDELIVERED, False, True, False),
        (Status.EXPIRED, False, True, False),
        (Status.FAILED, False, True, False),
        (Status.ABANDONED, True, True, False),
        (Status.QUEUED, False, False, False),
        (Status.QUEUED, True, True, False),
        (Status.LAPSED, False, False, False),
        (Status.LAPSED, True, True, False),
        (Status.SUPPRESSED, False, False, False),
        (Status.SUPPRESSED, True, True, False),
        (Status.CANCELLED, False, False, False),
        (Status.CANCELLED, True, True, False),
    ],
)
async def test_what_may_have_been_taken(
    database: Database, status: Status, unclear: bool, may_have_left: bool, is_open: bool
) -> None:
    """What was refused was not, unless an earlier attempt at it was unclear."""
    await enqueue(database, message("1"))
    await hand_what_is_due(database)
    await has_become(database, status, unclear=unclear)

    (mine,) = await ours(database)
    assert (mine.left_by is not None, mine.open) == (may_have_left, is_open)


def test_every_status_has_its_row() -> None:
    (mark,) = test_what_may_have_been_taken.pytestmark  # type: ignore[attr-defined]

    assert {row[0] for row in mark.args[1]} == set(Status)


async def test_what_was_handed_over_long_ago_is_not_read(database: Database) -> None:
    await enqueue(database, message("1"))
    await hand_what_is_due(database)
    async with database.read() as connection:
        counts = [
            len(await takeovers.ours(connection, {TALK}, oldest))
            for oldest in (LEASE, LEASE + SECOND)
        ]

    assert counts == [1, 0]


async def test_ids_of_ours_are_known_by_gateway(database: Database) -> None:
    await enqueue(database, message("1"))
    (batch,) = await hand_what_is_due(database)
    await settle(database, Outcome(batch, Status.SENT, Acceptance("77")))
    async with database.read() as connection:
        found = [
            await takeovers.bound(connection, "vudumobile", {"77", "900", ""}),
            await takeovers.bound(connection, "other", {"77"}),
            await takeovers.bound(connection, "vudumobile", ()),
        ]

    assert found == [{"77"}, set(), set()]


async def test_when_people_texted(database: Database) -> None:
    """By the gateway's clock, as its messages are listed; the newest by ours."""
    old, new = NOON - DAY - SECOND, NOON - DAY
    listed = [
        Listed(f"{place}", number, "bonjour", at)
        for place, (number, at) in enumerate([(ANA, old), (ANA, new), (BEN, new), (ANA, NOON)])
    ]
    async with database.write() as connection:
        before = await takeovers.texted_at(connection)
        await inbox.receive(
            connection, "vudumobile", listed, listed=frozenset(), history=False, now=NOON
        )
        found = await takeovers.texts(connection, {TALK, "other:+15145550002"}, new)
        newest = await takeovers.texted_at(connection)

    assert (before, newest) == (None, NOON)
    assert {number: sorted(at) for number, at in found.items()} == {ANA: [new, NOON]}


async def test_it_began_when_it_was_first_asked_for(database: Database) -> None:
    """Each gateway by itself."""
    asked = []
    for gateway, days in (("vudumobile", 0), ("vudumobile", 1), ("other", 2)):
        async with database.write() as connection:
            asked.append(await takeovers.since(connection, gateway, NOON + days * DAY))

    assert asked == [NOON, NOON, NOON + 2 * DAY]
