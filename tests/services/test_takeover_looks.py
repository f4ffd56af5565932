"""When and how far it is looked whether people answer: as far as it matters, and no further."""

from __future__ import annotations

from datetime import timedelta

from bot.core.skew import Skew
from bot.gateways.base import Condition, Unconfirmed
from bot.services.takeover import FURTHEST_BACK
from tests.services.played import BEN, Scene
from tests.services.test_takeover import (
    HALF_HOUR,
    SETTLED,
    conversation,
    listed,
    looking,
    silent,
    texted,
)

# From when on


async def test_what_was_written_before_this_was_asked_for_does_not_count(scene: Scene) -> None:
    """An earlier installation's replies, for instance: this store knows nothing of them."""
    await texted(scene)
    listed(scene, "900")
    scene.clock.advance(1)
    look = await looking(scene)
    scene.clock.advance(SETTLED)
    first = await look.tick()
    listed(scene, "901", "Encore moi.")
    scene.clock.advance(SETTLED)

    assert (first, await look.tick()) == (0, 1)


async def test_a_broadcast_that_began_before_is_one(scene: Scene) -> None:
    await texted(scene)
    listed(scene, "900", "Congé lundi.", BEN)
    scene.clock.advance(60)
    look = await looking(scene)
    scene.clock.advance(60)
    listed(scene, "901", "Congé lundi.")
    scene.clock.advance(SETTLED)

    assert await look.tick() == 0


async def test_who_was_answered_while_we_were_down_is_in_good_hands(scene: Scene) -> None:
    await texted(scene)
    await looking(scene)
    scene.clock.advance(600)
    listed(scene, "900")
    scene.clock.advance(600)

    assert await (await looking(scene)).tick() == 1
    assert await silent(scene)


async def test_what_would_be_over_is_not_even_asked_for(scene: Scene) -> None:
    await looking(scene)
    scene.clock.advance(40 * 86_400)
    await texted(scene)
    now = scene.clock.now()
    for silent_for in (HALF_HOUR, timedelta(days=30)):
        await (await looking(scene, silent_for)).tick()

    reaches = [now - since for since in scene.gateway.listed_since]
    assert HALF_HOUR <= reaches[0] <= HALF_HOUR + timedelta(minutes=10)
    assert FURTHEST_BACK <= reaches[1] <= FURTHEST_BACK + timedelta(minutes=10)


async def test_later_looks_reach_back_for_minutes(scene: Scene) -> None:
    look = await looking(scene)
    await texted(scene)
    for _ in range(3):
        scene.clock.advance(600)
        await look.tick()

    assert scene.clock.now() - scene.gateway.listed_since[-1] <= timedelta(minutes=20)


async def test_a_clock_that_is_set_back_loses_no_answer(scene: Scene) -> None:
    """INV-39."""
    look = await looking(scene)
    await texted(scene)
    await look.tick()
    scene.clock.jump(-86_400)
    await texted(scene)
    await look.tick()
    listed(scene, "900")
    scene.clock.advance(SETTLED)

    assert await look.tick() == 1


async def test_a_clock_that_is_hardly_known_delays_and_loses_nothing(scene: Scene) -> None:
    """As before the first answer, or where answers have no date."""
    scene.gateway.skew = Skew(-300, 300)
    look = await looking(scene)
    scene.clock.advance(600)
    await texted(scene)
    listed(scene, "900")
    looks = []
    for _ in range(80):
        scene.clock.advance(5)
        looks.append(await look.tick())

    assert sum(looks) == 1


# What it costs


async def test_it_looks_no_more_often_than_it_may(scene: Scene) -> None:
    """INV-25: reading has a share of the rate."""
    look = await looking(scene, every=20.0)
    await texted(scene)
    for _ in range(60):
        await look.tick()
        scene.clock.advance(1)

    assert len(scene.gateway.listed_since) == 3


async def test_nothing_is_asked_where_nobody_texted_for_a_day(scene: Scene) -> None:
    look = await looking(scene)
    await look.tick()
    await texted(scene)
    await look.tick()
    scene.clock.advance(86_400)
    await look.tick()

    assert len(scene.gateway.listed_since) == 1


async def test_an_account_that_is_left_alone_is_left_alone(scene: Scene) -> None:
    look = await looking(scene)
    await texted(scene)
    scene.gateway.condition = Condition(
        reads_from=scene.clock.now() + timedelta(seconds=30), held="firewall"
    )
    for _ in range(6):
        await look.tick()
        scene.clock.advance(10)

    assert len(scene.gateway.listed_since) == 3


async def test_a_reading_that_fails_is_made_again_from_where_it_was(scene: Scene) -> None:
    look = await looking(scene)
    await texted(scene)
    await look.tick()
    listed(scene, "900")
    left, scene.gateway.left = scene.gateway.left, Unconfirmed("no answer")
    looks = []
    for _ in range(20):
        scene.clock.advance(60)
        looks.append(await look.tick())
    scene.gateway.left = left
    scene.clock.advance(60)

    assert (looks, await look.tick()) == ([0] * 20, 1)
    assert scene.gateway.listed_since[-1] < scene.gateway.listed_since[0] + timedelta(minutes=5)


async def test_the_same_listing_is_written_down_once(scene: Scene) -> None:
    """However often it is read, and by whatever clock."""
    look = await looking(scene)
    await texted(scene)
    listed(scene, "900")
    untils = set()
    for _ in range(5):
        scene.clock.advance(SETTLED)
        await look.tick()
        untils.add((await conversation(scene)).silent_until)

    assert len(untils) == 1
