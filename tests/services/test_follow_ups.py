"""What is said later: once, at its time, and only if nobody texted meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

from bot.core.messages import MessageClass
from bot.core.sayings import Message
from bot.storage import schema, subscribers
from tests.core.deciding import phrase
from tests.core.talking import MENU, book, rule, say
from tests.services.played import ANA, BEN, Scene
from tests.services.process import (
    LIFE,
    Killed,
    Mortal,
    Process,
    errands,
    said,
)
from tests.services.reminding import HOUR, REMINDING, RULES, TOLD, reminding


async def test_it_is_said_at_its_time_and_once(scene: Scene) -> None:
    process = Process(scene, RULES)
    await process.hears("rappel")
    ticks = []
    for seconds in (HOUR - 1, 0.999, 0.001, HOUR):
        scene.clock.advance(seconds)
        ticks.append(await process.follow_ups.tick())

    assert ticks == [0, 0, 1, 0]
    assert await said(scene) == TOLD
    assert await errands(scene) == [("later", "done")]
    row = (await scene.outbox())[1]
    assert row["message_class"] == MessageClass.FOLLOW_UP
    assert (row["cause"], row["rule"]) == ("inbound 1/later/1", "rappel")
    assert scene.woken[-1] == "vudumobile"


@pytest.mark.parametrize("after", [False, True], ids=["before its commit", "after its commit"])
async def test_a_process_that_dies_while_it_says_it(scene: Scene, after: bool) -> None:
    """INV-8: it is said once."""
    await Process(scene, RULES).hears("rappel")
    scene.clock.advance(HOUR)
    with pytest.raises(Killed):
        await Process(scene, RULES, database=Mortal(scene.database, 1, after=after)).work()

    for _ in range(3):
        await Process(scene, RULES).work()

    assert await said(scene) == TOLD


async def test_a_process_that_was_down_says_it_when_it_is_back(scene: Scene) -> None:
    await Process(scene, RULES).hears("rappel")
    scene.clock.advance(HOUR + 20 * 60)

    await Process(scene, RULES).work()

    assert await said(scene) == TOLD


async def test_what_is_too_late_lapses_as_a_reply_does(scene: Scene) -> None:
    """INV-13: nobody is asked at night what was to be asked in the afternoon."""
    await Process(scene, RULES).hears("rappel")
    scene.clock.advance(HOUR + LIFE.total_seconds())
    process = Process(scene, RULES)
    await process.work()
    await scene.send(process.sender)

    assert await scene.statuses() == ["lapsed", "lapsed"]
    assert scene.gateway.taken == []


# Cancelled


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("oui", ["Ok.", "Pardon?"], id="by any text"),
        pytest.param("rdv", ["Ok.", "day?"], id="by the beginning of a conversation"),
        pytest.param(
            "rappel", ["Ok.", "Ok.", "Toujours là?"], id="by the same text; it begins anew"
        ),
    ],
)
@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one batch"])
async def test_a_text_cancels_it(scene: Scene, text: str, told: list[str], together: bool) -> None:
    process = Process(scene, RULES)
    if together:
        await scene.receive("rappel", text)
        await process.work()
    else:
        await process.hears("rappel", text)
    scene.clock.advance(29 * 60)
    scene.clock.advance(31 * 60)
    await process.follow_ups.tick()

    assert await said(scene) == told


@pytest.mark.parametrize("together", [False, True], ids=["one by one", "in one batch"])
async def test_a_stop_cancels_it(scene: Scene, together: bool) -> None:
    """INV-12."""
    process = Process(scene, RULES)
    if together:
        await scene.receive("rappel", "stop", "start")
        await process.work()
    else:
        await process.hears("rappel", "stop", "start")
    scene.clock.advance(HOUR)
    await process.work()

    assert "Toujours là?" not in await said(scene)


async def test_a_stop_on_another_gateway_cancels_it(scene: Scene) -> None:
    """INV-12: an opt-out is for all of them."""
    process = Process(scene, RULES)
    await process.hears("rappel")
    async with scene.database.write() as connection:
        known = await subscribers.load_conversations(connection, {f"vudumobile:{ANA}"})
        assert known
        other = schema.errands.c
        moved = {"conversation": f"clever:{ANA}", "gateway": "clever"}
        await connection.execute(update(schema.errands).where(other.number == ANA).values(moved))

    await process.hears("stop")

    assert await errands(scene) == [("later", "cancelled")]


async def test_a_reaction_cancels_nothing(scene: Scene) -> None:
    saying = rule("rappel", "rappel", reply="On vous rappelle.", actions=REMINDING.actions)
    process = Process(scene, book(saying))
    await process.hears("rappel", "Liked “On vous rappelle.”")
    scene.clock.advance(HOUR)
    await process.follow_ups.tick()

    assert await said(scene) == ["On vous rappelle.", "Toujours là?"]


async def test_the_text_of_somebody_else_cancels_nothing(scene: Scene) -> None:
    process = Process(scene, RULES)
    await process.hears("rappel")
    await process.hears("oui", "stop", number=BEN)
    scene.clock.advance(HOUR)
    await process.work()

    assert await said(scene) == TOLD


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("broken", id="one that is parked"),
        pytest.param("long", id="one whose answer is too long"),
    ],
)
async def test_a_text_that_cannot_be_answered_cancels_it_too(scene: Scene, text: str) -> None:
    """The person is there."""
    failing = rule("broken", "broken", reply="{% if rest.x.y %}x{% endif %}")
    long = rule("long", "long", reply="x" * 1531)
    process = Process(scene, book(REMINDING, failing, long))
    await process.hears("rappel", text)
    scene.clock.advance(HOUR)
    await process.work()

    assert await said(scene) == ["Ok."]


async def test_what_was_listed_at_the_first_reading_cancels_nothing(scene: Scene) -> None:
    """INV-10: history is read, and not answered."""
    process = Process(scene, RULES)
    await process.hears("rappel")
    await scene.receive("oui")
    async with scene.database.write() as connection:
        new = schema.inbox.c.status == "new"
        await connection.execute(update(schema.inbox).where(new).values(history=True))
    await process.work()
    scene.clock.advance(HOUR)
    await process.work()

    assert await said(scene) == TOLD


# What is said


@pytest.mark.parametrize(
    ("word", "reply", "text"),
    [
        pytest.param("remind", None, "Still there?", id="of the word, where there is no reply"),
        pytest.param("rappelle", None, "Toujours là?", id="and of the other word"),
        pytest.param("remind", "Ok.", "Still there?", id="of the reply"),
    ],
)
async def test_it_is_said_in_the_language_of_the_word(
    scene: Scene, word: str, reply: str | None, text: str
) -> None:
    both = Message({"fr": "Toujours là?", "en": "Still there?"})
    telling = replace(
        reminding(both),
        phrases=(phrase("rappelle", "fr"), phrase("remind", "en")),
        reply=say(reply) if reply else None,
    )
    process = Process(scene, book(telling))
    await process.hears(word)
    scene.clock.advance(HOUR)
    await process.work()

    assert (await said(scene))[-1] == text
    assert (await scene.outbox())[-1]["language"] == ("en" if "S" in text else "fr")


async def test_it_is_said_as_the_rules_were_when_it_was_promised(scene: Scene) -> None:
    await Process(scene, RULES).hears("rappel")
    scene.clock.advance(HOUR)

    await Process(scene, book(MENU)).work()

    assert await said(scene) == TOLD


async def test_one_that_can_never_be_said_parks_its_text(scene: Scene) -> None:
    """Somebody sees it at once, and not when it fails at night."""
    process = Process(scene, book(reminding("x" * 1531)))

    assert await process.hears("rappel") == []
    assert [row["reason"] for row in await scene.inbox()] == ["too_long"]
    assert await errands(scene) == []


async def test_a_text_that_promises_twice_is_kept_to_both(scene: Scene) -> None:
    """INV-8: one of the two is promised when the other was said long ago."""
    process = Process(scene, RULES)
    await process.hears("rappel")
    scene.clock.advance(HOUR)
    await process.work()
    async with scene.database.write() as connection:
        await connection.execute(
            schema.errands.insert().from_select(
                [c.name for c in schema.errands.c if c.name != "id"],
                schema.errands.select().with_only_columns(
                    *(c for c in schema.errands.c if c.name != "id")
                ),
            )
        )
        waiting = update(schema.errands).where(schema.errands.c.id == 2)
        await connection.execute(waiting.values(status="waiting"))

    await process.work()

    assert await said(scene) == [*TOLD, "Toujours là?"]


async def test_observing_promises_nothing(scene: Scene) -> None:
    await Process(scene, RULES, observing=True).hears("rappel")

    assert await errands(scene) == []
