"""What is said later waits until all is heard, and is said to who may be written to by then."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.core.actions import Block, HandOver
from bot.core.errands import ErrandKind
from bot.core.policy import Limit
from bot.services.follow_ups import AT_ONCE
from bot.storage import errands as stored, people_tables, schema
from tests import claiming
from tests.core.talking import GENEROUS, OTHERWISE, book, rule
from tests.services.played import ANA, BEN, LEA, Scene
from tests.services.process import (
    LIFE,
    Process,
    errands,
    read_at,
    rows,
    said,
)
from tests.services.reminding import HOUR, REMINDING, RULES, TOLD, reminding

# Not before everything is heard


async def test_a_text_that_is_not_decided_yet_comes_first(scene: Scene) -> None:
    process = Process(scene, RULES)
    await process.hears("rappel")
    scene.clock.advance(HOUR)
    await scene.receive("oui")

    assert await process.follow_ups.tick() == 0
    await process.work()
    assert await said(scene) == ["Ok.", "Pardon?"]


async def test_a_text_on_which_a_process_died_comes_first(scene: Scene) -> None:
    process = Process(scene, RULES)
    await process.hears("rappel")
    scene.clock.advance(HOUR)
    await scene.receive("oui")
    async with scene.database.write() as connection:
        await claiming.claim(connection, 10)

    assert await process.follow_ups.tick() == 0


async def test_nothing_is_said_before_the_gateway_was_read(scene: Scene) -> None:
    """What the person wrote may lie there."""
    process, begun = Process(scene, RULES), scene.clock.now()
    await process.hears("rappel")
    scene.clock.advance(HOUR + 60)
    await read_at(scene, begun + timedelta(minutes=59))

    assert await process.follow_ups.tick() == 0
    await read_at(scene, begun + timedelta(minutes=60))
    assert await process.follow_ups.tick() == 1


async def test_an_answer_to_a_campaign_is_looked_for_in_its_own_feed(campaigns: Scene) -> None:
    process, begun = Process(campaigns, RULES), campaigns.clock.now()
    await process.hears("rappel", number=LEA)
    await campaigns.send(process.sender)
    (campaign,) = (await campaigns.feeds()).keys()
    campaigns.clock.advance(HOUR + 60)
    await read_at(campaigns, campaigns.clock.now(), "another")

    assert await process.follow_ups.tick() == 0
    await read_at(campaigns, begun + timedelta(minutes=60), campaign)
    assert await process.follow_ups.tick() == 1


async def test_those_who_cannot_be_heard_hold_up_no_other(scene: Scene) -> None:
    """INV-28: there may be more of them than are looked at at once."""
    process = Process(scene, RULES)
    await process.hears("rappel")
    async with scene.database.write() as connection:
        (one,) = await stored.due(connection, ErrandKind.LATER, scene.clock.now() + 2 * LIFE, 1)
        elsewhere = [
            replace(
                one,
                conversation=f"clever:+3360000{place:04}",
                gateway="clever",
                number=f"+3360000{place:04}",
                due_at=scene.clock.now(),
            )
            for place in range(AT_ONCE + 1)
        ]
        await stored.enqueue(connection, elsewhere, scene.clock.now())
    never = scene.clock.now() - timedelta(days=1)
    scene.gateway.name = "clever"
    await read_at(scene, never)
    scene.gateway.name = "vudumobile"
    scene.clock.advance(HOUR)
    await read_at(scene, scene.clock.now())

    assert await process.follow_ups.tick() == 1
    assert await said(scene) == TOLD


# To whom


@pytest.mark.parametrize(
    ("deed", "error"),
    [
        pytest.param({"opted_out": True}, "opted out", id="opted out"),
        pytest.param({"blocked": True}, "blocked", id="blocked by an operator"),
    ],
)
async def test_nothing_is_said_to_who_may_not_be_written_to_by_now(
    scene: Scene, deed: dict[str, bool], error: str
) -> None:
    """INV-12: however it came about."""
    process = Process(scene, RULES)
    await process.hears("rappel")
    async with scene.database.write() as connection:
        await connection.execute(update(people_tables.subscribers).values(**deed))
    scene.clock.advance(HOUR)
    await process.work()

    assert await said(scene) == ["Ok."]
    (row,) = await rows(scene, schema.errands)
    assert row["status"] == "cancelled"
    assert error in row["error"]


@pytest.mark.parametrize(
    "deed", [HandOver(timedelta(days=1)), Block()], ids=["hand-over", "block"]
)
async def test_a_rule_that_ends_the_talk_for_now_says_nothing_more(
    scene: Scene, deed: HandOver | Block
) -> None:
    """A person has taken over, or nobody: the follow-up of the same rule is not said either."""
    ending = replace(REMINDING, actions=(*REMINDING.actions, deed))
    process = Process(scene, book(ending))
    await process.hears("rappel")
    scene.clock.advance(HOUR)
    await process.work()

    assert await said(scene) == ["Ok."]
    assert await errands(scene) == [("later", "cancelled")]


async def test_two_that_are_due_at_once_are_both_said(scene: Scene) -> None:
    """Of two people, and of one whose two texts were read by two processes at the same time."""
    process = Process(scene, RULES)
    await process.hears("rappel")
    await process.hears("rappel", number=BEN)
    async with scene.database.write() as connection:
        due = await stored.due(connection, ErrandKind.LATER, scene.clock.now() + LIFE, 10)
        again = [replace(one, body={"text": "Et encore?"}) for one in due if one.number == ANA]
        await stored.enqueue(connection, again, scene.clock.now())
    scene.clock.advance(HOUR)

    assert await process.follow_ups.tick() == 3
    assert await said(scene) == [*TOLD, "Et encore?"]
    assert await said(scene, BEN) == TOLD


async def test_many_are_said_in_turn(scene: Scene) -> None:
    process = Process(scene, RULES)
    await process.hears("rappel")
    async with scene.database.write() as connection:
        (one,) = await stored.due(connection, ErrandKind.LATER, scene.clock.now() + LIFE, 10)
        people = [f"+1514555{place:04}" for place in range(10, AT_ONCE + 30)]
        theirs = [replace(one, conversation=f"vudumobile:{n}", number=n) for n in people]
        await stored.enqueue(connection, theirs, scene.clock.now())
    scene.clock.advance(HOUR)

    assert [await process.follow_ups.tick() for _ in range(3)] == [AT_ONCE, 21, 0]
    assert len(await scene.outbox()) == 1 + AT_ONCE + 21


async def test_a_robot_that_answers_follow_ups_is_not_answered_for_ever(scene: Scene) -> None:
    """INV-29: a rule that says nothing at once counts by what it says later."""
    silent = rule("silent", actions=REMINDING.actions)
    policy = replace(GENEROUS, per_number=(Limit(3, timedelta(days=1)),))
    process = Process(scene, book(silent), policy)
    for turn in range(8):
        await process.hears(f"Bonjour {turn}")
        scene.clock.advance(HOUR + 60 * turn)
        await process.work()

    assert len(await said(scene)) == 3
    (*_, last) = await rows(scene, schema.errands)
    assert (last["status"], last["error"]) == (
        "cancelled",
        "the number reached replies.per_number",
    )


async def test_the_echo_of_a_follow_up_is_known(scene: Scene) -> None:
    text = "Êtes-vous toujours là, au bout du fil?"
    process = Process(scene, book(reminding(text), OTHERWISE))
    await process.hears("rappel")
    scene.clock.advance(HOUR)
    await process.work()

    assert await process.hears(text) == []
    assert (await scene.inbox())[-1]["reason"] == "robot"
