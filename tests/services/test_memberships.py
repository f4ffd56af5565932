"""Memberships that end by themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.actions import Join
from bot.core.conditions import When
from bot.core.rulebook import Rulebook
from bot.services.memberships import Memberships
from bot.storage import people_tables, schema, subscribers
from tests.core.talking import DEALS, rule
from tests.services.played import ANA, Scene
from tests.services.process import Process, rows

DAY = 86400
BOOK = Rulebook(
    (
        rule("join", "rabais", reply="Inscrit.", actions=(Join("deals"),)),
        rule("on", "moi", reply="Membre.", when=When(on_lists=frozenset({"deals"}))),
        rule("off", "moi", reply="Personne."),
    ),
    lists={"deals": replace(DEALS, confirm=False, lasts=timedelta(days=10))},
)


async def left(scene: Scene) -> list[dict[str, object]]:
    return [row["body"] for row in await rows(scene, schema.events) if row["type"] == "list.left"]


@pytest.mark.parametrize(
    ("passed", "answer"),
    [
        pytest.param([10 * DAY - 1], "Membre.", id="a second before"),
        pytest.param([10 * DAY], "Personne.", id="at its end, before anybody ended it"),
        pytest.param([9 * DAY, 9 * DAY], "Membre.", id="joined again: it lasts from then"),
        pytest.param([9 * DAY, 10 * DAY], "Personne.", id="joined again, and that is over"),
    ],
)
async def test_a_membership_lasts_as_the_list_says(
    scene: Scene, passed: list[int], answer: str
) -> None:
    process = Process(scene, BOOK)
    for seconds in passed:
        await process.hears("rabais")
        scene.clock.advance(seconds)

    assert await process.hears("moi") == [answer]


async def test_the_end_of_a_membership_is_told_once_and_to_nobody_who_was_on_it(
    scene: Scene,
) -> None:
    ending, process = Memberships(scene.database, scene.clock), Process(scene, BOOK)
    await process.hears("rabais")
    assert await ending.tick() == 0
    scene.clock.advance(10 * DAY)
    said = len(await scene.outbox())

    assert [await ending.tick(), await ending.tick()] == [1, 0]

    told = {"number": ANA, "gateway": "vudumobile", "list": "deals", "status": "ended"}
    assert await left(scene) == [told]
    assert len(await scene.outbox()) == said
    (row,) = await rows(scene, people_tables.members)
    assert (row["left_at"], row["ends_at"]) == (scene.clock.now(), None)
    assert (await process.hears("rabais", "moi"))[-1] == "Membre."


async def test_who_left_before_is_not_told_to_leave_again(scene: Scene) -> None:
    process = Process(scene, BOOK)
    await process.hears("rabais", "stop rabais")
    scene.clock.advance(11 * DAY)

    assert await Memberships(scene.database, scene.clock).tick() == 0
    assert [one.get("status") for one in await left(scene)] == [None]
    async with scene.database.read() as connection:
        people = await subscribers.load_subscribers(connection, {ANA}, scene.clock.now())
    assert not people[ANA].lists
