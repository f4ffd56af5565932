"""INV-38: no class outlives its retention, and who must be obeyed or is still here stays."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from sqlalchemy import insert

from bot.core.conversation import Subscriber
from bot.core.messages import MessageClass
from bot.services.janitor import Janitor
from bot.storage import people_tables, schema, subscribers
from tests.services.attended import texted
from tests.services.forgotten import RULES, everything, forgetting
from tests.services.played import ANA, BEN, Scene, message

DAY = timedelta(days=1)
TEXTS, CODES, AUDIT = 60 * DAY, 2 * DAY, 120 * DAY


async def a_round(scene: Scene) -> None:
    janitor = Janitor(scene.database, scene.clock, texts=TEXTS, codes=CODES, audit=AUDIT)
    while await janitor.tick():
        pass


async def left(scene: Scene) -> set[str]:
    rows = await everything(scene)
    return {name for name in rows if rows[name]} - {"feeds", "installation", "accounts"}


async def person(scene: Scene, **traits: object) -> None:
    async with scene.database.write() as connection:
        await subscribers.save_subscribers(connection, [Subscriber(ANA, **traits)])  # type: ignore[arg-type]


async def belonging(scene: Scene) -> None:
    row = {"number": ANA, "list": "club", "gateway": "", "language": "", "cause": "import"}
    async with scene.database.write() as connection:
        await connection.execute(
            insert(people_tables.members).values(**row, joined_at=scene.clock.now())
        )


async def nothing(scene: Scene) -> None:
    pass


Made = Callable[[Scene], Awaitable[None]]


@pytest.mark.parametrize(
    ("made", "staying"),
    [
        pytest.param(nothing, set(), id="nothing is left of who went"),
        pytest.param(
            lambda scene: person(scene, language="en"), set(), id="nor of what they chose"
        ),
        pytest.param(
            lambda scene: person(scene, opted_out=True), {"subscribers"}, id="an opt-out stays"
        ),
        pytest.param(
            lambda scene: person(scene, blocked=True), {"subscribers"}, id="a block stays"
        ),
        pytest.param(belonging, {"members", "subscribers"}, id="a member stays a member"),
    ],
)
async def test_who_went_is_forgotten(scene: Scene, made: Made, staying: set[str]) -> None:
    await texted(scene, "vote 3", "fais ceci", book=RULES)
    async with scene.database.write() as connection:
        await connection.exec_driver_sql("UPDATE outbox SET status = 'delivered'")
        await connection.exec_driver_sql("UPDATE errands SET status = 'done'")
    await person(scene, language="fr")
    await made(scene)
    scene.clock.advance((TEXTS + DAY).total_seconds())

    await a_round(scene)

    assert await left(scene) == staying


async def test_who_texted_since_is_known(scene: Scene) -> None:
    await person(scene, language="fr")
    scene.clock.advance((TEXTS + DAY).total_seconds())
    await texted(scene, "silence")

    await a_round(scene)

    assert {"inbox", "conversations", "subscribers"} <= await left(scene)


async def test_an_open_question_keeps_its_conversation(scene: Scene) -> None:
    await texted(scene, "rdv", book=RULES)
    async with scene.database.write() as connection:
        await connection.exec_driver_sql("UPDATE outbox SET status = 'delivered'")
    scene.clock.advance((TEXTS + DAY).total_seconds())

    await a_round(scene)

    assert "conversations" in await left(scene)


async def test_a_campaign_that_is_read_keeps_who_may_answer_it(scene: Scene) -> None:
    """INV-1: or nobody would look where that text will be listed."""
    await texted(scene, "salut")
    async with scene.database.write() as connection:
        await connection.exec_driver_sql("UPDATE outbox SET status = 'delivered'")
        await connection.exec_driver_sql("UPDATE conversations SET newest_reference = 'Push1'")
        feed = {"gateway": "vudumobile", "reference": "Push1", "cursor": {}, "newest_for": 1}
        now = scene.clock.now()
        times = dict.fromkeys(("opened_at", "due_at", "hot_at"), now)
        await connection.execute(
            insert(schema.feeds).values(**feed, **times, state="live", adopted=False)
        )
    scene.clock.advance((TEXTS + DAY).total_seconds())

    await a_round(scene)
    assert "conversations" in await left(scene)

    async with scene.database.write() as connection:
        await connection.exec_driver_sql("UPDATE feeds SET state = 'retired'")
    await a_round(scene)
    assert "conversations" not in await left(scene)


@pytest.mark.parametrize(("days", "kept"), [(1, True), (3, False)])
async def test_a_code_is_gone_before_other_words(scene: Scene, days: int, kept: bool) -> None:
    """INV-38: by `retention.codes`."""
    now = scene.clock.now()
    code = message("code", now, text="123456", message_class=MessageClass.VERIFICATION)
    await scene.enqueue(code, message("reply", now, text="Bonjour", number=BEN))
    async with scene.database.write() as connection:
        await connection.exec_driver_sql("UPDATE outbox SET status = 'delivered'")
    scene.clock.advance((days * DAY).total_seconds())

    await a_round(scene)

    texts = [row["text"] for row in await scene.outbox()]
    assert texts == ["123456" if kept else "", "Bonjour"]


@pytest.mark.parametrize(("days", "kept"), [(119, True), (122, False)])
async def test_what_was_spent_and_who_left_go_with_the_audit(
    scene: Scene, days: int, kept: bool
) -> None:
    now = scene.clock.now()
    await belonging(scene)
    async with scene.database.write() as connection:
        left_at = [{"number": ANA, "list": "club", "left_at": now}]
        await subscribers.leave(connection, left_at)
        day = {"day": f"{now:%Y-%m-%d}", "gateway": "vudumobile", "purpose": "reply"}
        await connection.execute(insert(schema.spent).values(**day, messages=1, units=1.0))
    scene.clock.advance((days * DAY).total_seconds())

    await a_round(scene)

    assert (await left(scene) >= {"members", "spent"}) == kept


async def test_who_came_back_and_opted_in_is_not_opted_out_by_being_forgotten(
    scene: Scene,
) -> None:
    await texted(scene, "stop")
    await forgetting(scene).forget(ANA)
    await texted(scene, "start")
    async with scene.database.write() as connection:
        await connection.exec_driver_sql("UPDATE outbox SET status = 'delivered'")
    scene.clock.advance((TEXTS + DAY).total_seconds())

    await a_round(scene)

    assert await left(scene) == {"forgotten", "consents"}
