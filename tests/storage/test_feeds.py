"""Feeds: each is read from where it was left, and a subscriber's newest campaign is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.core.conversation import Conversation
from bot.core.messages import FeedState
from bot.storage import feeds, subscribers
from bot.storage.database import Database
from bot.storage.feeds import Followed
from tests.clock import NOON

LEA, TOM = "+33600000001", "+33600000002"


async def know(database: Database, *numbers: str) -> None:
    """Let people text, so that their conversations are there."""
    people = [Conversation(f"clever:{number}", "clever", number) for number in numbers]
    async with database.write() as connection:
        await subscribers.save_conversations(connection, people)


async def opened(database: Database, reference: str, *numbers: str) -> None:
    async with database.write() as connection:
        await feeds.opened(connection, "clever", reference, numbers, NOON)


async def followed(database: Database) -> dict[str, Followed]:
    async with database.read() as connection:
        return {one.feed.reference: one for one in await feeds.followed(connection, "clever")}


async def test_a_campaign_is_the_newest_until_each_of_its_numbers_has_a_newer_one(
    database: Database,
) -> None:
    await know(database, LEA, TOM)
    await opened(database, "Push1", LEA, TOM)

    await opened(database, "Push2", LEA)
    assert {name: one.newest for name, one in (await followed(database)).items()} == {
        "Push1": True,
        "Push2": True,
    }

    await opened(database, "Push3", TOM)
    assert {name: one.newest for name, one in (await followed(database)).items()} == {
        "Push1": False,
        "Push2": True,
        "Push3": True,
    }


async def test_opening_a_campaign_twice_counts_once(database: Database) -> None:
    """Found by the reconciler and by the sender's late answer."""
    await know(database, LEA)
    await opened(database, "Push1", LEA)
    await opened(database, "Push1", LEA)
    await opened(database, "Push2", LEA)

    assert not (await followed(database))["Push1"].newest


async def test_a_feed_is_due_from_its_instant_on_the_longest_due_first(database: Database) -> None:
    async with database.write() as connection:
        await feeds.ensure(connection, "clever", ["Push1", "Push2"], NOON, adopted=True)
        [one, two] = await feeds.due(connection, "clever", NOON, 10)
        await feeds.move(connection, replace(one.feed, due_at=NOON + timedelta(seconds=5)))
        await feeds.move(connection, replace(two.feed, due_at=NOON + timedelta(seconds=2)))

    async with database.read() as connection:
        assert await feeds.due(connection, "clever", NOON + timedelta(seconds=1), 10) == []
        later = await feeds.due(connection, "clever", NOON + timedelta(seconds=5), 10)
    assert [found.feed.reference for found in later] == ["Push2", "Push1"]


async def test_a_fresh_campaign_does_not_wait_for_all_that_is_overdue(database: Database) -> None:
    """INV-25: after an outage of a day; its answers would be too old to be answered."""
    old, day = [f"Push{n}" for n in range(50)], timedelta(days=1)
    async with database.write() as connection:
        await feeds.ensure(connection, "clever", old, NOON - 2 * day, adopted=False)
        for one in await feeds.due(connection, "clever", NOON, 100):
            read = replace(one.feed, read_at=NOON - 2 * day, due_at=NOON - day)
            await feeds.move(connection, read)
    await opened(database, "Fresh", LEA)

    async with database.read() as connection:
        due = await feeds.due(connection, "clever", NOON + timedelta(seconds=5), 20)

    assert due[0].feed.reference == "Fresh"
    assert len(due) == 20


async def test_what_is_known_stays_as_it_is_when_it_is_named_again(database: Database) -> None:
    """INV-11: a restart does not take a cursor back."""
    async with database.write() as connection:
        await feeds.ensure(connection, "clever", ["Push1"], NOON, adopted=True)
        [one] = await feeds.due(connection, "clever", NOON, 10)
        moved = replace(one.feed, cursor={"high": 7}, read_at=NOON)
        await feeds.move(connection, moved)
        await feeds.ensure(connection, "clever", ["Push1"], NOON, adopted=False)

    assert (await followed(database))["Push1"].feed == moved


async def test_a_retired_feed_is_not_read(database: Database) -> None:
    async with database.write() as connection:
        await feeds.ensure(connection, "clever", ["Push1"], NOON, adopted=True)
        [one] = await feeds.due(connection, "clever", NOON, 10)
        await feeds.move(connection, replace(one.feed, state=FeedState.RETIRED))

    async with database.read() as connection:
        assert await feeds.due(connection, "clever", NOON, 10) == []
        assert await feeds.followed(connection, "clever") == []
