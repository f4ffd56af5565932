"""What is said later: once, at its time, and only if nobody texted meanwhile."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.core.actions import Block, HandOver, Later
from bot.core.errands import ErrandKind
from bot.core.messages import MessageClass
from bot.core.policy import Limit
from bot.core.rules import Rule
from bot.core.sayings import Message
from bot.services.follow_ups import AT_ONCE
from bot.storage import errands as stored, inbox, schema, subscribers
from tests.core.deciding import phrase
from tests.core.talking import BOOK, GENEROUS, MENU, OTHERWISE, book, rule, say
from tests.services.played import ANA, BEN, LEA, Scene
from tests.services.process import (
    LIFE,
    Killed,
    Mortal,
    Process,
    errands,
    read_at,
    rows,
    said,
)

HOUR = 3600.0


def reminding(
    text: str | Message = "Toujours là?", after: float = HOUR, name: str = "rappel"
) -> Rule:
    later = Later(timedelta(seconds=after), say(text) if isinstance(text, str) else text)
    return rule(name, name, reply="Ok.", actions=(later,))


REMINDING = reminding()
RULES = book(REMINDING, *BOOK.rules)
TOLD = ["Ok.", "Toujours là?"]


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
        await inbox.claim(connection, 10)

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
        await connection.execute(update(schema.subscribers).values(**deed))
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
