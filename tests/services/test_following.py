"""A campaign begun elsewhere is answered when an operator says so, and stays so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.core.messages import Page
from bot.gateways.base import GatewayError, Rejected, Unconfirmed, Unreachable
from bot.services.desk import NotDone
from bot.services.following import Following
from bot.services.journaling import agree
from bot.storage import feeds, schema
from tests.services.played import ANA, LEA, Scene, listed

ELSEWHERE = "PushElsewhere"


def says(scene: Scene, *texts: str) -> None:
    """The campaign lists these, the newest last."""
    now = scene.clock.now()
    rows = [listed(f"{place}", text, now, LEA) for place, text in enumerate(texts)]
    scene.gateway.pages[ELSEWHERE] = Page(rows, {}, now)


async def test_what_is_listed_at_first_is_history_and_the_rest_is_answered(
    campaigns: Scene,
) -> None:
    """INV-10."""
    following, poller = Following(campaigns.account), campaigns.poller(adopted=[])
    await poller.begin()
    says(campaigns, "météo")

    begun = await following.begin(ELSEWHERE)
    again = await following.begin(ELSEWHERE)
    await poller.tick()
    campaigns.clock.advance(3)
    says(campaigns, "météo", "encore")
    await poller.tick()

    assert (begun.new, begun.answers, again.new) == (True, 1, False)
    history = {row["text"]: row["history"] for row in await campaigns.inbox()}
    assert history == {"météo": True, "encore": False}


async def test_all_of_a_campaign_that_has_just_begun_is_answered(campaigns: Scene) -> None:
    says(campaigns, "météo")
    await Following(campaigns.account).begin(ELSEWHERE, all_new=True)
    await campaigns.poller(adopted=[]).tick()

    assert [row["history"] for row in await campaigns.inbox()] == [False]


async def test_it_is_still_followed_by_the_next_process(campaigns: Scene) -> None:
    """INV-1: also where the process ended before it was read once."""
    await Following(campaigns.account).begin(ELSEWHERE)
    says(campaigns, "météo")
    poller = campaigns.poller(adopted=[])
    await poller.begin()

    assert await poller.tick() == 1


async def test_it_is_read_daily_for_ever(campaigns: Scene) -> None:
    """Nobody knows whether it is somebody's newest campaign (INV-25: none starves)."""
    await Following(campaigns.account).begin(ELSEWHERE)
    poller = campaigns.poller(adopted=[])
    for _ in range(60):
        await poller.tick()
        campaigns.clock.advance(86_400)
    says(campaigns, "stop")

    assert await poller.tick() == 1


async def test_who_ends_it_is_obeyed_at_once_and_after_a_restart(campaigns: Scene) -> None:
    following = Following(campaigns.account)
    await following.begin(ELSEWHERE)
    poller = campaigns.poller(adopted=[])
    await poller.tick()
    await following.end(ELSEWHERE)
    says(campaigns, "météo")
    campaigns.clock.advance(60)
    another = campaigns.poller(adopted=[ELSEWHERE])
    await another.begin()
    await agree(campaigns.database, campaigns.clock.now())

    assert [await poller.tick(), await another.tick()] == [0, 0]
    assert await following.all() == []
    with pytest.raises(NotDone, match="is not followed"):
        await following.end(ELSEWHERE)


async def test_a_reading_that_was_under_way_does_not_bring_it_back(campaigns: Scene) -> None:
    following, now = Following(campaigns.account), campaigns.clock.now()
    await following.begin(ELSEWHERE)
    async with campaigns.database.read() as connection:
        (read,) = await feeds.due(connection, "clever", now, 10)
    await following.end(ELSEWHERE)
    async with campaigns.database.write() as connection:
        await feeds.move(connection, read.feed)

    assert await following.all() == []


async def test_begun_again_what_came_meanwhile_is_history(campaigns: Scene) -> None:
    """INV-10."""
    following, poller = Following(campaigns.account), campaigns.poller(adopted=[])
    await following.begin(ELSEWHERE)
    await poller.tick()
    await following.end(ELSEWHERE)
    says(campaigns, "météo")
    campaigns.clock.advance(60)

    assert (await following.begin(ELSEWHERE)).new
    await poller.tick()

    assert [row["history"] for row in await campaigns.inbox()] == [True]


async def test_a_campaign_of_ours_is_followed_already_and_for_ever(campaigns: Scene) -> None:
    async with campaigns.database.write() as connection:
        await feeds.opened(connection, "clever", "PushOurs", [ANA], campaigns.clock.now())
    following = Following(campaigns.account)

    assert not (await following.begin("PushOurs")).new
    assert await following.all() == []
    with pytest.raises(NotDone, match="a campaign of ours"):
        await following.end("PushOurs")
    assert not (await campaigns.feeds())["PushOurs"]["adopted"]


async def test_one_that_there_is_not_is_refused(campaigns: Scene) -> None:
    campaigns.gateway.pages["Pusj1"] = Rejected("Clever answered 404", code="unknown")

    with pytest.raises(NotDone, match="knows no campaign Pusj1"):
        await Following(campaigns.account).begin("Pusj1")
    assert await campaigns.feeds() == {}


@pytest.mark.parametrize("error", [Unreachable("no route"), Unconfirmed("no answer")])
async def test_one_that_cannot_be_read_now_is_read_later(
    campaigns: Scene, error: GatewayError
) -> None:
    campaigns.gateway.pages[ELSEWHERE] = error
    begun = await Following(campaigns.account).begin(ELSEWHERE)
    says(campaigns, "météo")

    assert (begun.new, begun.answers) == (True, None)
    assert await campaigns.poller(adopted=[]).tick() == 1


async def test_they_are_listed_the_newest_first(campaigns: Scene) -> None:
    following, begun = Following(campaigns.account), campaigns.clock.now()
    for name in ("Push1", "Push2"):
        await following.begin(name)
        campaigns.clock.advance(60)

    assert [one.reference for one in await following.all()] == ["Push2", "Push1"]
    assert (await following.all())[1].opened_at == begun


async def test_a_restored_store_follows_it_again(campaigns: Scene) -> None:
    """The journal has it, and what is listed then is history: it may have been answered."""
    await Following(campaigns.account).begin(ELSEWHERE)
    async with campaigns.database.write() as connection:
        await connection.execute(schema.feeds.delete())
    campaigns.clock.advance(timedelta(hours=1).total_seconds())
    await agree(campaigns.database, campaigns.clock.now())

    (feed,) = await Following(campaigns.account).all()
    assert (feed.reference, feed.adopted, feed.read_at) == (ELSEWHERE, True, None)
