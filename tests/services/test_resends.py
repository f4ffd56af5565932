"""What did not arrive and may pass goes once more: a message of its own, and never a third."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.core.conversation import Conversation, Subscriber
from bot.core.messages import MessageClass
from bot.core.policy import Limit
from bot.services.receipts import Receipts
from bot.services.resends import Resends
from bot.storage import schema, stops, subscribers
from bot.storage.database import Database
from bot.storage.stops import Stop
from tests.core.talking import GENEROUS
from tests.services.played import ANA, POLICY, Scene, message
from tests.services.process import Killed, Mortal, Process, errands
from tests.services.test_undelivered import failed, sighting

TALK = f"vudumobile:{ANA}"
SHORT = replace(POLICY, per_number=(Limit(1, timedelta(days=1)),))


def resends(scene: Scene, *, database: Database | None = None, **how: object) -> Resends:
    speech = replace(scene.speech(), **{"policy": GENEROUS, **how})  # type: ignore[arg-type]
    return Resends(database or scene.database, speech, scene.clock, wake=scene.woken.append)


async def again(scene: Scene) -> list[str]:
    """What becomes of what is due to go once more; gives the statuses of all messages."""
    scene.clock.advance(300)
    while await resends(scene).tick():
        pass
    await scene.send(scene.sender())
    return await scene.statuses()


@pytest.mark.parametrize("code", ["EXPIRED_101", "EXPIRED_102", "UNDELIV_203", "UNDELIV_305"])
async def test_it_goes_once_more(scene: Scene, code: str) -> None:
    """INV-7, INV-8: after `replies.again`, with a cause of its own, and the same words."""
    await failed(scene, code)
    scene.clock.advance(299)
    assert await resends(scene).tick() == 0

    assert (await again(scene))[1] == "sent"
    first, second = await scene.outbox()
    assert second["cause"] == f"{first['cause']} again"
    same = ("text", "number", "rule", "language", "message_class", "delivery", "expires_at")
    assert [first[name] for name in same] == [second[name] for name in same]
    assert scene.woken.count("vudumobile") > 0


async def test_what_fails_again_is_reported(scene: Scene) -> None:
    await failed(scene, "UNDELIV_305")
    await again(scene)
    scene.gateway.sightings = [sighting(scene, "id2", "UNDELIV_305")]
    scene.clock.advance(10)
    await Receipts(scene.account).tick()

    assert await again(scene) == ["undelivered", "undelivered"]
    second = (await scene.outbox())[1]
    assert second["action"] == "report"
    assert "once already" in second["error"]


@pytest.mark.parametrize("after", [False, True], ids=["before its commit", "after its commit"])
async def test_a_process_that_dies_on_it_sends_it_once(scene: Scene, after: bool) -> None:
    """INV-4, INV-8."""
    await failed(scene, "UNDELIV_305")
    scene.clock.advance(300)
    mortal = Mortal(scene.database, 1, after=after)
    with pytest.raises(Killed):
        await resends(scene, database=mortal).tick()

    assert await again(scene) == ["undelivered", "sent"]
    assert await errands(scene) == [("again", "done")]


@pytest.mark.parametrize("after", [False, True], ids=["before its commit", "after its commit"])
async def test_a_process_that_dies_on_the_receipt_asks_for_it_once(
    scene: Scene, after: bool
) -> None:
    await scene.write_to(ANA)
    await scene.send(scene.sender())
    scene.gateway.sightings = [sighting(scene, "id1", "UNDELIV_305")]
    scene.account.database = Mortal(scene.database, 1, after=after)
    with pytest.raises(Killed):
        await Receipts(scene.account).tick()

    scene.account.database = scene.database
    await Receipts(scene.account).tick()
    assert await errands(scene) == [("again", "waiting")]


async def test_who_texts_meanwhile_gets_the_answer_to_that(scene: Scene) -> None:
    """And nothing of before that waits is said five minutes later."""
    await failed(scene, "UNDELIV_305")
    scene.clock.advance(1)
    await Process(scene).hears("météo")
    scene.clock.advance(300)
    await resends(scene).tick()

    assert await errands(scene) == [("again", "cancelled")]


async def test_a_text_that_nobody_has_decided_yet_is_waited_for(scene: Scene) -> None:
    await failed(scene, "UNDELIV_305")
    await scene.receive("météo")
    scene.clock.advance(300)

    assert await resends(scene).tick() == 0


async def test_what_waits_holds_back_nothing(scene: Scene) -> None:
    """INV-21: a new reply leaves at once, though an earlier message is to go again."""
    await failed(scene, "UNDELIV_305")
    await scene.enqueue(message("inbound 9/0", scene.clock.now()))
    await scene.send(scene.sender())

    assert await scene.statuses() == ["undelivered", "sent"]


async def test_an_opt_out_cancels_it(scene: Scene) -> None:
    """INV-12."""
    await failed(scene, "UNDELIV_305")
    await Process(scene).hears("stop")

    assert await errands(scene) == [("again", "cancelled")]


@pytest.mark.parametrize("who", [{"opted_out": True}, {"blocked": True}])
async def test_to_whom_nothing_may_be_said_by_then(scene: Scene, who: dict[str, bool]) -> None:
    await failed(scene, "UNDELIV_305")
    async with scene.database.write() as connection:
        await subscribers.save_subscribers(connection, [Subscriber(ANA, **who)])  # type: ignore[arg-type]

    assert await again(scene) == ["undelivered"]
    assert await errands(scene) == [("again", "cancelled")]


async def test_a_number_that_a_person_took_over_gets_none(scene: Scene) -> None:
    await failed(scene, "UNDELIV_305")
    async with scene.database.write() as connection:
        until = scene.clock.now() + timedelta(hours=1)
        talk = Conversation(TALK, "vudumobile", ANA, silent_until=until)
        await subscribers.save_conversations(connection, [talk])

    assert await again(scene) == ["undelivered"]


async def test_a_number_that_cannot_be_reached_by_then_gets_none(scene: Scene) -> None:
    await failed(scene, "UNDELIV_305")
    now = scene.clock.now()
    async with scene.database.write() as connection:
        stop = Stop(TALK, "vudumobile", ANA, "UNDELIV_201", 1, now, now)
        await stops.note(connection, [stop])

    assert await again(scene) == ["undelivered"]


async def test_no_number_is_told_more_than_replies_per_number(scene: Scene) -> None:
    """INV-29."""
    await failed(scene, "UNDELIV_305")
    await failed(scene, "UNDELIV_305")
    scene.clock.advance(300)
    await resends(scene, policy=SHORT).tick()

    assert await errands(scene) == [("again", "done"), ("again", "cancelled")]


async def test_what_was_forgotten_meanwhile_is_not_sent(scene: Scene) -> None:
    """INV-38."""
    await failed(scene, "UNDELIV_305")
    async with scene.database.write() as connection:
        await connection.execute(update(schema.outbox).values(text=""))

    assert await again(scene) == ["undelivered"]


async def test_it_never_leaves_beyond_its_life(scene: Scene) -> None:
    """INV-13: a machine that was down sends nothing of an hour ago."""
    await failed(scene, "UNDELIV_305")
    scene.clock.advance(3600)

    assert await again(scene) == ["undelivered"]


async def test_what_we_start_goes_again_although_they_texted(scene: Scene) -> None:
    await failed(scene, "UNDELIV_305", which=MessageClass.STARTED)
    scene.clock.advance(1)
    await Process(scene).hears("merci")

    assert (await again(scene))[0] == "undelivered"
    assert await errands(scene) == [("again", "done")]


async def test_observing_nothing_leaves(scene: Scene) -> None:
    await failed(scene, "UNDELIV_305")
    scene.clock.advance(300)
    await resends(scene, observing=True).tick()

    assert await scene.statuses() == ["undelivered", "cancelled"]
