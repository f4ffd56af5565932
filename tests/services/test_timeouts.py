"""Answers that do not come: the clock ends a conversation, once, and never too soon."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.actions import Block, Emit, Forward, HandOver, Later, Start
from bot.core.conversation import Conversation, Position
from bot.core.flows import Ending
from bot.core.messages import FeedState
from bot.core.policy import Limit
from bot.core.rules import Rule
from bot.core.understanding import Kind
from bot.services.timeouts import AT_ONCE
from bot.storage import people_tables, schema, subscribers
from tests import claiming
from tests.core.talking import APPOINTMENT, GENEROUS, book, expecting, flow, rule, say, step
from tests.services.played import ANA, BEN, LEA, Scene
from tests.services.process import LIFE, Killed, Mortal, Process, fates, read_at, rows, said

EVE = "24/12/2026"
MINUTE = 60.0
OPERATOR = "+15145559999"


def ending(*actions: Any, reply: str | None = "Trop tard.") -> Rule:
    assert APPOINTMENT.flow is not None
    told = Ending(say(reply) if reply else None, tuple(actions))
    return replace(APPOINTMENT, flow=replace(APPOINTMENT.flow, timed_out=told))


async def position(scene: Scene, number: str = ANA) -> Any:
    talks = {row["number"]: row["position"] for row in await rows(scene, schema.conversations)}
    return talks[number]


async def test_a_conversation_ends_when_the_time_is_up_though_nobody_texts(scene: Scene) -> None:
    process = Process(scene)
    await process.hears("rdv")
    told = []
    for minutes in (29, 0.9, 0.1, 30):
        scene.clock.advance(minutes * MINUTE)
        told.append(await process.timeouts.tick())

    assert told == [0, 0, 1, 0]
    assert await said(scene) == ["day?", "Trop tard."]
    assert scene.woken[-1] == "vudumobile"
    assert await process.hears(EVE) == ["Pardon?"]


async def test_each_question_has_the_whole_time(scene: Scene) -> None:
    process = Process(scene)
    await process.hears("rdv")
    scene.clock.advance(20 * MINUTE)
    await process.hears(EVE)
    scene.clock.advance(20 * MINUTE)
    await process.work()
    assert await said(scene) == ["day?", "part?"]

    scene.clock.advance(10 * MINUTE)
    await process.work()
    assert await said(scene) == ["day?", "part?", "Trop tard."]


@pytest.mark.parametrize("after", [False, True], ids=["before its commit", "after its commit"])
async def test_a_process_that_dies_at_a_time_out_says_it_once(scene: Scene, after: bool) -> None:
    """INV-2, INV-8."""
    await Process(scene).hears("rdv")
    scene.clock.advance(31 * MINUTE)
    dying = Process(scene, database=Mortal(scene.database, 1, after=after))
    with pytest.raises(Killed):
        await dying.timeouts.tick()

    for _ in range(3):
        await Process(scene).work()

    assert await said(scene) == ["day?", "Trop tard."]
    events = [row["body"]["status"] for row in await rows(scene, schema.events)]
    assert events == ["timed_out"]


# Not too soon


async def test_an_answer_that_is_not_decided_yet_comes_first(scene: Scene) -> None:
    """It came in time: it is in the inbox when the time is up."""
    process = Process(scene)
    await process.hears("rdv")
    await scene.receive(EVE)
    scene.clock.advance(5 * MINUTE)
    await scene.receive("x", number=BEN)
    scene.clock.advance(26 * MINUTE)

    assert await process.timeouts.tick() == 0
    late = replace(GENEROUS, max_age=timedelta(hours=1))
    assert await Process(scene, policy=late).responder.tick() == 2
    assert await Process(scene).timeouts.tick() == 0
    assert await said(scene) == ["day?", "part?"]


async def test_an_answer_on_which_a_process_died_comes_first(scene: Scene) -> None:
    process = Process(scene)
    await process.hears("rdv")
    await scene.receive(EVE)
    async with scene.database.write() as connection:
        await claiming.claim(connection, 10)
    scene.clock.advance(31 * MINUTE)

    assert await process.timeouts.tick() == 0


async def test_nobody_is_too_late_before_the_gateway_was_read(scene: Scene) -> None:
    """The answer may lie there."""
    process, begun = Process(scene), scene.clock.now()
    await process.hears("rdv")
    scene.clock.advance(31 * MINUTE)
    ticks = []
    for minutes in (0, 29, 29.99, 30):
        await read_at(scene, begun + timedelta(minutes=minutes))
        ticks.append(await process.timeouts.tick())

    assert ticks == [0, 0, 0, 1]


async def test_an_answer_to_a_campaign_is_looked_for_in_its_own_feed(campaigns: Scene) -> None:
    """Others are read meanwhile: they tell nothing of this one."""
    process, begun = Process(campaigns), campaigns.clock.now()
    await process.hears("rdv", number=LEA)
    await campaigns.send(process.sender)
    (campaign,) = (await campaigns.feeds()).keys()
    campaigns.clock.advance(35 * MINUTE)
    await read_at(campaigns, campaigns.clock.now(), "another")

    assert await process.timeouts.tick() == 0
    await read_at(campaigns, begun + timedelta(minutes=29), campaign)
    assert await process.timeouts.tick() == 0
    await read_at(campaigns, begun + timedelta(minutes=31), campaign)
    assert await process.timeouts.tick() == 1


@pytest.mark.parametrize("state", [FeedState.RETIRED, None], ids=["retired", "not known"])
async def test_where_a_campaign_is_not_read_any_more_another_reading_tells(
    campaigns: Scene, state: FeedState | None
) -> None:
    """A conversation does not stay open for ever."""
    process = Process(campaigns)
    await process.hears("rdv", number=LEA)
    await campaigns.send(process.sender)
    (campaign,) = (await campaigns.feeds()).keys()
    feeds = schema.feeds
    async with campaigns.database.write() as connection:
        changed = feeds.update().values(state=state) if state else feeds.delete()
        await connection.execute(changed.where(feeds.c.reference == campaign))
    campaigns.clock.advance(31 * MINUTE)
    await read_at(campaigns, campaigns.clock.now(), "another")

    assert await process.timeouts.tick() == 1


async def test_a_gateway_that_cannot_be_read_holds_up_no_other(scene: Scene) -> None:
    """INV-28: more conversations than are ended at once are overdue there, for longer."""
    begun = scene.clock.now()
    open_there = [
        Conversation(
            f"clever:+3360000{place:04}",
            "clever",
            f"+3360000{place:04}",
            position=Position("appointment", "x", "day", "fr", 1, begun),
        )
        for place in range(AT_ONCE + 1)
    ]
    async with scene.database.write() as connection:
        await subscribers.save_conversations(connection, open_there)
        there = schema.feeds.insert().values(
            gateway="clever",
            reference="Push1",
            cursor={},
            opened_at=begun,
            due_at=begun,
            hot_at=begun,
            state=FeedState.LIVE.value,
            adopted=True,
            read_at=begun - timedelta(hours=1),
            newest_for=1,
        )
        await connection.execute(there)
    process = Process(scene)
    await process.hears("rdv")
    scene.clock.advance(31 * MINUTE)
    await read_at(scene, scene.clock.now())

    assert await process.timeouts.tick() == 1
    assert await said(scene) == ["day?", "Trop tard."]


# What is said and done


async def test_many_at_once_are_all_ended(scene: Scene) -> None:
    process = Process(scene)
    people = [f"+1514555{place:04}" for place in range(AT_ONCE + 20)]
    for number in people[:3]:
        await process.hears("rdv", number=number)
    async with scene.database.write() as connection:
        known = await subscribers.load_conversations(connection, {f"vudumobile:{people[0]}"})
        (one,) = known.values()
        others = [replace(one, key=f"vudumobile:{number}", number=number) for number in people[3:]]
        await subscribers.save_conversations(connection, others)
    scene.clock.advance(31 * MINUTE)

    ticks = [await process.timeouts.tick() for _ in range(3)]

    assert ticks == [AT_ONCE, 20, 0]
    for number in people:
        assert (await said(scene, number))[-1] == "Trop tard."


async def test_an_ending_does_what_it_is_to_do_with_what_was_answered(scene: Scene) -> None:
    told = ending(
        Forward(say("{{ number }}: {{ day }}"), number=OPERATOR),
        Forward(say("{{ day }}"), email="a@example.com"),
        Emit("lost"),
        Later(timedelta(hours=1), say("Alors, le {{ day }}?")),
    )
    process = Process(scene, book(told))
    await process.hears("rdv", EVE)
    scene.clock.advance(31 * MINUTE)
    await process.work()
    scene.clock.advance(61 * MINUTE)
    await process.work()
    await process.mailer.tick()

    assert await said(scene) == ["day?", "part?", "Trop tard.", "Alors, le 2026-12-24?"]
    assert await said(scene, OPERATOR) == [f"{ANA}: 2026-12-24"]
    assert [mail.text for mail in scene.gateway.mailed] == ["2026-12-24"]
    lost = {row["type"]: row["body"] for row in await rows(scene, schema.events)}
    assert lost["lost"]["captures"] == {"day": "2026-12-24"}
    assert lost["conversation.finished"]["status"] == "timed_out"
    assert await rows(scene, people_tables.answers) == []


async def test_an_ending_may_ask_anew_and_be_overdue_again(scene: Scene) -> None:
    """INV-8: each time is another message of the same text."""
    process = Process(scene, book(ending(Start("appointment"))))
    await process.hears("rdv")
    for _ in range(3):
        scene.clock.advance(31 * MINUTE)
        await process.work()

    assert await said(scene) == ["day?", *["Trop tard.", "day?"] * 3]


async def test_a_question_that_is_asked_anew_for_ever_is_asked_within_the_limit(
    scene: Scene,
) -> None:
    """INV-29: then the conversation ends, and nothing is asked again and again of the store."""
    policy = replace(GENEROUS, per_number=(Limit(4, timedelta(days=1)),))
    process = Process(scene, book(ending(Start("appointment"))), policy)
    await process.hears("rdv")
    ticks = []
    for _ in range(4):
        scene.clock.advance(31 * MINUTE)
        ticks.append(await process.timeouts.tick())

    assert await said(scene) == ["day?", "Trop tard.", "day?"]
    assert ticks == [1, 1, 0, 0]
    assert await position(scene) is None


async def test_at_the_limit_of_replies_it_ends_in_silence_and_does_what_is_to_be_done(
    scene: Scene,
) -> None:
    """INV-29: and at once, however long nothing may be said."""
    policy = replace(GENEROUS, per_number=(Limit(2, timedelta(days=1)),))
    process = Process(scene, book(ending(Emit("lost"))), policy)
    await process.hears("rdv", EVE)
    scene.clock.advance(31 * MINUTE)

    assert [await process.timeouts.tick() for _ in range(2)] == [1, 0]
    assert await said(scene) == ["day?", "part?"]
    told = [row["type"] for row in await rows(scene, schema.events)]
    assert sorted(told) == ["conversation.finished", "lost"]
    assert await position(scene) is None


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param("{% if day.x.y %}x{% endif %}", id="that fails"),
        pytest.param("x" * 1531, id="that is too long"),
    ],
)
async def test_an_ending_that_cannot_be_said_ends_the_conversation_and_no_other(
    scene: Scene, broken: str
) -> None:
    """INV-28."""
    failing = replace(ending(Emit("lost"), reply=broken), id="failing")
    failing = replace(failing, phrases=rule("x", "autre").phrases)
    process = Process(scene, book(failing, APPOINTMENT))
    await process.hears("autre")
    await process.hears("rdv", number=BEN)
    scene.clock.advance(31 * MINUTE)

    assert [await process.timeouts.tick() for _ in range(2)] == [2, 0]
    assert await said(scene) == ["day?"]
    assert await said(scene, BEN) == ["day?", "Trop tard."]
    assert await position(scene) is None
    told = [(row["type"], row["body"]["number"]) for row in await rows(scene, schema.events)]
    assert sorted(told) == [("conversation.finished", number) for number in (ANA, BEN)]


async def test_what_is_hours_late_is_done_and_not_said(scene: Scene) -> None:
    """We were down: that it was too late this morning is no news tonight."""
    process = Process(scene, book(ending(Emit("lost"), Start("appointment"))))
    await process.hears("rdv")
    scene.clock.advance((timedelta(minutes=30) + LIFE).total_seconds() + 1)

    await process.work()

    assert await said(scene) == ["day?"]
    assert await position(scene) is None
    assert {row["type"] for row in await rows(scene, schema.events)} == {
        "conversation.finished",
        "lost",
    }


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("STOP", id="opted out"),
        pytest.param("bloque", id="blocked"),
        pytest.param("humain", id="left to a person"),
    ],
)
async def test_who_is_not_answered_is_not_told_that_it_is_too_late(
    scene: Scene, text: str
) -> None:
    """INV-12."""
    process = Process(
        scene,
        book(
            APPOINTMENT,
            rule("block", "bloque", actions=(Block(),), interrupt=True),
            rule("human", "humain", actions=(HandOver(timedelta(days=1)),), interrupt=True),
        ),
    )
    await process.hears("rdv", text)
    scene.clock.advance(31 * MINUTE)
    await process.work()

    assert "Trop tard." not in await said(scene)
    assert await position(scene) is None


async def test_questions_that_changed_end_in_silence(scene: Scene) -> None:
    await Process(scene).hears("rdv")
    other = replace(APPOINTMENT, flow=flow(step("who", expecting(Kind.TEXT))))
    scene.clock.advance(31 * MINUTE)

    await Process(scene, book(other)).work()

    assert await said(scene) == ["day?"]
    assert await position(scene) is None


async def test_only_who_owes_an_answer_is_too_late(scene: Scene) -> None:
    process = Process(scene)
    await process.hears("rdv", EVE, "matin", "oui")
    await process.hears("rdv", number=BEN)
    scene.clock.advance(31 * MINUTE)
    await process.work()

    assert await said(scene) == ["day?", "part?", "sure?", "Noté."]
    assert await said(scene, BEN) == ["day?", "Trop tard."]


async def test_an_answer_and_the_clock_are_not_both_right(scene: Scene) -> None:
    """INV-21: whoever commits first; the other finds it done."""
    process = Process(scene)
    await process.hears("rdv")
    scene.clock.advance(30 * MINUTE)
    await scene.receive(EVE)

    assert await process.timeouts.tick() == 0
    await process.work()
    assert await said(scene) == ["day?", "part?"]
    assert (await fates(scene))[-1] == (EVE, "asked")
